// SPDX-License-Identifier: Apache-2.0
// How many sponsored transactions neon-core builds, signs twice and serializes in a second: writes
// that number alone. bench/neo_bench.cpp does the same with the same input.
import { CONST, sc, tx, u, wallet } from "@cityofzion/neon-core";

const seconds_min = 2;
const sponsor = new wallet.Account("01".repeat(32));
const user = new wallet.Account("02".repeat(32));

function sponsored_transfer(nonce) {
  const script = new sc.ScriptBuilder()
    .emitContractCall({
      scriptHash: CONST.NATIVE_CONTRACT_HASH.GasToken,
      operation: "transfer",
      args: [
        sc.ContractParam.hash160(user.scriptHash),
        sc.ContractParam.hash160(sponsor.scriptHash),
        sc.ContractParam.integer(100_000_000),
        sc.ContractParam.any(null),
      ],
    })
    .emit(sc.OpCode.ASSERT)
    .build();
  const transaction = new tx.Transaction({
    nonce,
    systemFee: u.BigInteger.fromNumber(9977780),
    networkFee: u.BigInteger.fromNumber(2345040),
    validUntilBlock: 1000,
    signers: [
      { account: sponsor.scriptHash, scopes: tx.WitnessScope.None },
      { account: user.scriptHash, scopes: tx.WitnessScope.CalledByEntry },
    ],
    script,
  });
  transaction.sign(sponsor, CONST.MAGIC_NUMBER.MainNet);
  transaction.sign(user, CONST.MAGIC_NUMBER.MainNet);
  return transaction.serialize();
}

// Public keys are derived once, and the compiler has seen the code.
for (let nonce = 0; nonce < 50; ++nonce) sponsored_transfer(nonce);
if (process.argv[2] === "--show") {
  console.log(sponsored_transfer(0));
} else {
  const start = process.hrtime.bigint();
  let done = 0;
  let elapsed = 0;
  for (; elapsed < seconds_min; ++done) {
    sponsored_transfer(done);
    elapsed = Number(process.hrtime.bigint() - start) / 1e9;
  }
  console.log((done / elapsed).toFixed(2));
}
