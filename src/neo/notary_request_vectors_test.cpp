// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "neo/damage.h"
#include "neo/notary_request.h"
#include "neo/vector_file.h"
#include "vectors.h"

namespace nsl::neo {
namespace {

json::Value notary_vectors() {
    const std::string path = testing_support::vectors_dir() + "/neo/notary_request.json";
    return parse_vectors(testing_support::read_text_file(path));
}

TEST(NotaryRequestVectors, TakenByANodeReadAndAreWrittenTheSame) {
    const json::Value file = notary_vectors();
    const auto network = static_cast<std::uint32_t>(file.at("magic").as_int64());
    int seen = 0;
    for (const json::Value& v : list_in(file, "requests")) {
        const Bytes bytes = base64_in(v, "requestBase64");
        const auto request = NotaryRequest::parse(bytes);
        ASSERT_TRUE(request) << request.error().message;
        EXPECT_EQ(request->serialize(), bytes);
        EXPECT_EQ(request->serialize_unsigned(), hex_in(v, "signedBody"));
        EXPECT_EQ(request->main.serialize(), hex_in(v, "main"));
        EXPECT_EQ(request->fallback.serialize(), hex_in(v, "fallback"));
        EXPECT_EQ(request->main.hash().display(), text_in(file, "mainHash"));
        const Status status = request->check(network);
        EXPECT_TRUE(status) << status.error().message;
        EXPECT_EQ(request->check(network + 1).error().code, Errc::unauthenticated);
        ++seen;
    }
    EXPECT_EQ(seen, 2);
}

TEST(NotaryRequestVectors, DamageIsRefusedOrKept) {
    const json::Value file = notary_vectors();
    const Bytes bytes = base64_in(list_in(file, "requests").at(0), "requestBase64");
    each_cut(bytes, [](const Bytes& cut) { EXPECT_FALSE(NotaryRequest::parse(cut)); });
    each_flipped_bit(bytes, [](const Bytes& changed) {
        if (const auto request = NotaryRequest::parse(changed))
            EXPECT_EQ(request->serialize(), changed);
    });
}

}  // namespace
}  // namespace nsl::neo
