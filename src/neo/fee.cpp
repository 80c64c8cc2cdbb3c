// SPDX-License-Identifier: Apache-2.0
#include "base/checked.h"
#include "neo/transaction.h"
#include "neo/verification.h"

namespace nsl::neo {
namespace {

// Prices in execution units. Source: neo-go pkg/core/fee.
constexpr std::int64_t kPushDataUnits = 8;
constexpr std::int64_t kPushCountUnits = 1;
constexpr std::int64_t kCheckSignatureUnits = 32'768;
constexpr std::int64_t kSignaturePushBytes = 66;  // 0c 40 and the signature
constexpr std::int64_t kPicoPerDatoshi = 10'000;

std::int64_t execution_units(const SignatureCheck& check) {
    const auto n = static_cast<std::int64_t>(check.keys.size());
    const std::int64_t pushes = kPushDataUnits * (check.m + n);
    const std::int64_t counts = check.multi_signature ? 2 * kPushCountUnits : 0;
    return pushes + counts + kCheckSignatureUnits * n;
}

std::int64_t witness_size(std::size_t invocation, std::size_t verification) {
    return static_cast<std::int64_t>(varint_size(invocation) + invocation +
                                     varint_size(verification) + verification);
}

struct WitnessCost {
    std::int64_t size = 0;
    Datoshi execution = 0;
};

Result<WitnessCost> signature_cost(const Bytes& script, const FeePolicy& policy) {
    TRY(const SignatureCheck check, parse_verification_script(script));
    TRY(const std::int64_t pico, checked_mul(execution_units(check), policy.pico_factor));
    const auto invocation = static_cast<std::size_t>(kSignaturePushBytes * check.m);
    return WitnessCost{.size = witness_size(invocation, script.size()),
                       .execution = pico / kPicoPerDatoshi + (pico % kPicoPerDatoshi != 0 ? 1 : 0)};
}

Result<WitnessCost> contract_cost(const ContractWitness& witness) {
    if (witness.execution < 0)
        return fail(Errc::invalid_argument, "a contract's verification cannot cost less than none");
    return WitnessCost{.size = witness_size(witness.invocation.size(), 0),
                       .execution = witness.execution};
}

Result<Datoshi> attribute_fee(const Transaction& tx, const FeePolicy& policy) {
    Datoshi total = 0;
    for (const Attribute& attribute : tx.attributes) {
        const auto price = policy.attribute_fee.find(attribute_type(attribute));
        if (price == policy.attribute_fee.end()) continue;
        std::int64_t times = 1;
        if (std::holds_alternative<Conflicts>(attribute))
            times = static_cast<std::int64_t>(tx.signers.size());
        if (const auto* notary = std::get_if<NotaryAssisted>(&attribute))
            times = std::int64_t{notary->keys} + 1;
        TRY(const Datoshi fee, checked_mul(price->second, times));
        TRY(total, checked_add(total, fee));
    }
    return total;
}

}  // namespace

Result<Datoshi> network_fee(const Transaction& tx, const std::vector<Bytes>& verification_scripts,
                            const FeePolicy& policy,
                            const std::map<Hash160, ContractWitness>& contracts) {
    if (verification_scripts.size() != tx.signers.size())
        return fail(Errc::invalid_argument, "there must be one verification script per signer");
    if (policy.fee_per_byte < 0 || policy.pico_factor < 0)
        return fail(Errc::invalid_argument, "prices must not be negative");
    auto size =
        static_cast<std::int64_t>(tx.serialize_unsigned().size() + varint_size(tx.signers.size()));
    TRY(Datoshi total, attribute_fee(tx, policy));
    for (std::size_t i = 0; i < verification_scripts.size(); ++i) {
        const Bytes& script = verification_scripts[i];
        const auto contract = contracts.find(tx.signers[i].account);
        const bool by_contract = script.empty() && contract != contracts.end();
        if (!by_contract && hash160(script) != tx.signers[i].account)
            return fail(Errc::invalid_argument, "verification script " + std::to_string(i) +
                                                    " is not of the signer in that place");
        TRY(const WitnessCost cost,
            by_contract ? contract_cost(contract->second) : signature_cost(script, policy));
        size += cost.size;
        TRY(total, checked_add(total, cost.execution));
    }
    TRY(const Datoshi by_size, checked_mul(size, policy.fee_per_byte));
    return checked_add(total, by_size);
}

Result<Datoshi> system_fee(Datoshi gas_consumed, int margin_percent) {
    if (gas_consumed < 0 || margin_percent < 0)
        return fail(Errc::invalid_argument, "consumption and margin must not be negative");
    TRY(const Datoshi scaled, checked_mul<Datoshi>(gas_consumed, margin_percent));
    return checked_add(gas_consumed, scaled / 100 + (scaled % 100 != 0 ? 1 : 0));
}

}  // namespace nsl::neo
