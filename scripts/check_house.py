#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""House rules that no stock tool checks. usage: check_house.py [folders, default src]"""
import pathlib
import re
import sys

RULES = [  # what to find, why it is banned
    (re.compile(r"\basio::detached\b"), "use base/spawn.h: a detached coroutine loses its exception"),
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), "finish it or open an issue"),
    (re.compile(r"catch \(\.\.\.\) *\{ *\}"), "a swallowed exception is a lost incident"),
    (re.compile(r"\b(sleep_for|usleep)\(std::chrono|std::this_thread::sleep|\busleep\("), "blocks: use base/clock.h, or wait for a condition"),
    (re.compile(r"\b\w+(Impl|Manager|Helper|Util)\b(?=\s*[:{;])"), "name it for what it does"),
    (re.compile(r"\b(srand|rand)\("), "use base/random.h"),
]
FILE_LINES_MAX = 600
EXEMPT = {("src/base/spawn.cpp", "asio::detached"), ("src/base/spawn.h", "asio::detached")}


def problems(folders):
    files = sorted(f for folder in folders for s in ("*.h", "*.cpp") for f in pathlib.Path(folder).rglob(s))
    for file in files:
        text, name = file.read_text(), file.as_posix()
        if not text.startswith("// SPDX-License-Identifier: Apache-2.0\n"):
            yield f"{name}:1: begin with the SPDX licence line"
        if text.count("\n") > FILE_LINES_MAX:
            yield f"{name}:1: {text.count(chr(10))} lines, split at {FILE_LINES_MAX}"
        if name.endswith(".h") and "#pragma once" not in text:
            yield f"{name}:1: no #pragma once"
        for pattern, why in RULES:
            for match in pattern.finditer(text):
                if (name, match.group(0)) in EXEMPT:
                    continue
                yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group(0)}: {why}"


if __name__ == "__main__":
    found = list(problems(sys.argv[1:] or ["src"]))
    print("\n".join(found) or "house rules ok")
    sys.exit(bool(found))
