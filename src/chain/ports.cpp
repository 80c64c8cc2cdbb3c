// SPDX-License-Identifier: Apache-2.0
#include "chain/ports.h"

namespace nsl::chain {

const char* tx_state_name(TxState state) {
    switch (state) {
        case TxState::prepared:
            return "prepared";
        case TxState::submitted:
            return "submitted";
        case TxState::halted:
            return "halted";
        case TxState::faulted:
            return "faulted";
        case TxState::expired:
            return "expired";
    }
    return "unknown";
}

bool tx_ended(TxState state) {
    return state != TxState::prepared && state != TxState::submitted;
}

}  // namespace nsl::chain
