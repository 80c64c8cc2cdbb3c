// SPDX-License-Identifier: Apache-2.0
// Who signs the blocks of a fake chain, and the lies that a node can tell of one.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "neo/block.h"
#include "neo/keys.h"

namespace nsl::testing_support {

// m of n keys that grow from a seed.
class FakeValidators {
 public:
    FakeValidators(int m, int n, std::uint8_t seed = 1) : m_(m) {
        std::vector<neo::PublicKey> known;
        for (int i = 0; i < n; ++i) {
            Bytes scalar(32, seed);
            scalar[31] = static_cast<std::uint8_t>(i + 1);
            keys_.push_back(neo::PrivateKey::from_bytes(scalar).value());
            known.push_back(keys_.back().public_key());
        }
        // Signatures come in the order of the script's keys.
        std::ranges::sort(keys_, {}, &neo::PrivateKey::public_key);
        script_ = neo::multi_signature_script(m, known).value();
    }

    neo::Hash160 account() const { return neo::hash160(script_); }
    // Signed by the last m keys: the first of the script is not among them when m < n.
    neo::Witness sign(const neo::BlockHeader& header, std::uint32_t network) const {
        std::vector<neo::Signature> signatures;
        for (const neo::PrivateKey& key : std::span(keys_).last(static_cast<std::size_t>(m_)))
            signatures.push_back(key.sign(neo::sign_data(network, header.hash())));
        return {neo::invocation_script(signatures), script_};
    }

 private:
    int m_;
    std::vector<neo::PrivateKey> keys_;
    Bytes script_;
};

enum class BlockLie {
    strangers_signed,     // under the validators' verification script
    strangers_elected,    // signed well, by an account that the block before does not name
    other_network,        // the validators' signature for another magic
    signature_missing,    // one less than m
    header_changed,       // the signature is that of the header before the change
    unlinked,             // signed well, on another block than the one before
    not_later,            // signed well, as early as the one before
    transaction_changed,  // under the same header
    transaction_missing,  // under the same header
    other_height          // an honest block, but the one before
};

// An honest block as such a node shows it. `other_height` needs the chain: FakeNode tells it.
inline neo::Block told(BlockLie lie, neo::Block block, const FakeValidators& validators,
                       std::uint32_t network) {
    static const FakeValidators strangers(1, 1, 77);
    neo::BlockHeader& header = block.header;
    switch (lie) {
        case BlockLie::strangers_signed:
            header.witness.invocation = strangers.sign(header, network).invocation;
            break;
        case BlockLie::strangers_elected:
            header.witness = strangers.sign(header, network);
            break;
        case BlockLie::other_network:
            header.witness = validators.sign(header, network + 1);
            break;
        case BlockLie::signature_missing:
            header.witness.invocation.resize(header.witness.invocation.size() - 66);
            break;
        case BlockLie::header_changed:
            header.next_consensus = strangers.account();
            break;
        case BlockLie::unlinked:
            header.previous.raw[0] ^= 1;
            header.witness = validators.sign(header, network);
            break;
        case BlockLie::not_later:
            header.time_ms -= 1'000;
            header.witness = validators.sign(header, network);
            break;
        case BlockLie::transaction_changed:
            block.transactions.at(0).nonce ^= 1;
            break;
        case BlockLie::transaction_missing:
            block.transactions.pop_back();
            break;
        case BlockLie::other_height:
            break;
    }
    return block;
}

}  // namespace nsl::testing_support
