// SPDX-License-Identifier: Apache-2.0
#include "neo/nef.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "vectors.h"

namespace nsl::neo {
namespace {

Nef small() {
    return {.compiler = "neo-go-0.122.0",
            .source = "https://example.org/",
            .tokens = {{.contract = native::std_lib(),
                        .method = "serialize",
                        .parameters = 1,
                        .has_return = true,
                        .call_flags = 15}},
            .script = {0x11, 0x40}};
}

// The file's body with its right checksum.
Bytes sealed(Bytes file) {
    file.resize(file.size() - 4);
    const auto digest = sha256_twice(file);
    file.insert(file.end(), digest.begin(), digest.begin() + 4);
    return file;
}

Errc refusal(const Bytes& file) {
    const auto nef = Nef::parse(file);
    EXPECT_FALSE(nef);
    return nef ? Errc::internal : nef.error().code;
}
Errc refusal(const Nef& nef) {
    return refusal(nef.serialize());
}

TEST(Nef, ReadsWhatItWrites) {
    const Nef nef = small();
    const Bytes file = nef.serialize();
    EXPECT_EQ(Nef::parse(file).value(), nef);
    EXPECT_EQ(Nef::from_json(nef.to_json()).value(), nef);
    EXPECT_EQ(Nef::from_json(json::parse_value(json::write_value(nef.to_json())).value()).value(),
              nef);
    EXPECT_EQ(as_text(ByteView(file).first(4)), "NEF3");
    EXPECT_EQ(nef.checksum() & 0xff, file[file.size() - 4]);
    EXPECT_EQ(nef.checksum() >> 24, file.back());
}

TEST(Nef, OurOwnContractReads) {
    const char* source = std::getenv("NSL_SOURCE_DIR");
    const std::string file = testing_support::read_text_file(std::string(source ? source : ".") +
                                                             "/contracts/pricefeed/pricefeed.nef");
    const auto nef = Nef::parse(as_bytes(file));
    ASSERT_TRUE(nef) << nef.error().message;
    EXPECT_EQ(as_text(nef->serialize()), file);
    EXPECT_EQ(Nef::from_json(nef->to_json()).value(), *nef);
}

TEST(Nef, ChecksumIsVerified) {
    const Bytes file = small().serialize();
    for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
        Bytes damaged = file;
        damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        EXPECT_FALSE(Nef::parse(damaged)) << bit;
    }
    Bytes damaged = file;
    damaged.back() ^= 1;
    EXPECT_EQ(Nef::parse(damaged).error().message,
              "the NEF file is damaged: its checksum does not match");
}

// With the checksum put right, what a bit changes is refused or is another NEF.
TEST(Nef, AFlippedBitIsRefusedOrWrittenBack) {
    const Bytes file = small().serialize();
    for (std::size_t bit = 0; bit < (file.size() - 4) * 8; ++bit) {
        Bytes damaged = file;
        damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        damaged = sealed(std::move(damaged));
        const auto nef = Nef::parse(damaged);
        if (nef) EXPECT_EQ(nef->serialize(), damaged) << bit;
    }
}

TEST(Nef, IsRefusedWhenCutShortOrFollowed) {
    Bytes file = small().serialize();
    for (std::size_t end = 0; end < file.size(); ++end) {
        const auto nef = Nef::parse(ByteView(file).first(end));
        ASSERT_FALSE(nef) << end;
        EXPECT_EQ(nef.error().code, Errc::invalid_argument);
    }
    file.push_back(0);
    EXPECT_EQ(refusal(file), Errc::invalid_argument);
    EXPECT_EQ(refusal(sealed(file)), Errc::invalid_argument);
}

TEST(Nef, RefusesWhatTheChainRefuses) {
    Nef nef = small();
    nef.script.clear();
    EXPECT_EQ(refusal(nef), Errc::invalid_argument);
    nef = small();
    nef.tokens[0].method = "_deploy";
    EXPECT_EQ(refusal(nef), Errc::invalid_argument);
    nef = small();
    nef.tokens[0].call_flags = 16;
    EXPECT_EQ(refusal(nef), Errc::invalid_argument);
    nef = small();
    nef.compiler = std::string("a\0b", 3);
    EXPECT_EQ(refusal(nef), Errc::invalid_argument);
    nef.compiler = "\xc3\x28";
    EXPECT_EQ(refusal(nef), Errc::invalid_argument);
    nef = small();
    nef.source = "\xff";
    EXPECT_EQ(refusal(nef), Errc::invalid_argument);

    const std::size_t after_source = 4 + 64 + 1 + small().source.size();
    for (const std::size_t at : {after_source, small().serialize().size() - 4 - 3 - 2}) {
        Bytes file = small().serialize();
        ASSERT_EQ(file[at], 0);
        file[at] = 1;
        const auto reserved = Nef::parse(sealed(std::move(file)));
        ASSERT_FALSE(reserved);
        EXPECT_NE(reserved.error().message.find("reserved"), std::string::npos);
    }
}

TEST(Nef, LimitsAreTheChains) {
    Nef nef = small();
    nef.compiler = std::string(64, 'c');
    nef.source = std::string(256, 's');
    nef.tokens.assign(128, small().tokens[0]);
    for (MethodToken& token : nef.tokens) token.method = std::string(32, 'm');
    nef.script.resize(131'070 - nef.serialize().size() + 2 - 4, 0x40);  // its length takes 5 bytes
    EXPECT_EQ(nef.serialize().size(), 131'070U);
    EXPECT_EQ(Nef::parse(nef.serialize()).value(), nef);
    EXPECT_EQ(Nef::from_json(nef.to_json()).value(), nef);
    nef.script.push_back(0x40);
    EXPECT_EQ(refusal(nef), Errc::limit_exceeded);
    EXPECT_EQ(Nef::from_json(nef.to_json()).error().code, Errc::limit_exceeded);

    nef = small();
    nef.source = std::string(257, 's');
    EXPECT_EQ(refusal(nef), Errc::limit_exceeded);
    nef = small();
    nef.tokens.assign(129, small().tokens[0]);
    EXPECT_EQ(refusal(nef), Errc::limit_exceeded);
    EXPECT_EQ(Nef::from_json(nef.to_json()).error().code, Errc::limit_exceeded);
    nef = small();
    nef.tokens[0].method = std::string(33, 'm');
    EXPECT_EQ(refusal(nef), Errc::limit_exceeded);
}

TEST(Nef, RefusesLengthsThatNothingHas) {
    const Bytes file = small().serialize();
    const std::size_t at_source = 4 + 64;
    const std::size_t at_tokens = at_source + 1 + small().source.size() + 1;
    const std::size_t at_script = file.size() - 4 - 3;
    for (const char* length : {"feffffffff", "ff0000000001000000", "ffffffffffffffffff"})
        for (const std::size_t at : {at_source, at_tokens, at_script}) {
            Bytes longer = file;
            const Bytes bytes = hex_decode(length).value();
            const auto place = longer.erase(longer.begin() + static_cast<std::ptrdiff_t>(at));
            longer.insert(place, bytes.begin(), bytes.end());
            EXPECT_EQ(refusal(sealed(std::move(longer))), Errc::limit_exceeded) << at;
        }
}

TEST(Nef, CallFlagsAreNamedAsNodesNameThem) {
    const std::pair<std::uint8_t, const char*> cases[] = {
        {0, "None"},
        {1, "ReadStates"},
        {2, "WriteStates"},
        {3, "States"},
        {4, "AllowCall"},
        {5, "ReadOnly"},
        {8, "AllowNotify"},
        {9, "ReadStates, AllowNotify"},
        {7, "ReadOnly, WriteStates"},
        {15, "All"},
    };
    for (const auto& [flags, name] : cases) {
        Nef nef = small();
        nef.tokens[0].call_flags = flags;
        const json::Value json = nef.to_json();
        EXPECT_EQ(json.at("tokens").at(0).at("callflags").as_string(), name);
        EXPECT_EQ(Nef::from_json(json).value(), nef);
    }
    for (const char* name : {"", "all", "All, None", "None, All", "ReadStates,WriteStates", "9"}) {
        json::Value json = small().to_json();
        json.at("tokens").at(0).at("callflags") = name;
        EXPECT_EQ(Nef::from_json(json).error().code, Errc::invalid_argument) << name;
    }
}

TEST(Nef, JsonOfAnotherShapeIsRefused) {
    const json::Value good = small().to_json();
    for (const auto& member : good.get_object())
        for (const json::Value& wrong : {json::Value(), json::Value(-1), json::Value("*"),
                                         json::Value(json::Array{1}), json::Value(4294967296)}) {
            // Any text will do for these.
            if (wrong.is_string() && (member.key() == "compiler" || member.key() == "source"))
                continue;
            json::Value bad = good;
            bad.get_object()[member.key()] = wrong;
            EXPECT_EQ(Nef::from_json(bad).error().code, Errc::invalid_argument) << member.key();
        }
    for (const auto& member : good.at("tokens").at(0).get_object()) {
        json::Value bad = good;
        bad.at("tokens").at(0).get_object().erase(member.key());
        EXPECT_EQ(Nef::from_json(bad).error().code, Errc::invalid_argument) << member.key();
    }
    json::Value bad = good;
    bad.at("checksum") = small().checksum() ^ 1;
    EXPECT_EQ(Nef::from_json(bad).error().code, Errc::invalid_argument);
    EXPECT_EQ(Nef::from_json({}).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace nsl::neo
