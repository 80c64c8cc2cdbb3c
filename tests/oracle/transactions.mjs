// SPDX-License-Identifier: Apache-2.0
// Cases of signers and transactions. The JSON is what a node shows. neon-core's own differs in form:
// scopes joined without a space, hashes of some rules without 0x.
import { tx, u, wallet } from "@cityofzion/neon-core";

const scope = { entry: 0x01, contracts: 0x10, groups: 0x20, rules: 0x40, global: 0x80 };
const scope_names = [[0x01, "CalledByEntry"], [0x10, "CustomContracts"], [0x20, "CustomGroups"],
  [0x40, "WitnessRules"], [0x80, "Global"]];

function scopes_text(scopes) {
  return scope_names.filter(([bit]) => scopes & bit).map(([, name]) => name).join(", ") || "None";
}

const contract = (random) => "0x" + random.hex(20);
const few = (random) => (random.one_in(30) ? 16 : random.between(1, 3));

// Three levels at most, as nodes allow.
function condition(random, ring, depth = 0) {
  const deeper = () => condition(random, ring, depth + 1);
  const leaves = [
    () => ({ type: "Boolean", expression: random.one_in(2) }),
    () => ({ type: "ScriptHash", hash: contract(random) }),
    () => ({ type: "Group", group: random.pick(ring).publicKey }),
    () => ({ type: "CalledByEntry" }),
    () => ({ type: "CalledByContract", hash: contract(random) }),
    () => ({ type: "CalledByGroup", group: random.pick(ring).publicKey }),
  ];
  const nodes = [
    () => ({ type: "Not", expression: deeper() }),
    () => ({ type: "And", expressions: random.list(few(random), deeper) }),
    () => ({ type: "Or", expressions: random.list(few(random), deeper) }),
  ];
  return random.pick(depth < 2 ? [...leaves, ...nodes, ...nodes] : leaves)();
}

function distinct(random, count, make) {
  const out = new Set();
  while (out.size < count) out.add(make());
  return [...out];
}

// Rules make signers long: transactions have to stay within their size.
function signer_json(random, ring, account, rules_max = 16) {
  let scopes = 0;
  if (random.one_in(6)) scopes = scope.global;
  else for (const bit of [1, 0x10, 0x20, 0x40]) if (random.one_in(2)) scopes |= bit;
  const out = { account, scopes: scopes_text(scopes) };
  if (scopes & scope.contracts)
    out.allowedcontracts = distinct(random, few(random), () => contract(random));
  if (scopes & scope.groups)
    out.allowedgroups = distinct(random, few(random), () => random.pick(ring).publicKey);
  if (scopes & scope.rules)
    out.rules = random.list(Math.min(few(random), rules_max), () => ({
      action: random.pick(["Allow", "Deny"]),
      condition: condition(random, ring),
    }));
  return out;
}

function same(neon, node) {
  const plain = (json) => JSON.stringify(json).replaceAll("0x", "").replaceAll(", ", ",");
  if (plain(neon) !== plain(node))
    throw new Error(`neon-core reads ${plain(neon)} where ${plain(node)} was written`);
}

export function signer_case(random, ring) {
  const json = signer_json(random, ring, contract(random));
  const signer = tx.Signer.fromJson(json);
  const bytes = signer.serialize();
  same(tx.Signer.deserialize(new u.StringStream(bytes)).toJson(), json);
  return { kind: "signer", json, bytes };
}

// Three attributes are younger than neon-core: their bytes are written here, after neo-go.
const young = {
  NotValidBefore: ({ height }) => "20" + u.num2hexstring(height, 4, true),
  Conflicts: ({ hash }) => "21" + u.reverseHex(hash.slice(2)),
  NotaryAssisted: ({ nkeys }) => "22" + u.num2hexstring(nkeys, 1),
};

const codes = ["Success", "ProtocolNotSupported", "ConsensusUnreachable", "NotFound", "Timeout",
  "Forbidden", "ResponseTooLarge", "InsufficientFunds", "ContentTypeNotSupported", "Error"];

function oracle_response(random) {
  const code = random.pick(codes);
  const size = code !== "Success" ? 0 : random.one_in(30) ? 65535 : random.below(300);
  return {
    type: "OracleResponse",
    id: random.one_in(2) ? random.below(2 ** 53) : random.below(1000),
    code,
    result: random.bytes(size).toString("base64"),
  };
}

function attributes_json(random) {
  const out = [];
  if (random.one_in(4)) out.push({ type: "HighPriority" });
  if (random.one_in(4)) out.push(oracle_response(random));
  if (random.one_in(4)) out.push({ type: "NotValidBefore", height: random.below(2 ** 32) });
  if (random.one_in(4)) out.push({ type: "NotaryAssisted", nkeys: random.below(256) });
  const conflicts = random.one_in(4) ? random.between(1, 8) : 0;
  for (let i = 0; i < conflicts; ++i) out.push({ type: "Conflicts", hash: "0x" + random.hex(32) });
  return out;
}

function to_neon_attribute(json) {
  const write = young[json.type];
  if (!write) return tx.TransactionAttribute.fromJson(json);
  const bytes = write(json);
  return { size: bytes.length / 2, serialize: () => bytes };
}

// Below 2^62: two of them together are still a number of datoshi.
function fee(random) {
  const value = random.u64() >> BigInt(random.between(2, 63));
  return value.toString();
}

function witness_of(message, account) {
  return tx.Witness.fromSignature(wallet.sign(message, account.privateKey), account.publicKey);
}

export function transaction_case(random, ring) {
  const count = random.one_in(20) ? 4 : random.between(1, 2);
  const signing = distinct(random, count, () => random.pick(ring));
  const signers = signing.map((a) => signer_json(random, ring, "0x" + a.scriptHash, 2));
  const attributes = attributes_json(random).slice(0, 16 - count);
  const network = random.pick([860833102, 894710606, random.below(2 ** 32)]);
  const script = random.hex(random.one_in(60) ? 20000 : random.between(1, 300));
  const neon = new tx.Transaction({
    nonce: random.below(2 ** 32),
    systemFee: u.BigInteger.fromNumber(fee(random)),
    networkFee: u.BigInteger.fromNumber(fee(random)),
    validUntilBlock: random.below(2 ** 32),
    signers: signers.map((s) => tx.Signer.fromJson(s)),
    script,
  });
  neon.attributes.push(...attributes.map(to_neon_attribute));
  const sign_data = neon.getMessageForSigning(network);
  for (const account of signing) neon.witnesses.push(witness_of(sign_data, account));
  const bytes = neon.serialize(true);
  if (bytes.length > 2 * 102400) return transaction_case(random, ring);
  return {
    kind: "transaction",
    network,
    private_keys: signing.map((a) => a.privateKey),
    unsigned: neon.serialize(false),
    bytes,
    sign_data,
    json: {
      hash: "0x" + neon.hash(),
      size: neon.size,
      version: neon.version,
      nonce: neon.nonce,
      sender: signing[0].address,
      sysfee: neon.systemFee.toString(),
      netfee: neon.networkFee.toString(),
      validuntilblock: neon.validUntilBlock,
      attributes,
      signers,
      script: neon.script.toBase64(),
      witnesses: neon.witnesses.map((w) => w.toJson()),
    },
  };
}
