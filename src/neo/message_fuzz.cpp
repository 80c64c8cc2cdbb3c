// SPDX-License-Identifier: Apache-2.0
// A login that parses is written back to the same bytes. Any text and salt give bytes or an error.
#include "neo/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace nsl;
    const ByteView input(data, size);
    for (const auto form :
         {neo::LoginForm::nep20, neo::LoginForm::nep20_2021, neo::LoginForm::neoline_2026})
        if (const auto login = neo::parse_login(input, form))
            NSL_ASSERT(std::ranges::equal(neo::login_bytes(*login, form).value(), input));

    const std::size_t salt = std::min<std::size_t>(size, 32);
    for (const neo::MessageFormat format : neo::message_formats()) {
        const bool salted = neo::message_is_salted(format);
        const auto bytes =
            neo::message_bytes({.format = format,
                                .message = as_text(input.subspan(salted ? salt : 0)),
                                .salt = salted ? as_text(input.first(salt)) : std::string()});
        NSL_ASSERT(!bytes || bytes->size() >= size || bytes->size() == 36);
        NSL_ASSERT(neo::parse_message_format(neo::message_format_name(format)).value() == format);
    }
    return 0;
}
