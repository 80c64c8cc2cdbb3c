// SPDX-License-Identifier: Apache-2.0
#include "chain/deploy.h"

#include "neo/manifest.h"
#include "neo/nef.h"

namespace nsl::chain {

Result<Deployment> deployment(const neo::Hash160& sender, ByteView nef, std::string_view manifest,
                              const neo::Argument& data) {
    TRY(neo::Nef contract, neo::Nef::parse(nef));
    TRY(neo::Manifest description, neo::Manifest::parse(manifest));
    neo::ScriptBuilder script;
    script.call(neo::native::contract_management(), "deploy",
                {neo::Argument::bytes(nef), neo::Argument::text(manifest), data});
    return Deployment{
        .script = script.take(),
        .contract = neo::contract_hash(sender, contract.checksum(), description.name)};
}

Result<Bytes> gas_transfer(const neo::Hash160& from, const neo::Hash160& to, neo::Datoshi amount) {
    if (amount <= 0) return fail(Errc::invalid_argument, "the amount should be positive");
    neo::ScriptBuilder script;
    script.call(neo::native::gas_token(), "transfer",
                {neo::Argument::hash(from), neo::Argument::hash(to), neo::Argument::integer(amount),
                 neo::Argument::null()});
    script.assert_true();
    return script.take();
}

}  // namespace nsl::chain
