// SPDX-License-Identifier: Apache-2.0
// The NeoVM opcodes we write and recognise. Source: neo-go pkg/vm/opcode.
#pragma once
#include <cstdint>

namespace nsl::neo {

constexpr std::uint8_t kOpPushInt8 = 0x00;  // then 16, 32, 64, 128, 256 bits at 01..05
constexpr std::uint8_t kOpPushInt16 = 0x01;
constexpr std::uint8_t kOpPushTrue = 0x08;
constexpr std::uint8_t kOpPushFalse = 0x09;
constexpr std::uint8_t kOpPushNull = 0x0b;
constexpr std::uint8_t kOpPushData1 = 0x0c;
constexpr std::uint8_t kOpPushData2 = 0x0d;
constexpr std::uint8_t kOpPushData4 = 0x0e;
constexpr std::uint8_t kOpPushM1 = 0x0f;
constexpr std::uint8_t kOpPush0 = 0x10;
constexpr std::uint8_t kOpPush16 = 0x20;
constexpr std::uint8_t kOpAbort = 0x38;
constexpr std::uint8_t kOpSyscall = 0x41;
constexpr std::uint8_t kOpPackMap = 0xbe;
constexpr std::uint8_t kOpPack = 0xc0;
constexpr std::uint8_t kOpNewArray0 = 0xc2;
constexpr std::uint8_t kOpNewMap = 0xc8;

}  // namespace nsl::neo
