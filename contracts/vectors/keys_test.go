// SPDX-License-Identifier: Apache-2.0

package vectors_test

import (
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/nspcc-dev/neo-go/pkg/crypto/hash"
	"github.com/nspcc-dev/neo-go/pkg/crypto/keys"
	"github.com/nspcc-dev/neo-go/pkg/encoding/address"
	"github.com/nspcc-dev/neo-go/pkg/smartcontract"
	"github.com/nspcc-dev/neo-go/pkg/util"
	"github.com/nspcc-dev/neo-go/pkg/wallet"
	"github.com/stretchr/testify/require"
)

// Cheap, so that a test can afford many.
var scrypt = keys.ScryptParams{N: 4, R: 1, P: 1}

// Each as a person may have typed it; both forms of a letter count as the same.
var passwords = []string{
	"", "one", "Stra\u00dfe", "e\u0301\u0323", "\u00e9", "\u212bngstr\u00f6m", "\u1112\u1161\u11ab\u1100\u116e\u11a8",
	"\ufb01n", "\u5bc6\u7801", "\U0001f511", "a\x00b",
}

func keyVector(t *testing.T, key *keys.PrivateKey) object {
	public := key.PublicKey()
	var encrypted []object
	for _, password := range passwords {
		nep2, err := keys.NEP2Encrypt(key, password, scrypt)
		require.NoError(t, err)
		encrypted = append(encrypted, object{"password": password, "nep2": nep2})
	}
	var signatures []object
	for _, message := range []string{"", "00", "4e656f", "ff00ff00ff00ff00ff00ff00ff00ff00ff00"} {
		signatures = append(signatures, object{
			"message":   message,
			"signature": hex.EncodeToString(key.Sign(fromHex(t, message))),
		})
	}
	return object{
		"private_key": key.String(),
		"wif":         key.WIF(),
		"public_key":  public.StringCompressed(),
		"script":      hex.EncodeToString(public.GetVerificationScript()),
		"account":     "0x" + key.GetScriptHash().StringLE(),
		"address":     key.Address(),
		"nep2":        encrypted,
		"signatures":  signatures,
	}
}

func TestKeys(t *testing.T) {
	secrets := []string{
		"0000000000000000000000000000000000000000000000000000000000000001",
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
		"000000000000000000000000000000000000000000000000ffffffffffffffff",
	}
	for number := range 5 {
		secrets = append(secrets, privateKey(t, number).String())
	}
	var list []object
	for _, secret := range secrets {
		key, err := keys.NewPrivateKeyFromHex(secret)
		require.NoError(t, err)
		list = append(list, keyVector(t, key))
	}

	// Counts of 16 are left out: neo-go's emitter writes them in a longer form than the C# node.
	var multi []object
	for _, mn := range [][2]int{{1, 1}, {1, 2}, {2, 2}, {2, 3}, {3, 4}, {5, 7}, {11, 21}, {17, 20}} {
		public := publicKeys(t, 100, mn[1])
		given := texts(public)
		script, err := smartcontract.CreateMultiSigRedeemScript(mn[0], public)
		require.NoError(t, err)
		multi = append(multi, object{
			"m": mn[0], "public_keys": given, "script": hex.EncodeToString(script),
			"address": address.Uint160ToString(hash.Hash160(script)),
		})
	}
	committed(t, "keys.json", object{"scrypt": scrypt, "keys": list, "multi_signature": multi})
}

func encrypt(t *testing.T, account *wallet.Account, password string) *wallet.Account {
	require.NoError(t, account.Encrypt(password, scrypt))
	return account
}

func TestWallets(t *testing.T) {
	const password = "Stra\u00dfe e\u0301"
	single := wallet.NewAccountFromPrivateKey(privateKey(t, 0))
	single.Label, single.Default = "first", true
	locked := wallet.NewAccountFromPrivateKey(privateKey(t, 1))
	locked.Label, locked.Locked = "locked \u5bc6", true
	multi := wallet.NewAccountFromPrivateKey(privateKey(t, 0))
	multi.Label = "2 of 3"
	require.NoError(t, multi.ConvertMultisig(2, publicKeys(t, 0, 3)))
	contract := wallet.NewContractAccount(util.Uint160{1, 2, 3}, "argument")
	contract.Label = "contract"
	contract.Contract.Parameters[0] = wallet.ContractParam{Name: "what", Type: smartcontract.StringType}
	watched := &wallet.Account{Address: privateKey(t, 3).Address(), Label: "watched"}

	file := wallet.NewInMemoryWallet()
	file.Scrypt = scrypt
	for _, account := range []*wallet.Account{
		encrypt(t, single, password), encrypt(t, locked, password), encrypt(t, multi, password),
		contract, watched,
	} {
		file.AddAccount(account)
	}
	text, err := file.JSON()
	require.NoError(t, err)
	committed(t, "wallets.json", object{
		"password": password,
		"wallet":   json.RawMessage(text),
		"private_keys": object{
			single.Address: privateKey(t, 0).String(),
			locked.Address: privateKey(t, 1).String(),
			multi.Address:  privateKey(t, 0).String(),
		},
	})
}
