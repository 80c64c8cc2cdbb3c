// SPDX-License-Identifier: Apache-2.0
// Logins (NEP-20). Sources: neo-project/proposals pull request 134 at d23eadea, its text of 2021,
// and what NeoLine signs.
#include <algorithm>

#include "base/utf8.h"
#include "neo/message.h"
#include "neo/varint.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kTextBytesMax = 255;

Hash160 reversed(Hash160 account) {
    std::ranges::reverse(account.raw);
    return account;
}

Status check_text(std::string_view what, std::string_view text) {
    if (text.size() > kTextBytesMax)
        return fail(Errc::limit_exceeded,
                    "a login's " + std::string(what) + " has at most 255 bytes");
    if (!utf8_valid(text))
        return fail(Errc::invalid_argument,
                    "a login's " + std::string(what) + " must be valid UTF-8");
    return {};
}

Result<std::string> read_text(std::string_view what, ByteReader& in) {
    TRY(const Bytes bytes, read_varbytes(in, kTextBytesMax));
    std::string text = as_text(bytes);
    TRY_OK(check_text(what, text));
    return text;
}

}  // namespace

Result<Bytes> login_bytes(const LoginChallenge& challenge, LoginForm form) {
    TRY_OK(check_text("action", challenge.action));
    TRY_OK(check_text("domain", challenge.domain));
    ByteWriter out;
    if (form == LoginForm::nep20) {
        out.u64(challenge.nonce);
        out.u32(challenge.timestamp);
        out.u32(challenge.network);
        out.bytes(challenge.account.raw);
        write_varbytes(out, as_bytes(challenge.action));
        write_varbytes(out, as_bytes(challenge.domain));
        return out.take();
    }
    if (!challenge.action.empty() || !challenge.domain.empty())
        return fail(Errc::invalid_argument,
                    "logins of this form do not sign an action or a domain: leave both empty");
    const bool display = form == LoginForm::neoline_2026;
    out.u32(challenge.network);
    out.u64(challenge.nonce);
    out.u32(challenge.timestamp);
    out.bytes((display ? reversed(challenge.account) : challenge.account).raw);
    return out.take();
}

Result<LoginChallenge> parse_login(ByteView bytes, LoginForm form) {
    ByteReader in(bytes);
    LoginChallenge out;
    if (form != LoginForm::nep20) {
        TRY(out.network, in.u32());
    }
    TRY(out.nonce, in.u64());
    TRY(out.timestamp, in.u32());
    if (form == LoginForm::nep20) {
        TRY(out.network, in.u32());
    }
    TRY(out.account.raw, in.array<20>());
    out.action.clear();
    if (form == LoginForm::nep20) {
        TRY(out.action, read_text("action", in));
        TRY(out.domain, read_text("domain", in));
    }
    if (form == LoginForm::neoline_2026) out.account = reversed(out.account);
    TRY_OK(in.finish());
    return out;
}

LoginChallenge new_login(Random& random, std::uint32_t now_s, std::uint32_t network,
                         const Hash160& account, std::string domain) {
    return {.nonce = random.below(std::uint64_t{1} << 53),
            .timestamp = now_s,
            .network = network,
            .account = account,
            .domain = std::move(domain)};
}

Status verify_login(const LoginChallenge& challenge, LoginForm form, const PublicKey& key,
                    const Signature& signature) {
    TRY(const Bytes bytes, login_bytes(challenge, form));
    if (account_of(key) != challenge.account)
        return fail(Errc::unauthenticated, "the key is not that of the account to log in");
    if (!verify(key, bytes, signature))
        return fail(Errc::unauthenticated, "the signature is not this key's over this login");
    return {};
}

}  // namespace nsl::neo
