// SPDX-License-Identifier: Apache-2.0
// Cases of scripts and compiled contracts. Arguments are {type, value} as invokefunction takes them.
import { sc, u } from "@cityofzion/neon-core";

// Where neon-core writes another script than neo-go and the C# node, which agree: an array without
// items is NEWARRAY0 (neon-core itself writes that for the arguments of a call, but packs a count of
// zero elsewhere), a map without entries NEWMAP, and a map's last entry is pushed first.
class Script extends sc.ScriptBuilder {
  emitArray(items) {
    return items.length === 0 ? this.emit(sc.OpCode.NEWARRAY0) : super.emitArray(items);
  }

  emitMap(entries) {
    return entries.length === 0
      ? this.emit(sc.OpCode.NEWMAP)
      : super.emitMap([...entries].reverse());
  }
}

function size_of_data(random) {
  if (random.one_in(400)) return random.between(65530, 65550);
  if (random.one_in(40)) return random.between(250, 260);
  return random.below(70);
}

const primitives = {
  Boolean: (random) => random.one_in(2),
  Integer: (random) => random.integer().toString(),
  String: (random) => (random.one_in(40) ? "x".repeat(size_of_data(random)) : random.text(40)),
  ByteArray: (random) => random.bytes(size_of_data(random)).toString("base64"),
  Hash160: (random) => "0x" + random.hex(20),
  Hash256: (random) => "0x" + random.hex(32),
  PublicKey: (random, ring) => random.pick(ring).publicKey,
};

function primitive(random, ring) {
  const type = random.pick(Object.keys(primitives));
  return { type, value: primitives[type](random, ring) };
}

// A key twice would be a map that reads otherwise than it is written.
function map_entries(random, ring, depth) {
  const entries = new Map();
  for (let i = random.below(4); i > 0; --i) {
    const key = primitive(random, ring);
    entries.set(JSON.stringify(key.value), { key, value: argument(random, ring, depth + 1) });
  }
  return [...entries.values()];
}

function argument(random, ring, depth = 0) {
  if (depth < 4 && random.one_in(4)) {
    if (random.one_in(3)) return { type: "Map", value: map_entries(random, ring, depth) };
    const count = random.one_in(30) ? random.between(14, 20) : random.below(4);
    return { type: "Array", value: random.list(count, () => argument(random, ring, depth + 1)) };
  }
  return random.one_in(12) ? { type: "Any" } : primitive(random, ring);
}

function to_neon({ type, value }) {
  const param = sc.ContractParam;
  const plain = (hash) => hash.slice(2);
  switch (type) {
    case "Any": return param.any(null);
    case "Boolean": return param.boolean(value);
    case "Integer": return param.integer(value);
    case "String": return param.string(value);
    case "ByteArray": return param.byteArray(value);
    case "Hash160": return param.hash160(plain(value));
    case "Hash256": return param.hash256(plain(value));
    case "PublicKey": return param.publicKey(value);
    case "Array": return param.array(...value.map(to_neon));
    case "Map":
      return param.map(...value.map((e) => ({ key: to_neon(e.key), value: to_neon(e.value) })));
    default: throw new Error(`no such type: ${type}`);
  }
}

export function script_case(random, ring) {
  const args = random.list(random.between(1, 3), () => argument(random, ring));
  const script = new Script();
  for (const each of args) script.emitContractParam(to_neon(each));
  return { kind: "script", arguments: args, script: script.build() };
}

export function call_case(random, ring) {
  const args = random.list(random.below(5), () => argument(random, ring));
  const contract = random.hex(20);
  const method = random.pick(["transfer", "balanceOf", "update", random.text(20) || "m"]);
  const flags = random.below(16);
  const script = new Script().emitAppCall(contract, method, args.map(to_neon), flags).build();
  return { kind: "call", contract: "0x" + contract, method, arguments: args, flags, script };
}

const ascii = (random, length_max) =>
  random.list(random.below(length_max + 1), () => String.fromCharCode(random.between(0x21, 0x7e)))
    .join("");

// ASCII only: neon-core writes the count of characters where the count of bytes belongs.
export function nef_case(random) {
  const tokens = random.list(random.one_in(20) ? 128 : random.below(4), () => ({
    hash: random.hex(20),
    method: "m" + ascii(random, 31),
    parametersCount: random.one_in(10) ? random.below(65536) : random.below(6),
    hasReturnValue: random.one_in(2),
    callFlags: random.below(16),
  }));
  const script = random.hex(random.one_in(50) ? random.between(65530, 65550) : random.between(1, 300));
  const nef = new sc.NEF({ compiler: ascii(random, 64), source: ascii(random, 256), tokens, script });
  return {
    kind: "nef",
    bytes: nef.serialize(),
    // neon-core shows hashes of tokens in raw order and the script in hex.
    json: {
      ...nef.toJson(),
      script: Buffer.from(script, "hex").toString("base64"),
      tokens: nef.tokens.map((t) => ({
        hash: "0x" + u.reverseHex(t.hash),
        method: t.method,
        paramcount: t.parametersCount,
        hasreturnvalue: t.hasReturnValue,
        callflags: call_flags_text(t.callFlags),
      })),
    },
  };
}

// As neo-go shows them: names of two flags at once first.
function call_flags_text(flags) {
  if (flags === 0) return "None";
  if (flags === 15) return "All";
  const names = [["ReadOnly", 5], ["States", 3], ["ReadStates", 1], ["WriteStates", 2],
    ["AllowCall", 4], ["AllowNotify", 8]];
  const out = [];
  for (const [name, bits] of names) {
    if ((flags & bits) !== bits) continue;
    out.push(name);
    flags &= ~bits;
  }
  return out.join(", ");
}
