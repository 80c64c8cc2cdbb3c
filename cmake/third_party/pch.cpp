// SPDX-License-Identifier: Apache-2.0
// A library needs a source file; this one exists to carry the precompiled header.
namespace nsl {
extern const int kPrecompiledHeader;
const int kPrecompiledHeader = 1;
}  // namespace nsl
