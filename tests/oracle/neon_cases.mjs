// SPDX-License-Identifier: Apache-2.0
// Random cases with neon-core's answers, one JSON object a line:
//   node neon_cases.mjs --seed 1 --count 10000
// The same seed gives the same cases; --line-max leaves out those whose lines are longer. Where neon-core
// differs from the chain, the file that makes the case says so and how; such an answer is never handed
// out.
import { parseArgs } from "node:util";
import { once } from "node:events";

import * as keys from "./keys.mjs";
import { Random } from "./random.mjs";
import { call_case, nef_case, script_case } from "./scripts.mjs";
import { signer_case, transaction_case } from "./transactions.mjs";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "10000" },
    "line-max": { type: "string", default: "1000000" },
  },
});
const random = new Random(values.seed);
const ring = keys.key_ring(random, 40);

// How many of a hundred cases are of which kind.
const kinds = [
  [8, () => keys.key_case(random)],
  [4, () => keys.account_case(random)],
  [5, () => keys.multi_signature_case(random, ring)],
  [6, () => keys.signature_case(random, ring)],
  [8, () => keys.message_case(random, ring)],
  [3, () => keys.login_case(random, ring)],
  [24, () => script_case(random, ring)],
  [10, () => call_case(random, ring)],
  [3, () => nef_case(random)],
  [18, () => signer_case(random, ring)],
  [11, () => transaction_case(random, ring)],
];

function any_case() {
  let at = random.below(100);
  for (const [share, make] of kinds) {
    if (at < share) return make();
    at -= share;
  }
  throw new Error("the shares do not add up to a hundred");
}

async function write(record) {
  const line = JSON.stringify(record) + "\n";
  if (line.length > Number(values["line-max"])) return;
  if (!process.stdout.write(line)) await once(process.stdout, "drain");
}

// Deriving is slow by intent: most of these few are as cheap as the rules allow.
const standard = { n: 16384, r: 8, p: 8 };
for (let i = 0; i < 20; ++i) await write(await keys.nep2_case(random, { n: 2 ** (i % 8 + 1), r: 1, p: 1 }));
await write(await keys.nep2_case(random, standard));
for (let i = 0; i < 5; ++i) await write(await keys.wallet_case(random));
for (let left = Number(values.count); left > 0; --left) await write(any_case());
