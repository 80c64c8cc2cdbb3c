// SPDX-License-Identifier: Apache-2.0

package vectors_test

import (
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/nspcc-dev/neo-go/pkg/core/native/nativehashes"
	"github.com/nspcc-dev/neo-go/pkg/core/transaction"
	"github.com/nspcc-dev/neo-go/pkg/crypto/hash"
	"github.com/nspcc-dev/neo-go/pkg/network/payload"
	"github.com/nspcc-dev/neo-go/pkg/smartcontract/context"
	"github.com/nspcc-dev/neo-go/pkg/wallet"
	"github.com/stretchr/testify/require"
)

func multiAccount(t *testing.T, number int) *wallet.Account {
	out := wallet.NewAccountFromPrivateKey(privateKey(t, number))
	require.NoError(t, out.ConvertMultisig(2, publicKeys(t, 0, 3)))
	return out
}

// contextOf is a transaction on its way, signed so far by the accounts given.
func contextOf(t *testing.T, tx *transaction.Transaction, signed ...*wallet.Account) object {
	out := context.NewParameterContext(context.TransactionType, network, tx)
	for _, each := range signed {
		signature := each.PrivateKey().SignHashable(network, tx)
		require.NoError(t, out.AddSignature(each.ScriptHash(), each.Contract, each.PublicKey(), signature))
	}
	text, err := json.Marshal(out)
	require.NoError(t, err)
	result := object{"context": json.RawMessage(text), "signatures": len(signed)}
	if whole, err := out.GetCompleteTransaction(); err == nil {
		result["complete"] = hex.EncodeToString(whole.Bytes())
	}
	return result
}

func TestContexts(t *testing.T) {
	one := wallet.NewAccountFromPrivateKey(privateKey(t, 5))
	user := wallet.NewAccountFromPrivateKey(privateKey(t, 6))
	multi := []*wallet.Account{multiAccount(t, 0), multiAccount(t, 1), multiAccount(t, 2)}
	build := func(nonce uint32, accounts ...*wallet.Account) *transaction.Transaction {
		tx := unsigned(nonce, []byte{0x11, 0x40})
		for i, each := range accounts {
			tx.Signers = append(tx.Signers, transaction.Signer{
				Account: each.ScriptHash(), Scopes: transaction.WitnessScope(min(i, 1)),
			})
		}
		return tx
	}
	list := map[string]object{
		"nobody has signed":    contextOf(t, build(1, one)),
		"one signer":           contextOf(t, build(1, one), one),
		"sponsored, user":      contextOf(t, build(2, one, user), user),
		"sponsored, both":      contextOf(t, build(2, one, user), user, one),
		"multi, one of two":    contextOf(t, build(3, multi[0]), multi[2]),
		"multi, first two":     contextOf(t, build(3, multi[0]), multi[0], multi[1]),
		"multi, last two":      contextOf(t, build(3, multi[0]), multi[2], multi[1]),
		"payer and multi":      contextOf(t, build(4, one, multi[0]), one, multi[0]),
		"payer and multi, all": contextOf(t, build(4, one, multi[0]), one, multi[0], multi[2]),
	}
	var out []object
	for name, each := range list {
		each["name"] = name
		out = append(out, each)
	}
	committed(t, "contexts.json", object{"network": network, "contexts": sorted(out)})
}

func notaryMain(t *testing.T) *transaction.Transaction {
	tx := unsigned(11, []byte{0x11, 0x40})
	tx.Signers = []transaction.Signer{
		{Account: account(t, 0), Scopes: transaction.CalledByEntry}, {Account: nativehashes.Notary},
	}
	tx.Attributes = []transaction.Attribute{
		attribute(transaction.NotaryAssistedT, &transaction.NotaryAssisted{NKeys: 1}),
	}
	tx.Scripts = []transaction.Witness{
		{
			InvocationScript:   append([]byte{0x0c, 0x40}, privateKey(t, 0).SignHashable(network, tx)...),
			VerificationScript: privateKey(t, 0).PublicKey().GetVerificationScript(),
		},
		{InvocationScript: dummy(), VerificationScript: []byte{}},
	}
	return tx
}

func dummy() []byte {
	return append([]byte{0x0c, 0x40}, make([]byte, 64)...)
}

func notaryRequest(t *testing.T, change func(main, fallback *transaction.Transaction)) *payload.P2PNotaryRequest {
	main := notaryMain(t)
	fallback := unsigned(12, []byte{0x40})
	fallback.Signers = []transaction.Signer{{Account: nativehashes.Notary}, {Account: account(t, 0)}}
	fallback.Attributes = []transaction.Attribute{
		attribute(transaction.NotaryAssistedT, &transaction.NotaryAssisted{}),
		attribute(transaction.NotValidBeforeT, &transaction.NotValidBefore{Height: 4300}),
		attribute(transaction.ConflictsT, &transaction.Conflicts{Hash: main.Hash()}),
	}
	fallback.Scripts = []transaction.Witness{{InvocationScript: dummy(), VerificationScript: []byte{}}}
	change(main, fallback)
	require.NoError(t, single(t, 0).SignTx(network, fallback))
	out := &payload.P2PNotaryRequest{MainTransaction: main, FallbackTransaction: fallback}
	out.Witness = transaction.Witness{
		InvocationScript:   append([]byte{0x0c, 0x40}, privateKey(t, 0).SignHashable(network, out)...),
		VerificationScript: privateKey(t, 0).PublicKey().GetVerificationScript(),
	}
	return out
}

func TestNotaryRequests(t *testing.T) {
	type change = func(main, fallback *transaction.Transaction)
	good := notaryRequest(t, func(_, _ *transaction.Transaction) {})
	bytes, err := good.Bytes()
	require.NoError(t, err)
	_, err = payload.NewP2PNotaryRequestFromBytes(bytes)
	require.NoError(t, err)
	drop := func(tx *transaction.Transaction, at int) {
		tx.Attributes = append(tx.Attributes[:at:at], tx.Attributes[at+1:]...)
	}
	refused := []object{{"name": "trailing byte", "bytes": hex.EncodeToString(append(bytes, 0))}}
	for name, each := range map[string]change{
		"another last block":          func(_, fallback *transaction.Transaction) { fallback.ValidUntilBlock++ },
		"another conflict":            func(_, f *transaction.Transaction) { f.Attributes[2].Value = &transaction.Conflicts{} },
		"no conflict":                 func(_, fallback *transaction.Transaction) { drop(fallback, 2) },
		"no first block":              func(_, fallback *transaction.Transaction) { drop(fallback, 1) },
		"fallback without assistance": func(_, fallback *transaction.Transaction) { drop(fallback, 0) },
		"fallback with keys": func(_, f *transaction.Transaction) {
			f.Attributes[0].Value = &transaction.NotaryAssisted{NKeys: 1}
		},
		"a notary that signs already": func(_, f *transaction.Transaction) { f.Scripts[0].InvocationScript = []byte{0x11} },
	} {
		bytes, err := notaryRequest(t, each).Bytes()
		require.NoError(t, err)
		_, err = payload.NewP2PNotaryRequestFromBytes(bytes)
		require.Error(t, err, name)
		refused = append(refused, object{"name": name, "bytes": hex.EncodeToString(bytes)})
	}
	committed(t, "notary_requests.json", object{
		"network": network,
		"requests": []object{{"name": "one key", "bytes": hex.EncodeToString(bytes), "hash": "0x" + good.Hash().StringLE(),
			"sign_data": hex.EncodeToString(hash.GetSignedData(network, good)), "main": good.MainTransaction,
			"fallback": good.FallbackTransaction}},
		"refused": sorted(refused),
	})
}
