// SPDX-License-Identifier: Apache-2.0

package vectors_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/nspcc-dev/neo-go/pkg/core/native/nativehashes"
	"github.com/nspcc-dev/neo-go/pkg/core/transaction"
	"github.com/nspcc-dev/neo-go/pkg/crypto/keys"
	"github.com/nspcc-dev/neo-go/pkg/io"
	"github.com/nspcc-dev/neo-go/pkg/util"
	"github.com/stretchr/testify/require"
)

func account(t *testing.T, number int) util.Uint160 {
	return privateKey(t, number).GetScriptHash()
}

func conditions(t *testing.T) map[string]transaction.WitnessCondition {
	yes, no := transaction.ConditionBoolean(true), transaction.ConditionBoolean(false)
	hash := transaction.ConditionScriptHash(nativehashes.GasToken)
	group := transaction.ConditionGroup(*privateKey(t, 1).PublicKey())
	byContract := transaction.ConditionCalledByContract(nativehashes.NeoToken)
	byGroup := transaction.ConditionCalledByGroup(*privateKey(t, 2).PublicKey())
	entry := transaction.ConditionCalledByEntry{}
	leaves := []transaction.WitnessCondition{&yes, &no, &hash, &group, entry, &byContract, &byGroup}
	and, or := transaction.ConditionAnd(leaves), transaction.ConditionOr(leaves)
	sixteen := make(transaction.ConditionAnd, 16)
	for i := range sixteen {
		sixteen[i] = entry
	}
	notOr := transaction.ConditionNot{Condition: &or}
	deep := transaction.ConditionAnd{&transaction.ConditionNot{Condition: entry}, &or}
	return map[string]transaction.WitnessCondition{
		"true": &yes, "false": &no, "script hash": &hash, "group": &group, "called by entry": entry,
		"called by contract": &byContract, "called by group": &byGroup, "and of all": &and,
		"or of all": &or, "not": &transaction.ConditionNot{Condition: &hash}, "and of sixteen": &sixteen,
		"not or": &notOr, "three levels": &deep,
	}
}

func signers(t *testing.T) map[string]transaction.Signer {
	contracts := []util.Uint160{nativehashes.GasToken, nativehashes.NeoToken}
	groups := []*keys.PublicKey{privateKey(t, 3).PublicKey(), privateKey(t, 4).PublicKey()}
	rules := []transaction.WitnessRule{
		{Action: transaction.WitnessDeny, Condition: transaction.ConditionCalledByEntry{}},
		{Action: transaction.WitnessAllow, Condition: conditions(t)["three levels"]},
	}
	out := map[string]transaction.Signer{}
	for bits := range 16 {
		signer := transaction.Signer{Account: account(t, 0)}
		if bits&1 != 0 {
			signer.Scopes |= transaction.CalledByEntry
		}
		if bits&2 != 0 {
			signer.Scopes |= transaction.CustomContracts
			signer.AllowedContracts = contracts
		}
		if bits&4 != 0 {
			signer.Scopes |= transaction.CustomGroups
			signer.AllowedGroups = groups
		}
		if bits&8 != 0 {
			signer.Scopes |= transaction.Rules
			signer.Rules = rules
		}
		out["scopes "+hex.EncodeToString([]byte{byte(signer.Scopes)})] = signer
	}
	out["global"] = transaction.Signer{Account: account(t, 0), Scopes: transaction.Global}
	for name, condition := range conditions(t) {
		for action, verb := range []string{"deny ", "allow "} {
			out[verb+name] = transaction.Signer{
				Account: account(t, 1), Scopes: transaction.Rules,
				Rules: []transaction.WitnessRule{
					{Action: transaction.WitnessAction(action), Condition: condition},
				},
			}
		}
	}
	return out
}

func refusedSigners(t *testing.T) map[string]string {
	raw := strings.Repeat("ab", 20)
	key := privateKey(t, 1).PublicKey().StringCompressed()
	return map[string]string{
		"unknown scope":               raw + "02",
		"global with another":         raw + "81",
		"17 contracts":                raw + "10" + "11" + strings.Repeat(raw, 17),
		"17 groups":                   raw + "20" + "11" + strings.Repeat(key, 17),
		"17 rules":                    raw + "40" + "11" + strings.Repeat("0120", 17),
		"a group that is no key":      raw + "20" + "01" + "05" + key[2:],
		"a group off the curve":       raw + "20" + "01" + "02" + strings.Repeat("ff", 32),
		"unknown action":              raw + "40" + "01" + "0220",
		"unknown condition":           raw + "40" + "01" + "0104",
		"and of none":                 raw + "40" + "01" + "010200",
		"or of 17":                    raw + "40" + "01" + "010311" + strings.Repeat("20", 17),
		"four levels":                 raw + "40" + "01" + "01" + "0201" + "0301" + "01" + "20",
		"not, not, not":               raw + "40" + "01" + "01" + "01" + "01" + "01" + "20",
		"a list longer than its data": raw + "10" + "ffffffffffffffffff",
		"cut short":                   raw[2:],
	}
}

func TestSigners(t *testing.T) {
	var list []object
	for name, signer := range signers(t) {
		bytes := encoded(t, &signer)
		read := new(transaction.Signer)
		in := io.NewBinReaderFromBuf(bytes)
		read.DecodeBinary(in)
		require.NoError(t, in.Err, name)
		list = append(list, object{"name": name, "bytes": hex.EncodeToString(bytes), "json": signer})
	}
	var refused []object
	for name, bytes := range refusedSigners(t) {
		in := io.NewBinReaderFromBuf(fromHex(t, bytes))
		new(transaction.Signer).DecodeBinary(in)
		require.Error(t, in.Err, name)
		refused = append(refused, object{"name": name, "bytes": bytes})
	}
	committed(t, "signers.json", object{"signers": sorted(list), "refused": sorted(refused)})
}
