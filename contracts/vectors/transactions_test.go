// SPDX-License-Identifier: Apache-2.0

package vectors_test

import (
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nspcc-dev/neo-go/pkg/config/netmode"
	"github.com/nspcc-dev/neo-go/pkg/core/native/nativehashes"
	"github.com/nspcc-dev/neo-go/pkg/core/transaction"
	"github.com/nspcc-dev/neo-go/pkg/crypto/hash"
	"github.com/nspcc-dev/neo-go/pkg/neotest"
	"github.com/nspcc-dev/neo-go/pkg/util"
	"github.com/nspcc-dev/neo-go/pkg/wallet"
	"github.com/stretchr/testify/require"
)

func single(t *testing.T, number int) neotest.Signer {
	return neotest.NewSingleSigner(wallet.NewAccountFromPrivateKey(privateKey(t, number)))
}

// The account of m of the keys first..first+n-1.
func multi(t *testing.T, m, first, n int) neotest.Signer {
	accounts := make([]*wallet.Account, n)
	for i := range accounts {
		accounts[i] = wallet.NewAccountFromPrivateKey(privateKey(t, first+i))
		require.NoError(t, accounts[i].ConvertMultisig(m, publicKeys(t, first, n)))
	}
	return neotest.NewMultiSigner(accounts...)
}

func unsigned(nonce uint32, script []byte) *transaction.Transaction {
	tx := transaction.New(script, 9977780)
	tx.Nonce, tx.NetworkFee, tx.ValidUntilBlock = nonce, 2345040, 4321
	return tx
}

func signed(t *testing.T, tx *transaction.Transaction, signers ...neotest.Signer) *transaction.Transaction {
	if len(tx.Signers) == 0 {
		for _, signer := range signers {
			tx.Signers = append(tx.Signers, transaction.Signer{
				Account: signer.ScriptHash(), Scopes: transaction.CalledByEntry,
			})
		}
	}
	for _, signer := range signers {
		require.NoError(t, signer.SignTx(network, tx))
	}
	return tx
}

func attribute(kind transaction.AttrType, value transaction.AttrValue) transaction.Attribute {
	return transaction.Attribute{Type: kind, Value: value}
}

func attributes() map[string]transaction.Attribute {
	out := map[string]transaction.Attribute{
		"high priority":    attribute(transaction.HighPriority, nil),
		"not valid before": attribute(transaction.NotValidBeforeT, &transaction.NotValidBefore{Height: 0xfffefdfc}),
		"conflicts":        attribute(transaction.ConflictsT, &transaction.Conflicts{Hash: util.Uint256{1, 2, 3}}),
		"notary assisted":  attribute(transaction.NotaryAssistedT, &transaction.NotaryAssisted{NKeys: 255}),
		"oracle: success": attribute(transaction.OracleResponseT, &transaction.OracleResponse{
			ID: 1<<53 + 1, Result: []byte("{\"price\":1}"),
		}),
	}
	for code := range 256 {
		response := transaction.OracleResponseCode(code)
		if code != 0 && response.IsValid() {
			out["oracle: "+response.String()] = attribute(transaction.OracleResponseT,
				&transaction.OracleResponse{ID: 7, Code: response, Result: []byte{}})
		}
	}
	return out
}

func transactions(t *testing.T) map[string]*transaction.Transaction {
	return9 := []byte{0x19, 0x40}
	out := map[string]*transaction.Transaction{
		"one signer":      signed(t, unsigned(1, return9), single(t, 0)),
		"two of three":    signed(t, unsigned(2, return9), multi(t, 2, 0, 3)),
		"payer and multi": signed(t, unsigned(3, return9), single(t, 5), multi(t, 3, 0, 4)),
		"long script":     signed(t, unsigned(0xffffffff, make([]byte, 300)), single(t, 0)),
	}
	nonce := uint32(100)
	for _, name := range slices.Sorted(maps.Keys(attributes())) {
		tx := unsigned(nonce, return9)
		nonce++
		tx.Attributes = []transaction.Attribute{attributes()[name]}
		out[name] = signed(t, tx, single(t, 0))
	}
	all := unsigned(nonce, return9)
	all.Attributes = []transaction.Attribute{
		attributes()["high priority"], attributes()["oracle: success"], attributes()["not valid before"],
		attributes()["conflicts"], attribute(transaction.ConflictsT, &transaction.Conflicts{}),
		attributes()["notary assisted"],
	}
	scoped := signers(t)["scopes 71"]
	all.Signers = []transaction.Signer{
		{Account: account(t, 2)}, scoped, {Account: account(t, 3), Scopes: transaction.Global},
	}
	out["every attribute and scope"] = signed(t, all, single(t, 2), single(t, 0), single(t, 3))
	// The contract's own witness: nothing to verify with, and whatever it asks for to start with.
	pays := unsigned(nonce+1, return9)
	pays.Signers = []transaction.Signer{{Account: nativehashes.Notary}, {Account: account(t, 0), Scopes: 1}}
	pays.Scripts = []transaction.Witness{{InvocationScript: []byte{0x11}, VerificationScript: []byte{}}}
	out["a contract pays"] = signed(t, pays, single(t, 0))
	return out
}

func unsignedBytes(t *testing.T, tx *transaction.Transaction) []byte {
	bytes, err := tx.EncodeHashableFields()
	require.NoError(t, err)
	return bytes
}

// refusedTransactions are damaged forms of a good one that neo-go does not take either.
func refusedTransactions(t *testing.T) map[string]string {
	good := signed(t, unsigned(1, []byte{0x19, 0x40}), single(t, 0))
	text := hex.EncodeToString(good.Bytes())
	head, signer := text[:50], text[52:94]
	script := text[96:102]
	witness := text[102:]
	none := head + "01" + signer
	high, before := "01", "2011000000"
	conflict := func(n int) string {
		var out strings.Builder
		for i := range n {
			out.WriteString("21" + strings.Repeat(hex.EncodeToString([]byte{byte(i)}), 32))
		}
		return out.String()
	}
	return map[string]string{
		"version 1":                    "01" + text[2:],
		"trailing byte":                text + "00",
		"negative system fee":          text[:10] + "ffffffffffffffff" + text[26:],
		"negative network fee":         text[:26] + "ffffffffffffffff" + text[42:],
		"fees that overflow together":  text[:10] + "ffffffffffffff7f" + "ffffffffffffff7f" + text[42:],
		"no signer":                    head + "00" + "00" + script + "00",
		"a signer twice":               head + "02" + signer + signer + "00" + script + "02" + witness[2:] + witness[2:],
		"17 signers and attributes":    none + "10" + conflict(16) + script + witness,
		"unknown attribute":            none + "01" + "33" + script + witness,
		"high priority twice":          none + "02" + high + high + script + witness,
		"not valid before twice":       none + "02" + before + before + script + witness,
		"unknown oracle code":          none + "01" + "11" + "0700000000000000" + "01" + "00" + script + witness,
		"oracle failure with a result": none + "01" + "11" + "0700000000000000" + "10" + "0155" + script + witness,
		"no script":                    none + "00" + "00" + witness,
		"no witness":                   none + "00" + script + "00",
		"two witnesses for one signer": none + "00" + script + "02" + witness[2:] + witness[2:],
		"invocation of 1025 bytes":     none + "00" + script + "01" + "fd0104" + strings.Repeat("00", 1025) + "00",
		"verification of 1025 bytes":   none + "00" + script + "01" + "00" + "fd0104" + strings.Repeat("00", 1025),
		"script of 2^32 bytes":         none + "00" + "ff0000000001000000" + script[2:] + witness,
		"script of 2^64-1 bytes":       none + "00" + "ffffffffffffffffff" + script[2:] + witness,
		"2^64-1 signers":               head + "ffffffffffffffffff" + signer + "00" + script + witness,
		"2^64-1 attributes":            none + "ffffffffffffffffff" + script + witness,
		"2^64-1 witnesses":             none + "00" + script + "ffffffffffffffffff" + witness[2:],
	}
}

func TestTransactions(t *testing.T) {
	var list []object
	for name, tx := range transactions(t) {
		read, err := transaction.NewTransactionFromBytes(tx.Bytes())
		require.NoError(t, err, name)
		list = append(list, object{
			"name": name, "network": network, "json": read,
			"unsigned":  hex.EncodeToString(unsignedBytes(t, tx)),
			"bytes":     hex.EncodeToString(tx.Bytes()),
			"hash":      "0x" + tx.Hash().StringLE(),
			"sign_data": hex.EncodeToString(hash.GetSignedData(uint32(netmode.Magic(network)), tx)),
		})
	}
	var refused []object
	for name, bytes := range refusedTransactions(t) {
		_, err := transaction.NewTransactionFromBytes(fromHex(t, bytes))
		require.Error(t, err, name)
		refused = append(refused, object{"name": name, "bytes": bytes})
	}
	committed(t, "transactions.json", object{"transactions": sorted(list), "refused": sorted(refused)})
}
