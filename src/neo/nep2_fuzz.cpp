// SPDX-License-Identifier: Apache-2.0
// Any text is a NEP-2 key or refused; opening it with a wrong password never gives a key. Any other
// text is a password or refused, and opens what it closed.
#include "base/utf8.h"
#include "neo/keys.h"

namespace {

constexpr nsl::neo::ScryptParams kFast{.n = 2, .r = 1, .p = 1};

void open(std::string_view input) {
    const auto key = nsl::neo::nep2_decrypt(input, "fuzz", kFast);
    if (key)
        NSL_ASSERT(nsl::neo::nep2_encrypt(*key, "fuzz", kFast).value() == input);
    else if (nsl::neo::check_nep2(input))
        NSL_ASSERT(key.error().code == nsl::Errc::unauthenticated);
    else
        NSL_ASSERT(key.error().code == nsl::Errc::invalid_argument);
}

void close(std::string_view password) {
    static const auto key = nsl::neo::PrivateKey::from_bytes(nsl::Bytes(32, 7)).value();
    const auto nep2 = nsl::neo::nep2_encrypt(key, password, kFast);
    NSL_ASSERT(nep2.has_value() == (nsl::utf8_valid(password) && password.size() <= 1024));
    if (nep2) NSL_ASSERT(nsl::neo::nep2_decrypt(*nep2, password, kFast).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    open(input);
    close(input);
    return 0;
}
