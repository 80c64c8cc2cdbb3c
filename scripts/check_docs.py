#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a page's example is not, letter by letter, a region of a test. usage: check_docs.py [--write]

A page marks an example with <!-- example: FILE NAME --> before its block; the file marks the region with
// [NAME] and // [end]. --write brings the pages up to date."""
import pathlib
import re
import sys
import textwrap

BLOCK = re.compile(r"<!-- example: (\S+) (\S+) -->\n```cpp\n(.*?)```\n", re.S)


def region(file, name):
    match = re.search(rf"// \[{re.escape(name)}\]\n(.*?)^\s*// \[end\]", pathlib.Path(file).read_text(), re.S | re.M)
    return textwrap.dedent(match.group(1)) if match else None


def main():
    write, stale = "--write" in sys.argv[1:], []
    for page in sorted(pathlib.Path("docs").rglob("*.md")):
        text = page.read_text()

        def current(match):
            file, name, shown = match.groups()
            code = region(file, name)
            if code is None:
                stale.append(f"{page}: {file} has no region [{name}]")
                return match.group(0)
            if code != shown:
                stale.append(f"{page}: the example [{name}] is not what {file} has: run scripts/check_docs.py --write")
            return f"<!-- example: {file} {name} -->\n```cpp\n{code}```\n"

        fresh = BLOCK.sub(current, text)
        if write and fresh != text:
            page.write_text(fresh)
    if write:
        stale = [line for line in stale if "has no region" in line]
    print("\n".join(stale) or "docs ok")
    sys.exit(bool(stale))


if __name__ == "__main__":
    main()
