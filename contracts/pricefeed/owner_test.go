// SPDX-License-Identifier: Apache-2.0

package pricefeed_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nspcc-dev/neo-go/pkg/crypto/keys"
	"github.com/nspcc-dev/neo-go/pkg/vm/stackitem"
	"github.com/stretchr/testify/require"
)

func TestDeploymentRefusesBadData(t *testing.T) {
	w := newChain(t)
	good := func() []any { return w.deployData(2, []string{"NEO-USD"}) }
	with := func(i int, value any) []any { data := good(); data[i] = value; return data }
	point := w.keys[0].PublicKey().Bytes()
	offCurve := append([]byte{2}, id32(0xFF)...)
	for _, c := range []struct {
		message string
		data    any
	}{
		{"bad deploy data", nil},
		{"bad deploy data", good()[:4]},
		{"bad deploy data", append(good(), 1)},
		{"bad owner", with(0, make([]byte, 19))},
		{"bad owner", with(0, point)},
		{"bad threshold: 1..0", with(1, []any{})},
		{"a key is not of 33 bytes", with(1, []any{point, point[:32]})},
		{"a key is not of 33 bytes", with(1, []any{point, w.keys[1].PublicKey().UncompressedBytes()})},
		{"System.Contract.CreateStandardAccount failed", with(1, []any{point, offCurve})},
		{"a key appears twice", with(1, []any{point, w.keys[1].PublicKey().Bytes(), point})},
		{"bad signers: more than 21", with(1, publicKeys(manyKeys(22)))},
		{"bad threshold: 1..3", with(2, 0)},
		{"bad threshold: 1..3", with(2, -1)},
		{"bad threshold: 1..3", with(2, 4)},
		{"the id is not of 32 bytes", with(3, make([]byte, 31))},
		{"the id is not of 32 bytes", with(3, make([]byte, 33))},
		{"bad feeds: 1..1024", with(4, []any{})},
		{"bad feeds: 1..1024", with(4, anys(names(1025)))},
		{"a name appears twice: A", with(4, anys([]string{"A", "B", "A"}))},
		{"a name is not of 1..32 bytes", with(4, anys([]string{""}))},
		{"a name is not of 1..32 bytes", with(4, anys([]string{strings.Repeat("x", 33)}))},
		{"a name is not printable ASCII", with(4, anys([]string{"NEO USD"}))},
		{"a name is not printable ASCII", with(4, anys([]string{"NEO\x7f"}))},
		{"a name is not printable ASCII", with(4, anys([]string{"NÉO"}))},
	} {
		w.e.DeployContractCheckFAULT(t, w.contract, c.data, c.message)
	}
	w.e.DeployContract(t, w.contract, good())
}

func TestDeploysTheLargestTables(t *testing.T) {
	w := newChain(t)
	w.keys = manyKeys(21)
	feeds := names(1023)
	feeds = append(feeds, "~"+strings.Repeat("!", 31))
	w.e.DeployContract(t, w.contract, w.deployData(21, feeds))
	require.Len(t, w.byteStrings("feeds"), 1024)
	require.Equal(t, int64(21), w.number("threshold"))
	r := w.good(1023, 1)
	all := make([]byte, 21)
	for i := range all {
		all[i] = byte(i)
	}
	report := w.report(r)
	w.refused("too few signatures", w.sign(report, all[1:]...))
	w.submit(w.sign(report, all...))
	require.Equal(t, r.data(), w.numbers("latestRoundData", feeds[1023]))
	require.Len(t, w.bytes("latestRounds"), 1024*recordSize)
}

func TestDeploymentAnnouncesWhatItSets(t *testing.T) {
	w := newChain(t)
	tx := w.e.DeployContract(t, w.contract, w.deployData(2, []string{"NEO-USD"}))
	var raised []string
	for _, event := range w.e.GetTxExecResult(t, tx).Events {
		raised = append(raised, event.Name)
	}
	require.Equal(t, []string{"OwnerChanged", "SignersChanged", "ConfigChanged", "Deploy"}, raised)
}

func TestOnlyTheOwnerChangesAnything(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD")
	nef, manifest := w.code()
	stranger := w.by(w.relay, w.e.Committee)
	stranger.InvokeFail(t, "only the owner may do this", "setSigners", publicKeys(w.keys), 1)
	stranger.InvokeFail(t, "only the owner may do this", "setConfig", id32(2), []any{"NEO-USD"})
	stranger.InvokeFail(t, "only the owner may do this", "setOwner", w.relay.ScriptHash())
	stranger.InvokeFail(t, "only the owner may do this", "update", nef, manifest, nil)
	require.Equal(t, int64(2), w.number("threshold"))
	require.Equal(t, configA, w.bytes("configId"))
	require.Equal(t, w.owner.ScriptHash().BytesBE(), w.bytes("owner"))
}

func TestChangedSignersReplaceTheOldOnes(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD")
	args := w.sign(w.report(w.good(0, 1)), 0, 1)
	owner := w.by(w.owner)
	owner.InvokeFail(t, "bad threshold: 1..3", "setSigners", publicKeys(w.keys), 4)
	twice := publicKeys([]*keys.PrivateKey{key(1), key(1)})
	owner.InvokeFail(t, "a key appears twice", "setSigners", twice, 1)

	w.keys = []*keys.PrivateKey{key(7)}
	w.event(owner.Invoke(t, stackitem.Null{}, "setSigners", publicKeys(w.keys), 1),
		"SignersChanged", publicKeys(w.keys), 1)
	require.Equal(t, [][]byte{key(7).PublicKey().Bytes()}, w.byteStrings("signers"))
	require.Equal(t, int64(1), w.number("threshold"))
	w.refused("unknown signer: position 1", args)
	w.submit(w.sign(args[0].([]byte), 0))

	w.keys = manyKeys(21)
	w.event(owner.Invoke(t, stackitem.Null{}, "setSigners", publicKeys(w.keys), 21),
		"SignersChanged", publicKeys(w.keys), 21)
}

func TestANewConfigurationKeepsIndexesAndHistory(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD", "GAS-USD")
	first := w.good(1, 1)
	w.store(first)
	old := w.sign(w.report(w.good(1, 2)), 0, 1)
	owner := w.by(w.owner)
	table := append([]string{"NEO-USD", "GAS-USD"}, names(40)...)
	for message, args := range map[string][]any{
		"the id is in use":            {configA, anys(table)},
		"the id is not of 32 bytes":   {configA[1:], anys(table)},
		"bad feeds: 1..1024":          {id32(2), []any{}},
		"a name appears twice":        {id32(2), anys(append(table, "NEO-USD"))},
		"a name is not printable":     {id32(2), anys(append(table, "\n"))},
		"must start with the present": {id32(2), anys([]string{"GAS-USD", "NEO-USD"})},
	} {
		owner.InvokeFail(t, message, "setConfig", args...)
	}
	for _, other := range [][]string{table[:1], {"NEO-USD", "X"}, names(3)} {
		owner.InvokeFail(t, "must start with the present", "setConfig", id32(2), anys(other))
	}

	w.config = id32(2)
	tx := owner.Invoke(t, stackitem.Null{}, "setConfig", w.config, anys(table))
	w.event(tx, "ConfigChanged", w.config, len(table))
	require.Equal(t, w.config, w.bytes("configId"))
	require.Len(t, w.byteStrings("feeds"), 42)
	w.refused("unknown configuration", old)
	require.Equal(t, first.data(), w.numbers("latestRoundData", "GAS-USD"))
	w.readFails("no round yet", "latestRoundData", "FEED0000/USD")
	require.Len(t, w.bytes("latestRounds"), 42*recordSize)
	second, added, last := w.good(1, 2), w.good(2, 1), w.good(41, 1)
	w.store(second, added, last)
	require.Equal(t, first.data(), w.numbers("getRoundData", "GAS-USD", 1))
	require.Equal(t, second.data(), w.numbers("latestRoundData", "GAS-USD"))
	require.Equal(t, added.data(), w.numbers("latestRoundData", "FEED0000/USD"))
	require.Equal(t, last.data(), w.numbers("latestRoundData", "FEED0039/USD"))
	// The same table under a new id is a change of other parameters.
	owner.Invoke(t, stackitem.Null{}, "setConfig", id32(3), anys(table))
}

func TestANewOwnerMustSignToo(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD")
	next := w.e.NewAccount(t)
	w.by(w.owner).InvokeFail(t, "the new owner has not signed", "setOwner", next.ScriptHash())
	w.by(next).InvokeFail(t, "only the owner may do this", "setOwner", next.ScriptHash())
	w.by(w.owner).InvokeFail(t, "bad owner", "setOwner", key(1).PublicKey().Bytes()[:19])
	tx := w.by(w.owner, next).Invoke(t, stackitem.Null{}, "setOwner", next.ScriptHash())
	w.event(tx, "OwnerChanged", w.owner.ScriptHash(), next.ScriptHash())
	require.Equal(t, next.ScriptHash().BytesBE(), w.bytes("owner"))
	w.by(w.owner).InvokeFail(t, "only the owner may do this", "setSigners", publicKeys(w.keys), 1)
	w.by(next).Invoke(t, stackitem.Null{}, "setSigners", publicKeys(w.keys), 1)
}

func TestAnUpdateKeepsAllState(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD", "GAS-USD")
	first, second := w.good(0, 1), w.good(0, 2)
	w.store(first)
	second.observed++
	w.store(second)
	nef, manifest := w.code()
	otherwise := w.deployData(1, []string{"OTHER"})
	w.by(w.owner).Invoke(t, stackitem.Null{}, "update", nef, manifest, otherwise)
	require.EqualValues(t, 1, w.e.Chain.GetContractState(w.contract.Hash).UpdateCounter)
	require.Equal(t, int64(2), w.number("sequence"))
	require.Equal(t, int64(2), w.number("threshold"))
	require.Len(t, w.byteStrings("feeds"), 2)
	require.Equal(t, first.data(), w.numbers("getRoundData", "NEO-USD", 1))
	require.Equal(t, second.data(), w.numbers("latestRoundData", "NEO-USD"))
	w.store(w.good(0, 3))
}

// code is update's NEF and manifest: the contract's own, with a mark in the manifest.
func (w *world) code() ([]byte, []byte) {
	nef, err := w.contract.NEF.Bytes()
	require.NoError(w.T, err)
	marked := *w.contract.Manifest
	marked.Extra = json.RawMessage(`{"updated":true}`)
	manifest, err := json.Marshal(&marked)
	require.NoError(w.T, err)
	return nef, manifest
}

func manyKeys(n int) (many []*keys.PrivateKey) {
	for i := range n {
		many = append(many, key(byte(i+1)))
	}
	return many
}
