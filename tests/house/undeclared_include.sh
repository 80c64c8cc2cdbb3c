#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The build refuses an include that CMakeLists.txt does not declare: `neo` may see base, not net. The
# same file with a declared include compiles, so that it is the include that is refused.
set -euo pipefail
build=${NSL_BUILD_DIR:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
compile() {
    printf '#include "%s"\nint main() {}\n' "$1" >"$work/probe.cpp"
    clang++-19 -std=c++23 -fsyntax-only -DBOOST_ASIO_SEPARATE_COMPILATION -I"$build/inc/neo" "$work/probe.cpp" 2>"$work/errors"
}
compile base/result.h || { cat "$work/errors"; echo "a declared include must compile"; exit 1; }
if compile net/http_client.h; then
    echo "neo could include net, which it does not declare"
    exit 1
fi
grep -q "'net/http_client.h' file not found" "$work/errors" || { cat "$work/errors"; exit 1; }
echo "undeclared include refused"
