// SPDX-License-Identifier: Apache-2.0
#include "chain/block_decoder.h"

#include <simdjson.h>

#include <charconv>
#include <optional>
#include <string>

#include "base/encoding.h"
#include "chain/rpc_reply.h"
#include "neo/transaction_json.h"

namespace nsl::chain {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kReplyBytesMax = 8 * 1024 * 1024;  // what the HTTP client takes
constexpr std::size_t kScriptBytesMax = 65'535;
constexpr std::size_t kSignersMax = 16, kTransactionsMax = 65'535;

// Thrown inside this file only, where simdjson throws too: one catch turns both into an Error.
struct Unreadable {
    std::string message;
};

void require(bool holds, const char* what) {
    if (!holds) throw Unreadable{what};
}

std::string_view text(ondemand::value value) {
    return value.get_string();
}

template <class T>
T number(ondemand::value value, const char* what) {
    const std::uint64_t number = value.get_uint64();
    require(number <= std::numeric_limits<T>::max(), what);
    return static_cast<T>(number);
}

template <class H>
H hash(ondemand::value value, const char* what) {
    auto parsed = H::parse(text(value));
    require(parsed.has_value(), what);
    return *parsed;
}

Bytes base64(ondemand::value value, const char* what) {
    auto bytes = base64_decode(text(value));
    require(bytes.has_value(), what);
    return *std::move(bytes);
}

// Fees are decimal strings.
neo::Datoshi datoshi(ondemand::value value, const char* what) {
    const std::string_view digits = text(value);
    neo::Datoshi amount = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), amount);
    require(error == std::errc{} && end == digits.data() + digits.size() && amount >= 0, what);
    return amount;
}

neo::Witness witness(ondemand::value value) {
    neo::Witness out;
    int scripts = 0;
    for (auto field : value.get_object()) {
        const ondemand::raw_json_string key = field.key();
        const bool invocation = key == "invocation";
        if (!invocation && !(key == "verification")) continue;
        Bytes& script = invocation ? out.invocation : out.verification;
        script = base64(field.value(), "witnesses");
        require(script.size() <= neo::kWitnessBytesMax, "witnesses: scripts of 1,024 bytes");
        ++scripts;
    }
    require(scripts == 2, "witnesses: invocation and verification");
    return out;
}

std::vector<neo::Witness> witnesses(ondemand::value value) {
    std::vector<neo::Witness> out;
    out.reserve(2);  // what most have
    for (auto item : value.get_array()) {
        require(out.size() < kSignersMax, "witnesses: at most 16");
        out.push_back(witness(item.value()));
    }
    return out;
}

// Lists of contracts, groups and rules, and attributes, are rare: they take the way of all other
// JSON.
template <class T>
T by_the_other_way(ondemand::object object, Result<T> (*read)(const json::Value&),
                   const char* what) {
    const std::string_view raw = object.raw_json();
    const auto parsed = json::parse_value(raw);
    require(parsed.has_value(), what);
    auto out = read(*parsed);
    if (!out) throw Unreadable{std::string(what) + ": " + out.error().message};
    return *std::move(out);
}

neo::Signer signer(ondemand::value value) {
    neo::Signer out;
    ondemand::object object = value.get_object();
    bool account = false, scopes = false;
    for (auto field : object) {
        const ondemand::raw_json_string key = field.key();
        if (key == "account") {
            out.account = hash<neo::Hash160>(field.value(), "signers.account");
            account = true;
        } else if (key == "scopes") {
            const auto read = neo::parse_scopes(text(field.value()));
            require(read.has_value(), "signers.scopes");
            out.scopes = *read;
            scopes = true;
        } else {
            object.reset();
            return by_the_other_way(object, neo::signer_from_json, "signers");
        }
    }
    require(account && scopes, "signers: account and scopes");
    return out;
}

neo::Transaction transaction(ondemand::value value) {
    neo::Transaction out;
    for (auto field : value.get_object()) {
        const ondemand::raw_json_string key = field.key();
        ondemand::value item = field.value();
        if (key == "nonce") {
            out.nonce = number<std::uint32_t>(item, "tx.nonce");
        } else if (key == "sysfee") {
            out.system_fee = datoshi(item, "tx.sysfee");
        } else if (key == "netfee") {
            out.network_fee = datoshi(item, "tx.netfee");
        } else if (key == "validuntilblock") {
            out.valid_until_block = number<std::uint32_t>(item, "tx.validuntilblock");
        } else if (key == "script") {
            out.script = base64(item, "tx.script");
        } else if (key == "witnesses") {
            out.witnesses = witnesses(item);
        } else if (key == "signers") {
            out.signers.reserve(2);
            for (auto one : item.get_array()) {
                require(out.signers.size() < kSignersMax, "tx.signers: at most 16");
                out.signers.push_back(signer(one.value()));
            }
        } else if (key == "attributes") {
            for (auto one : item.get_array()) {
                require(out.attributes.size() < kSignersMax, "tx.attributes: at most 16");
                out.attributes.push_back(
                    by_the_other_way(one.get_object(), neo::attribute_from_json, "tx.attributes"));
            }
        }
    }
    // Its hash is computed, not read: the merkle root says whether it is right, and the header's
    // witness that the chain has checked its rules. What no hash covers is checked here.
    require(!out.signers.empty() && out.witnesses.size() == out.signers.size(),
            "tx.witnesses: as many as signers");
    require(!out.script.empty() && out.script.size() <= kScriptBytesMax, "tx.script: 1 to 65,535");
    return out;
}

std::uint64_t block_nonce(ondemand::value value) {
    const std::string_view digits = text(value);  // 16 hex digits, upper case on neo-go
    std::uint64_t nonce = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), nonce, 16);
    require(error == std::errc{} && end == digits.data() + digits.size(), "nonce");
    return nonce;
}

neo::Block block(ondemand::value value) {
    neo::Block out;
    neo::BlockHeader& header = out.header;
    neo::Hash256 claimed;
    bool signed_by_some = false;
    for (auto field : value.get_object()) {
        const ondemand::raw_json_string key = field.key();
        ondemand::value item = field.value();
        if (key == "hash") {
            claimed = hash<neo::Hash256>(item, "hash");
        } else if (key == "version") {
            require(item.get_uint64() == 0, "version: 0");
        } else if (key == "previousblockhash") {
            header.previous = hash<neo::Hash256>(item, "previousblockhash");
        } else if (key == "merkleroot") {
            header.merkle_root = hash<neo::Hash256>(item, "merkleroot");
        } else if (key == "time") {
            header.time_ms = item.get_uint64();
        } else if (key == "nonce") {
            header.nonce = block_nonce(item);
        } else if (key == "index") {
            header.index = number<std::uint32_t>(item, "index");
        } else if (key == "primary") {
            header.primary = number<std::uint8_t>(item, "primary");
        } else if (key == "nextconsensus") {
            const auto account = neo::parse_account(text(item));
            require(account.has_value(), "nextconsensus");
            header.next_consensus = *account;
        } else if (key == "witnesses") {
            std::vector<neo::Witness> all = witnesses(item);
            require(all.size() == 1, "witnesses: one");
            signed_by_some = true;
            header.witness = std::move(all.front());
        } else if (key == "tx") {
            for (auto one : item.get_array()) {
                require(out.transactions.size() < kTransactionsMax, "tx: at most 65,535");
                out.transactions.push_back(transaction(one.value()));
            }
        }
    }
    require(signed_by_some, "witnesses: one");
    require(claimed == header.hash(), "hash: not the hash of this header");
    if (Status whole = out.check(); !whole) throw Unreadable{whole.error().message};
    return out;
}

// No block in it: the node's error, or what is wrong with the answer.
Error no_block(std::string_view reply, std::uint64_t id) {
    const Result<RpcReply> read = read_reply(reply, id);
    if (!read) return read.error();
    if (const auto* failure = std::get_if<RpcFailure>(&*read)) return error_of(*failure);
    return {Errc::internal, "the result is no block"};
}

struct Answer {
    std::optional<std::uint64_t> id;
    std::optional<neo::Block> block;
};

// To the end, so that an answer that was cut short does not pass.
Answer answer_in(ondemand::object& reply) {
    Answer out;
    for (auto field : reply) {
        const ondemand::raw_json_string key = field.key();
        ondemand::value item = field.value();
        if (key == "id" && item.type() != ondemand::json_type::null) {
            require(item.type() == ondemand::json_type::number, "id: a number");
            out.id = item.get_uint64();
        }
        if (key == "result" && item.type() == ondemand::json_type::object) out.block = block(item);
    }
    return out;
}

using Blocks = std::vector<Result<neo::Block>>;

Blocks blocks(ondemand::array answers, std::uint64_t first_id, std::size_t count) {
    std::vector<std::optional<Result<neo::Block>>> found(count);
    for (auto item : answers) {
        ondemand::object reply = item.get_object();
        Answer answer = answer_in(reply);
        require(answer.id && *answer.id >= first_id && *answer.id - first_id < count,
                "id: one that was asked for");
        auto& place = found[*answer.id - first_id];
        require(!place, "id: each once");
        if (answer.block) {
            place.emplace(*std::move(answer.block));
        } else {
            reply.reset();
            const std::string_view raw = reply.raw_json();
            Error error = no_block(raw, *answer.id);
            if (error.code == Errc::internal) throw Unreadable{error.message};
            place.emplace(std::unexpected(std::move(error)));
        }
    }
    Blocks out;
    out.reserve(count);
    for (auto& place : found) {
        require(place.has_value(), "id: one is missing");
        out.push_back(*std::move(place));
    }
    return out;
}

}  // namespace

struct BlockDecoder::State {
    ondemand::parser parser{kReplyBytesMax};
    std::string padded;

    // `read` gets the document, and may throw as simdjson does.
    template <class T, class Read>
    Result<T> open(std::string_view reply, Read read);
};

BlockDecoder::BlockDecoder() : state_(std::make_unique<State>()) {}
BlockDecoder::~BlockDecoder() = default;
BlockDecoder::BlockDecoder(BlockDecoder&&) noexcept = default;
BlockDecoder& BlockDecoder::operator=(BlockDecoder&&) noexcept = default;

template <class T, class Read>
Result<T> BlockDecoder::State::open(std::string_view reply, Read read) {
    if (reply.size() > kReplyBytesMax)
        return fail(Errc::limit_exceeded, "a node's block has more than 8 MiB");
    padded.reserve(reply.size() + simdjson::SIMDJSON_PADDING);
    padded.assign(reply);
    try {
        ondemand::document document = parser.iterate(
            simdjson::padded_string_view(padded.data(), padded.size(), padded.capacity()));
        T out = read(document);
        require(document.current_location().error() == simdjson::OUT_OF_BOUNDS,
                "something follows the answer");
        return out;
    } catch (const Unreadable& error) {
        return fail(Errc::internal, "a node's block: " + error.message);
    } catch (const simdjson::simdjson_error& error) {
        return fail(Errc::internal, std::string("a node's block: ") + error.what());
    }
}

Result<neo::Block> BlockDecoder::decode(std::string_view reply, std::uint64_t id) {
    TRY(Answer answer, state_->open<Answer>(reply, [](ondemand::document& document) {
        ondemand::object object = document.get_object();
        return answer_in(object);
    }));
    if (!answer.block) return std::unexpected(no_block(reply, id));
    if (answer.id != id) return fail(Errc::internal, "a node's block: id: that of the question");
    return *std::move(answer.block);
}

Result<Blocks> BlockDecoder::decode_batch(std::string_view reply, std::uint64_t first_id,
                                          std::size_t count) {
    const std::size_t start = reply.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos || reply[start] != '[') {
        const auto whole = read_batch(reply, first_id, count);
        return std::unexpected(whole ? Error{Errc::internal, "no batch"} : whole.error());
    }
    return state_->open<Blocks>(reply, [&](ondemand::document& document) {
        return blocks(document.get_array(), first_id, count);
    });
}

}  // namespace nsl::chain
