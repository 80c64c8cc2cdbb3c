// SPDX-License-Identifier: Apache-2.0

package vectors_test

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/nspcc-dev/neo-go/pkg/config"
	"github.com/nspcc-dev/neo-go/pkg/config/netmode"
	"github.com/nspcc-dev/neo-go/pkg/core"
	"github.com/nspcc-dev/neo-go/pkg/core/block"
	"github.com/nspcc-dev/neo-go/pkg/core/native/nativehashes"
	"github.com/nspcc-dev/neo-go/pkg/core/storage"
	"github.com/nspcc-dev/neo-go/pkg/core/transaction"
	"github.com/nspcc-dev/neo-go/pkg/neotest"
	"github.com/nspcc-dev/neo-go/pkg/smartcontract"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

// A chain in memory whose blocks `validators` of the keys from number 40 sign.
func chain(t *testing.T, validators int) *neotest.Executor {
	m := smartcontract.GetDefaultHonestNodeCount(validators)
	configured := config.Blockchain{ProtocolConfiguration: config.ProtocolConfiguration{
		Magic: netmode.Magic(network), MaxTraceableBlocks: 1000, MaxBlockSystemFee: 900000000000,
		MaxValidUntilBlockIncrement: 500, TimePerBlock: time.Second,
		Genesis:          config.Genesis{TimePerBlock: time.Second},
		StandbyCommittee: texts(publicKeys(t, 40, validators)), ValidatorsCount: uint32(validators),
		VerifyTransactions: true,
	}}
	made, err := core.NewBlockchain(storage.NewMemoryStore(), configured, zap.NewNop(), nil)
	require.NoError(t, err)
	go made.Run()
	t.Cleanup(made.Close)
	signer := multi(t, m, 40, validators)
	return neotest.NewExecutor(t, made, signer, signer)
}

func transfer(t *testing.T, e *neotest.Executor, nonce uint32, amount int64) *transaction.Transaction {
	script, err := smartcontract.CreateCallWithAssertScript(nativehashes.GasToken, "transfer",
		e.Validator.ScriptHash(), account(t, 0), amount, nil)
	require.NoError(t, err)
	tx := transaction.New(script, 0)
	tx.Nonce, tx.ValidUntilBlock = nonce, e.Chain.BlockHeight()+1
	tx.Signers = []transaction.Signer{{Account: e.Validator.ScriptHash(), Scopes: transaction.CalledByEntry}}
	neotest.AddNetworkFee(t, e.Chain, tx, e.Validator)
	e.AddSystemFee(tx, -1)
	require.NoError(t, e.Validator.SignTx(network, tx))
	return tx
}

func blockVector(t *testing.T, each *block.Block) object {
	return object{
		"header": hex.EncodeToString(encoded(t, &each.Header)), "bytes": hex.EncodeToString(encoded(t, each)),
		"hash": "0x" + each.Hash().StringLE(), "json": each,
	}
}

// Blocks of a real chain, from the genesis block on: without transactions, with one, two and five.
func TestBlocks(t *testing.T) {
	var chains []object
	for _, validators := range []int{1, 4, 7} {
		e := chain(t, validators)
		nonce := uint32(0)
		for _, count := range []int{0, 1, 2, 5} {
			var list []*transaction.Transaction
			for range count {
				nonce++
				list = append(list, transfer(t, e, nonce, int64(1_0000_0000+nonce)))
			}
			e.AddBlockCheckHalt(t, list...)
		}
		var blocks []object
		for index := range e.Chain.BlockHeight() + 1 {
			blocks = append(blocks, blockVector(t, e.GetBlockByIndex(t, index)))
		}
		chains = append(chains, object{"network": network, "validators": validators, "blocks": blocks})
	}
	committed(t, "blocks.json", object{"chains": chains})
}
