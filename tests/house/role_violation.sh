#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The layer check accepts the tree as it is and refuses each kind of violation, by name.
set -euo pipefail
cd "${NSL_SOURCE_DIR:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
check() { python3 scripts/check_layers.py "$work/src" >"$work/out"; }
plant() {
    rm -rf "$work/src"
    cp -r src "$work/src"
    sed -i "2i #include $2" "$work/src/$1"
}
refuse() {
    plant "$1" "$2"
    if check; then
        echo "$1 could include $2"
        exit 1
    fi
    grep -qF "$3" "$work/out" || { cat "$work/out"; echo "expected: $3"; exit 1; }
}
cp -r src "$work/src"
check || { cat "$work/out"; exit 1; }
refuse services/pricefeed/rules_publish.cpp '"services/pricefeed/store_sql.h"' 'rules may not include services/pricefeed/store_sql.h'
refuse services/pricefeed/rules_publish.cpp '"base/clock.h"' 'rules is pure: no base/clock.h'
refuse services/pricefeed/routes.cpp '"services/pricefeed/ports.h"' 'routes may not include services/pricefeed/ports.h'
refuse services/pricefeed/service.cpp '"net/http_client.h"' 'services/pricefeed may not include net'
refuse base/bytes.cpp '"neo/hash.h"' 'base may not include neo'
refuse enclave/main.cpp '"services/pricefeed/service.h"' 'enclave may not include services/pricefeed'
refuse cli/main.cpp '<sqlite3.h>' '<sqlite3.h> belongs in store only'
refuse neo/hash.cpp '"../base/bytes.h"' 'as a path from src/'
echo "every violation refused"
