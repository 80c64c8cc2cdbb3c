// SPDX-License-Identifier: Apache-2.0
#include "neo/nef.h"

#include "base/encoding.h"
#include "base/utf8.h"
#include "neo/opcode.h"
#include "neo/script.h"
#include "neo/varint.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kCompilerBytes = 64;
constexpr std::size_t kSourceBytesMax = 256;
constexpr std::size_t kMethodBytesMax = 32;
constexpr std::uint8_t kCallFlagsAll = 0x0f;

std::unexpected<Error> wrong(std::string_view what) {
    return fail(Errc::invalid_argument, "not a NEF file: " + std::string(what));
}

// A reader's error, with the part of the file it was found in.
template <class T>
Result<T> in_part(Result<T> read, std::string_view part) {
    if (read) return read;
    return fail(read.error().code,
                "not a NEF file: " + std::string(part) + ": " + read.error().message);
}

Status check_text(std::string_view text, std::size_t max, std::string_view part) {
    if (text.size() > max)
        return fail(Errc::limit_exceeded, "not a NEF file: " + std::string(part) + " has at most " +
                                              std::to_string(max) + " bytes");
    if (!utf8_valid(text)) return wrong(std::string(part) + " should be UTF-8");
    return {};
}

Status check_token(const MethodToken& token) {
    TRY_OK(check_text(token.method, kMethodBytesMax, "a token's method"));
    if (token.method.starts_with('_')) return wrong("a token's method should not start with _");
    if ((token.call_flags & ~kCallFlagsAll) != 0) return wrong("a token has unknown call flags");
    return {};
}

Result<std::string> read_text(ByteReader& in, std::size_t max, std::string_view part) {
    TRY(const Bytes bytes, in_part(read_varbytes(in, max), part));
    return as_text(bytes);
}

Result<MethodToken> read_token(ByteReader& in) {
    MethodToken out;
    TRY(out.contract.raw, in_part(in.array<20>(), "a token"));
    TRY(out.method, read_text(in, kMethodBytesMax, "a token's method"));
    TRY(out.parameters, in_part(in.u16(), "a token"));
    TRY(const std::uint8_t has_return, in_part(in.u8(), "a token"));
    if (has_return > 1) return wrong("a token's return value is 0 or 1");
    out.has_return = has_return == 1;
    TRY(out.call_flags, in_part(in.u8(), "a token"));
    return out;
}

Result<std::string> read_compiler(ByteReader& in) {
    TRY(const ByteView bytes, in_part(in.bytes(kCompilerBytes), "the compiler"));
    std::string text = as_text(bytes);
    text.erase(text.find_last_not_of('\0') + 1);
    return text;
}

// Everything before the checksum.
Bytes body(const Nef& nef) {
    ByteWriter out;
    out.u32(kNefMagic);
    NSL_ASSERT(nef.compiler.size() <= kCompilerBytes);
    out.bytes(as_bytes(nef.compiler));
    out.bytes(Bytes(kCompilerBytes - nef.compiler.size(), 0));
    write_varbytes(out, as_bytes(nef.source));
    out.u8(0);
    write_varint(out, nef.tokens.size());
    for (const MethodToken& token : nef.tokens) {
        out.bytes(token.contract.raw);
        write_varbytes(out, as_bytes(token.method));
        out.u16(token.parameters);
        out.u8(token.has_return ? 1 : 0);
        out.u8(token.call_flags);
    }
    out.u16(0);
    write_varbytes(out, nef.script);
    return out.take();
}

std::uint32_t checksum_of(ByteView body) {
    const ByteArray<32> digest = sha256_twice(body);
    return digest[0] | std::uint32_t{digest[1]} << 8 | std::uint32_t{digest[2]} << 16 |
           std::uint32_t{digest[3]} << 24;
}

}  // namespace

Result<Nef> Nef::parse(ByteView file) {
    if (file.size() > kNefBytesMax)
        return fail(Errc::limit_exceeded, "not a NEF file: it has " + std::to_string(file.size()) +
                                              " bytes, at most " + std::to_string(kNefBytesMax) +
                                              " are taken");
    ByteReader in(file);
    Nef out;
    TRY(const std::uint32_t magic, in_part(in.u32(), "the magic"));
    if (magic != kNefMagic) return wrong("it should start with NEF3");
    TRY(out.compiler, read_compiler(in));
    TRY(out.source, read_text(in, kSourceBytesMax, "the source"));
    TRY(const std::uint8_t reserved, in_part(in.u8(), "the reserved byte"));
    if (reserved != 0) return wrong("its reserved byte after the source should be 0");
    TRY(const std::uint64_t tokens, in_part(read_varint(in, kNefTokensMax), "the method tokens"));
    for (std::uint64_t i = 0; i < tokens; ++i) {
        TRY(MethodToken token, read_token(in));
        out.tokens.push_back(std::move(token));
    }
    TRY(const std::uint16_t reserved_pair, in_part(in.u16(), "the reserved bytes"));
    if (reserved_pair != 0) return wrong("its reserved bytes after the tokens should be 0");
    TRY(out.script, in_part(read_varbytes(in, kNefBytesMax), "the script"));
    const std::size_t end = in.position();
    TRY(const std::uint32_t checksum, in_part(in.u32(), "the checksum"));
    if (in.left() > 0)
        return wrong(std::to_string(in.left()) + " bytes are left over after the checksum");
    TRY_OK(out.check());
    if (checksum != checksum_of(file.first(end)))
        return fail(Errc::invalid_argument, "the NEF file is damaged: its checksum does not match");
    return out;
}

Bytes Nef::serialize() const {
    ByteWriter out;
    const Bytes start = body(*this);
    out.bytes(start);
    out.u32(checksum_of(start));
    return out.take();
}

std::uint32_t Nef::checksum() const {
    return checksum_of(body(*this));
}

Status Nef::check() const {
    TRY_OK(check_text(compiler, kCompilerBytes, "the compiler"));
    if (compiler.find('\0') != std::string::npos)
        return wrong("the compiler should not hold a zero byte");
    TRY_OK(check_text(source, kSourceBytesMax, "the source"));
    if (tokens.size() > kNefTokensMax)
        return fail(Errc::limit_exceeded, "not a NEF file: it has at most " +
                                              std::to_string(kNefTokensMax) + " method tokens");
    for (const MethodToken& token : tokens) TRY_OK(check_token(token));
    if (script.empty()) return wrong("its script should not be empty");
    if (script.size() > kNefBytesMax || serialize().size() > kNefBytesMax)
        return fail(Errc::limit_exceeded,
                    "not a NEF file: it has at most " + std::to_string(kNefBytesMax) + " bytes");
    return {};
}

Hash160 contract_hash(const Hash160& sender, std::uint32_t nef_checksum, std::string_view name) {
    return hash160(ScriptBuilder()
                       .op(kOpAbort)
                       .push_bytes(sender.raw)
                       .push_integer(nef_checksum)
                       .push_bytes(as_bytes(name))
                       .take());
}

}  // namespace nsl::neo
