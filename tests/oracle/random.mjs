// SPDX-License-Identifier: Apache-2.0
// Random values from a seed: the same seed gives the same values on every machine.
export class Random {
  #state;

  constructor(seed) {
    this.#state = BigInt.asUintN(64, BigInt(seed));
  }

  // SplitMix64.
  u64() {
    this.#state = BigInt.asUintN(64, this.#state + 0x9e3779b97f4a7c15n);
    let z = this.#state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  }

  // 0..limit-1
  below(limit) {
    return Number(this.u64() % BigInt(limit));
  }

  between(first, last) {
    return first + this.below(last - first + 1);
  }

  one_in(n) {
    return this.below(n) === 0;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  bytes(size) {
    const out = Buffer.alloc(size);
    for (let at = 0; at < size; at += 8) {
      const word = Buffer.alloc(8);
      word.writeBigUInt64LE(this.u64());
      word.copy(out, at);
    }
    return out;
  }

  hex(size) {
    return this.bytes(size).toString("hex");
  }

  list(count, make) {
    return Array.from({ length: count }, () => make());
  }

  // Any text without lone surrogates: ASCII mostly, every plane now and then, control characters too.
  text(length_max) {
    let out = "";
    const length = this.below(length_max + 1);
    for (let i = 0; i < length; ++i) {
      const kind = this.below(16);
      if (kind < 11) out += String.fromCharCode(this.between(0x20, 0x7e));
      else if (kind < 12) out += String.fromCharCode(this.between(0, 0x1f));
      else if (kind < 14) out += String.fromCharCode(this.between(0x80, 0xd7ff));
      else if (kind < 15) out += String.fromCharCode(this.between(0xe000, 0xffff));
      else out += String.fromCodePoint(this.between(0x10000, 0x10ffff));
    }
    return out;
  }

  // Of 256 bits signed, every width as likely as any other, borders of widths often.
  integer() {
    const bits = BigInt(this.between(0, 255));
    if (this.one_in(3)) {
      const border = (1n << bits) + BigInt(this.between(-2, 1));
      const value = this.one_in(2) ? border : -border;
      if (value >= -(1n << 255n) && value < 1n << 255n) return value;
    }
    if (this.one_in(5)) return BigInt(this.between(-1, 17));
    const magnitude = BigInt("0x" + this.hex(32)) & ((1n << bits) - 1n);
    return this.one_in(2) ? magnitude : -magnitude;
  }

  // A secret of secp256r1, with leading zeros and both ends now and then.
  private_key() {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    if (this.one_in(50)) {
      const small = BigInt(this.between(1, 1000));
      return (this.one_in(2) ? small : order - small).toString(16).padStart(64, "0");
    }
    const text = this.one_in(20) ? "00".repeat(4) + this.hex(28) : this.hex(32);
    const value = BigInt("0x" + text);
    return value === 0n || value >= order ? this.private_key() : text;
  }
}
