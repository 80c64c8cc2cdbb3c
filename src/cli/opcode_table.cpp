// SPDX-License-Identifier: Apache-2.0
#include "cli/opcode_table.h"

#include <array>

namespace nsl::cli {
namespace {

struct Entry {
    std::uint8_t opcode;
    OpcodeFacts facts;
};

constexpr Entry kEntries[] = {
    {0x00, {"PUSHINT8", 1}},    {0x01, {"PUSHINT16", 2}},    {0x02, {"PUSHINT32", 4}},
    {0x03, {"PUSHINT64", 8}},   {0x04, {"PUSHINT128", 16}},  {0x05, {"PUSHINT256", 32}},
    {0x08, {"PUSHT", 0}},       {0x09, {"PUSHF", 0}},        {0x0a, {"PUSHA", 4}},
    {0x0b, {"PUSHNULL", 0}},    {0x0c, {"PUSHDATA1", -1}},   {0x0d, {"PUSHDATA2", -2}},
    {0x0e, {"PUSHDATA4", -4}},  {0x0f, {"PUSHM1", 0}},       {0x10, {"PUSH0", 0}},
    {0x11, {"PUSH1", 0}},       {0x12, {"PUSH2", 0}},        {0x13, {"PUSH3", 0}},
    {0x14, {"PUSH4", 0}},       {0x15, {"PUSH5", 0}},        {0x16, {"PUSH6", 0}},
    {0x17, {"PUSH7", 0}},       {0x18, {"PUSH8", 0}},        {0x19, {"PUSH9", 0}},
    {0x1a, {"PUSH10", 0}},      {0x1b, {"PUSH11", 0}},       {0x1c, {"PUSH12", 0}},
    {0x1d, {"PUSH13", 0}},      {0x1e, {"PUSH14", 0}},       {0x1f, {"PUSH15", 0}},
    {0x20, {"PUSH16", 0}},      {0x21, {"NOP", 0}},          {0x22, {"JMP", 1}},
    {0x23, {"JMP_L", 4}},       {0x24, {"JMPIF", 1}},        {0x25, {"JMPIF_L", 4}},
    {0x26, {"JMPIFNOT", 1}},    {0x27, {"JMPIFNOT_L", 4}},   {0x28, {"JMPEQ", 1}},
    {0x29, {"JMPEQ_L", 4}},     {0x2a, {"JMPNE", 1}},        {0x2b, {"JMPNE_L", 4}},
    {0x2c, {"JMPGT", 1}},       {0x2d, {"JMPGT_L", 4}},      {0x2e, {"JMPGE", 1}},
    {0x2f, {"JMPGE_L", 4}},     {0x30, {"JMPLT", 1}},        {0x31, {"JMPLT_L", 4}},
    {0x32, {"JMPLE", 1}},       {0x33, {"JMPLE_L", 4}},      {0x34, {"CALL", 1}},
    {0x35, {"CALL_L", 4}},      {0x36, {"CALLA", 0}},        {0x37, {"CALLT", 2}},
    {0x38, {"ABORT", 0}},       {0x39, {"ASSERT", 0}},       {0x3a, {"THROW", 0}},
    {0x3b, {"TRY", 2}},         {0x3c, {"TRY_L", 8}},        {0x3d, {"ENDTRY", 1}},
    {0x3e, {"ENDTRY_L", 4}},    {0x3f, {"ENDFINALLY", 0}},   {0x40, {"RET", 0}},
    {0x41, {"SYSCALL", 4}},     {0x43, {"DEPTH", 0}},        {0x45, {"DROP", 0}},
    {0x46, {"NIP", 0}},         {0x48, {"XDROP", 0}},        {0x49, {"CLEAR", 0}},
    {0x4a, {"DUP", 0}},         {0x4b, {"OVER", 0}},         {0x4d, {"PICK", 0}},
    {0x4e, {"TUCK", 0}},        {0x50, {"SWAP", 0}},         {0x51, {"ROT", 0}},
    {0x52, {"ROLL", 0}},        {0x53, {"REVERSE3", 0}},     {0x54, {"REVERSE4", 0}},
    {0x55, {"REVERSEN", 0}},    {0x56, {"INITSSLOT", 1}},    {0x57, {"INITSLOT", 2}},
    {0x58, {"LDSFLD0", 0}},     {0x59, {"LDSFLD1", 0}},      {0x5a, {"LDSFLD2", 0}},
    {0x5b, {"LDSFLD3", 0}},     {0x5c, {"LDSFLD4", 0}},      {0x5d, {"LDSFLD5", 0}},
    {0x5e, {"LDSFLD6", 0}},     {0x5f, {"LDSFLD", 1}},       {0x60, {"STSFLD0", 0}},
    {0x61, {"STSFLD1", 0}},     {0x62, {"STSFLD2", 0}},      {0x63, {"STSFLD3", 0}},
    {0x64, {"STSFLD4", 0}},     {0x65, {"STSFLD5", 0}},      {0x66, {"STSFLD6", 0}},
    {0x67, {"STSFLD", 1}},      {0x68, {"LDLOC0", 0}},       {0x69, {"LDLOC1", 0}},
    {0x6a, {"LDLOC2", 0}},      {0x6b, {"LDLOC3", 0}},       {0x6c, {"LDLOC4", 0}},
    {0x6d, {"LDLOC5", 0}},      {0x6e, {"LDLOC6", 0}},       {0x6f, {"LDLOC", 1}},
    {0x70, {"STLOC0", 0}},      {0x71, {"STLOC1", 0}},       {0x72, {"STLOC2", 0}},
    {0x73, {"STLOC3", 0}},      {0x74, {"STLOC4", 0}},       {0x75, {"STLOC5", 0}},
    {0x76, {"STLOC6", 0}},      {0x77, {"STLOC", 1}},        {0x78, {"LDARG0", 0}},
    {0x79, {"LDARG1", 0}},      {0x7a, {"LDARG2", 0}},       {0x7b, {"LDARG3", 0}},
    {0x7c, {"LDARG4", 0}},      {0x7d, {"LDARG5", 0}},       {0x7e, {"LDARG6", 0}},
    {0x7f, {"LDARG", 1}},       {0x80, {"STARG0", 0}},       {0x81, {"STARG1", 0}},
    {0x82, {"STARG2", 0}},      {0x83, {"STARG3", 0}},       {0x84, {"STARG4", 0}},
    {0x85, {"STARG5", 0}},      {0x86, {"STARG6", 0}},       {0x87, {"STARG", 1}},
    {0x88, {"NEWBUFFER", 0}},   {0x89, {"MEMCPY", 0}},       {0x8b, {"CAT", 0}},
    {0x8c, {"SUBSTR", 0}},      {0x8d, {"LEFT", 0}},         {0x8e, {"RIGHT", 0}},
    {0x90, {"INVERT", 0}},      {0x91, {"AND", 0}},          {0x92, {"OR", 0}},
    {0x93, {"XOR", 0}},         {0x97, {"EQUAL", 0}},        {0x98, {"NOTEQUAL", 0}},
    {0x99, {"SIGN", 0}},        {0x9a, {"ABS", 0}},          {0x9b, {"NEGATE", 0}},
    {0x9c, {"INC", 0}},         {0x9d, {"DEC", 0}},          {0x9e, {"ADD", 0}},
    {0x9f, {"SUB", 0}},         {0xa0, {"MUL", 0}},          {0xa1, {"DIV", 0}},
    {0xa2, {"MOD", 0}},         {0xa3, {"POW", 0}},          {0xa4, {"SQRT", 0}},
    {0xa5, {"MODMUL", 0}},      {0xa6, {"MODPOW", 0}},       {0xa8, {"SHL", 0}},
    {0xa9, {"SHR", 0}},         {0xaa, {"NOT", 0}},          {0xab, {"BOOLAND", 0}},
    {0xac, {"BOOLOR", 0}},      {0xb1, {"NZ", 0}},           {0xb3, {"NUMEQUAL", 0}},
    {0xb4, {"NUMNOTEQUAL", 0}}, {0xb5, {"LT", 0}},           {0xb6, {"LE", 0}},
    {0xb7, {"GT", 0}},          {0xb8, {"GE", 0}},           {0xb9, {"MIN", 0}},
    {0xba, {"MAX", 0}},         {0xbb, {"WITHIN", 0}},       {0xbe, {"PACKMAP", 0}},
    {0xbf, {"PACKSTRUCT", 0}},  {0xc0, {"PACK", 0}},         {0xc1, {"UNPACK", 0}},
    {0xc2, {"NEWARRAY0", 0}},   {0xc3, {"NEWARRAY", 0}},     {0xc4, {"NEWARRAY_T", 1}},
    {0xc5, {"NEWSTRUCT0", 0}},  {0xc6, {"NEWSTRUCT", 0}},    {0xc8, {"NEWMAP", 0}},
    {0xca, {"SIZE", 0}},        {0xcb, {"HASKEY", 0}},       {0xcc, {"KEYS", 0}},
    {0xcd, {"VALUES", 0}},      {0xce, {"PICKITEM", 0}},     {0xcf, {"APPEND", 0}},
    {0xd0, {"SETITEM", 0}},     {0xd1, {"REVERSEITEMS", 0}}, {0xd2, {"REMOVE", 0}},
    {0xd3, {"CLEARITEMS", 0}},  {0xd4, {"POPITEM", 0}},      {0xd8, {"ISNULL", 0}},
    {0xd9, {"ISTYPE", 1}},      {0xdb, {"CONVERT", 1}},      {0xe0, {"ABORTMSG", 0}},
    {0xe1, {"ASSERTMSG", 0}}};

constexpr std::array<OpcodeFacts, 256> kTable = [] {
    std::array<OpcodeFacts, 256> table{};
    for (const Entry& entry : kEntries) table[entry.opcode] = entry.facts;
    return table;
}();

}  // namespace

OpcodeFacts opcode_facts(std::uint8_t opcode) {
    return kTable[opcode];
}

}  // namespace nsl::cli
