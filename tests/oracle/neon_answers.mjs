// SPDX-License-Identifier: Apache-2.0
// Answers questions of another implementation: node neon_answers.mjs FILE. The file holds one JSON
// object a line; one line of answer is written for each, in the same order.
import { readFileSync } from "node:fs";
import { tx, wallet } from "@cityofzion/neon-core";

import { verdict } from "./keys.mjs";

const answers = {
  signature: ({ message, signature, public_key }) => ({
    valid: verdict(message, signature, public_key),
  }),

  transaction: ({ bytes }) => {
    const read = tx.Transaction.deserialize(bytes);
    return { hash: "0x" + read.hash(), bytes: read.serialize(true) };
  },

  // Every key of a wallet file, and the address that neon-core makes of it.
  open_wallet: async ({ file, password }) => {
    const opened = new wallet.Wallet(JSON.parse(file));
    const accounts = [];
    for (const account of opened.accounts) {
      if (!account.tryGet("encrypted")) continue;
      await account.decrypt(password, opened.scrypt);
      accounts.push({ address: account.address, private_key: account.privateKey });
    }
    return { name: opened.name, default: opened.defaultAccount.address, accounts };
  },
};

for (const line of readFileSync(process.argv[2], "utf8").split("\n")) {
  if (line === "") continue;
  const question = JSON.parse(line);
  console.log(JSON.stringify(await answers[question.ask](question)));
}
