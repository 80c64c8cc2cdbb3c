#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when an #include crosses a layer, a service file plays another's role, or a library leaves home.

The tables are the architecture: change them in review, together with CMakeLists.txt and
docs/architecture.md. usage: check_layers.py [folder that holds the modules, default src]
"""
import pathlib
import re
import sys

MODULES = {  # module: modules it may include besides itself
    "base": [],
    "net": ["base"],
    "neo": ["base"],
    "chain": ["base", "net", "neo"],
    "tee": ["base", "neo"],
    "store": ["base"],
    "api": ["base", "neo", "store"],
    "services/*": ["base", "neo", "chain", "tee", "store", "api"],  # never another service
    "enclave": ["base", "net", "neo", "tee", "pure services"],
    "node": ["*"],
    "client": ["base", "net", "neo"],
    "cli": ["base", "net", "neo", "chain", "tee", "client"],
}
PURE = ("types", "rules")  # what of a service the enclave may include
ROLES = {  # inside a service: role: roles it must not include
    "types": {"rules", "ports", "service", "routes", "store_sql", "worker", "probe"},
    "rules": {"ports", "service", "routes", "store_sql", "worker", "probe"},
    "ports": {"service", "routes", "store_sql", "worker", "probe"},
    "service": {"routes", "store_sql", "worker"},
    "worker": {"routes", "store_sql"},
    "routes": {"ports", "store_sql", "worker"},
    "store_sql": {"service", "routes", "worker", "probe"},
    "probe": {"ports", "service", "routes", "store_sql", "worker"},
}
CONFINED = {  # third-party header: modules that may include it
    "openssl/": ["base", "neo", "tee", "net"],
    "boost/beast": ["net", "api"],
    "libpq-fe.h": ["store"],
    "sqlite3.h": ["store"],
    "nats/": ["store"],
    "tss2/": ["tee"],
    "seccomp.h": ["enclave"],
    "nsl_protocol/": ["tee", "enclave"],
    "google/protobuf": ["tee", "enclave"],
    "spdlog/": ["base"],
    "utf8proc.h": ["base"],
    "prometheus/": ["base"],
    "yaml-cpp/": ["base"],
    "CLI/": ["cli", "node", "enclave"],
}
PURE_BANS = ("asio", "base/task.h", "base/clock.h", "base/spawn.h", "chrono", "thread", "fstream", "iostream")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)')


def module_of(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "services" else parts[0]


def role_of(path: str) -> str:
    """rules_engine.cpp plays the role rules; store_sql.h the role store_sql."""
    stem = pathlib.PurePath(path).stem
    return next((role for role in ROLES if stem == role or stem.startswith(role + "_")), stem)


def allowed_of(module: str):
    if module in MODULES:
        return MODULES[module]
    return MODULES["services/*"] if module.startswith("services/") else None


def quoted_problem(name: str, module: str, allowed, target: str):
    other, role = module_of(target), role_of(name)
    pure = "pure services" in allowed and other.startswith("services/") and role_of(target) in PURE
    if other != module and not pure and "*" not in allowed and other not in allowed:
        return f"{module} may not include {other}"
    is_test = name.endswith(("_test.cpp", "_fuzz.cpp"))
    if module.startswith("services/") and other == module and not is_test:
        if role_of(target) in ROLES.get(role, ()):
            return f"{role} may not include {target}"
    return None


def problems(root: pathlib.Path):
    for file in sorted([*root.rglob("*.h"), *root.rglob("*.cpp")]):
        name = file.relative_to(root).as_posix()
        module = module_of(name)
        allowed = allowed_of(module)
        if allowed is None:
            yield f"src/{name}:1: {module} is no module of the architecture"
            continue
        pure = module.startswith("services/") and role_of(name) in PURE and not name.endswith("_test.cpp")
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quote, target = match.groups()
            where = f"src/{name}:{number}: "
            in_tests = quote == '"' and "/" not in target and name.endswith("_test.cpp")
            if ".." in target or (quote == '"' and "/" not in target and not in_tests):
                yield where + f'write "{target}" as a path from src/'
            elif quote == '"' and not in_tests:
                found = quoted_problem(name, module, allowed, target)
                if found:
                    yield where + found
            else:
                for prefix, homes in CONFINED.items():
                    if target.startswith(prefix) and module not in homes:
                        yield where + f"<{target}> belongs in {' or '.join(homes)} only"
            if pure and any(ban in target for ban in PURE_BANS):
                yield where + f"{role_of(name)} is pure: no {target}"


if __name__ == "__main__":
    found = list(problems(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "src")))
    print("\n".join(found) or "layers ok")
    sys.exit(bool(found))
