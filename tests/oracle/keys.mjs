// SPDX-License-Identifier: Apache-2.0
// Cases of keys, accounts, multi-signature scripts, signatures and messages.
import { u, wallet } from "@cityofzion/neon-core";

const hex_of = (text) => Buffer.from(text, "utf8").toString("hex");

export function key_case(random) {
  const private_key = random.private_key();
  const account = new wallet.Account(private_key);
  return {
    kind: "key",
    private_key,
    wif: account.WIF,
    public_key: account.publicKey,
    script: wallet.getVerificationScriptFromPublicKey(account.publicKey),
    account: "0x" + account.scriptHash,
    address: account.address,
  };
}

export function account_case(random) {
  const zeros = random.one_in(4) ? random.between(1, 20) : 0;
  const account = random.hex(20 - zeros) + "00".repeat(zeros);
  return { kind: "account", account: "0x" + account, address: wallet.getAddressFromScriptHash(account) };
}

const passwords = ["", "correct horse", "Ünïcödé Straße", "密码", "\u{1f511}\u{1f511}"];

export async function nep2_case(random, scrypt) {
  const private_key = random.private_key();
  // Decomposed letters and compatibility forms too: the password counts in normal form C.
  const password = (random.pick(passwords) + random.text(12)).normalize(random.pick(["NFC", "NFD"]));
  return {
    kind: "nep2",
    private_key,
    password,
    scrypt,
    nep2: await wallet.encrypt(private_key, password, scrypt),
  };
}

// A wallet file as neon-core writes it: with these keys, and one account only to watch.
export async function wallet_file(private_keys, watched, password, scrypt) {
  const made = new wallet.Wallet({ name: "made by neon-core", version: "1.0", scrypt });
  for (const key of private_keys) made.addAccount(new wallet.Account(key));
  await made.encryptAll(password);
  made.addAccount(new wallet.Account(watched));
  return JSON.stringify(made.export());
}

export async function wallet_case(random) {
  const private_keys = random.list(3, () => random.private_key());
  const watched = wallet.getAddressFromScriptHash(random.hex(20));
  const password = random.pick(passwords) + random.text(12);
  const file = await wallet_file(private_keys, watched, password, { n: 4, r: 1, p: 1 });
  return { kind: "wallet", file, password, private_keys, watched };
}

// The keys of a case are few, as every one costs neon-core a square root several times.
export function key_ring(random, size) {
  return random.list(size, () => new wallet.Account(random.private_key()));
}

function by_point(a, b) {
  const [left, right] = [a, b].map((key) => wallet.getPublicKeyUnencoded(key));
  return left < right ? -1 : left > right ? 1 : 0;
}

// neon-core takes the keys in the order given; the chain's order is by X, then Y.
export function multi_signature_case(random, ring) {
  const n = random.one_in(20) ? random.between(8, 20) : random.between(1, 7);
  const m = random.between(1, n);
  const keys = new Set();
  while (keys.size < n) keys.add(random.pick(ring).publicKey);
  // The other point with the same X.
  if (n > 1 && random.one_in(3)) {
    const first = [...keys][0];
    keys.delete([...keys][n - 1]);
    keys.add((first.startsWith("02") ? "03" : "02") + first.slice(2));
  }
  const public_keys = [...keys];
  const script = wallet.constructMultiSigVerificationScript(m, [...public_keys].sort(by_point));
  return {
    kind: "multi_signature",
    m,
    public_keys,
    script,
    address: wallet.getAddressFromScriptHash(wallet.getScriptHashFromVerificationScript(script)),
  };
}

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function damaged(random, signature) {
  const bytes = Buffer.from(signature, "hex");
  bytes[random.below(64)] ^= 1 << random.below(8);
  return bytes.toString("hex");
}

function high_s(signature) {
  const s = order - BigInt("0x" + signature.slice(64));
  return signature.slice(0, 64) + s.toString(16).padStart(64, "0");
}

// What neon-core signs and what it says of it, of its mirror image, and of damaged ones.
export function signature_case(random, ring) {
  const account = random.pick(ring);
  const message = random.hex(random.below(80));
  const signed = wallet.sign(message, account.privateKey);
  const signature = random.pick([
    () => signed,
    () => high_s(signed),
    () => damaged(random, signed),
    () => random.hex(64),
    () => signed.slice(0, 64) + "00".repeat(32),
  ])();
  return {
    kind: "signature",
    private_key: account.privateKey,
    public_key: account.publicKey,
    message,
    signed,
    signature,
    valid: verdict(message, signature, account.publicKey),
  };
}

// neon-core throws where a number of the signature is zero or not below the order.
export function verdict(message, signature, public_key) {
  try {
    return wallet.verify(message, signature, public_key);
  } catch {
    return false;
  }
}

const var_bytes = (hex) => u.num2VarInt(hex.length / 2) + hex;
const u32 = (value) => u.num2hexstring(value, 4, true);
const legacy = (text) => "010001f0" + var_bytes(hex_of(text)) + "0000";

// A transaction that cannot be valid, with the text as its script: what hardware wallets sign.
function neoline_v2(text) {
  const unsigned =
    "00".repeat(25) + "01" + "00".repeat(20) + "00" + "00" + var_bytes(hex_of(text));
  return "00000000" + u.sha256(unsigned);
}

const formats = {
  "salted-legacy": (m) => legacy(m.salt + m.message),
  "unsalted-legacy": (m) => legacy(m.message),
  raw: (m) => hex_of(m.message),
  "neoline-v2-salted": (m) => neoline_v2(m.salt + m.message),
  "neoline-v2-unsalted": (m) => neoline_v2(m.message),
  "replay-protected": (m) => u32(m.network) + u.sha256(u.sha256(legacy(m.salt + m.message))),
};
const salted = ["salted-legacy", "neoline-v2-salted", "replay-protected"];

export function message_case(random, ring) {
  const account = random.pick(ring);
  const format = random.pick(Object.keys(formats));
  const message = {
    format,
    message: random.text(random.one_in(20) ? 3000 : 100),
    salt: salted.includes(format) ? random.hex(16) : "",
    network: format === "replay-protected" ? random.below(2 ** 32) : 0,
  };
  const bytes = formats[format](message);
  return {
    kind: "message",
    ...message,
    private_key: account.privateKey,
    public_key: account.publicKey,
    bytes,
    signature: wallet.sign(bytes, account.privateKey),
  };
}

export function login_case(random, ring) {
  const account = random.pick(ring);
  const form = random.pick(["nep20", "nep20_2021", "neoline_2026"]);
  const full = form === "nep20";
  const nonce = random.u64();
  const timestamp = random.below(2 ** 32);
  const network = random.below(2 ** 32);
  const action = full ? random.pick(["Authentication", random.text(60)]) : "";
  const domain = full ? random.pick(["example.org", random.text(60)]) : "";
  const nonce_hex = u.reverseHex(nonce.toString(16).padStart(16, "0"));
  const raw = u.reverseHex(account.scriptHash);
  const bytes = {
    nep20: nonce_hex + u32(timestamp) + u32(network) + raw + var_bytes(hex_of(action)) +
      var_bytes(hex_of(domain)),
    nep20_2021: u32(network) + nonce_hex + u32(timestamp) + raw,
    neoline_2026: u32(network) + nonce_hex + u32(timestamp) + account.scriptHash,
  }[form];
  return {
    kind: "login",
    form,
    nonce: nonce.toString(),
    timestamp,
    network,
    account: "0x" + account.scriptHash,
    action,
    domain,
    public_key: account.publicKey,
    bytes,
    signature: wallet.sign(bytes, account.privateKey),
  };
}
