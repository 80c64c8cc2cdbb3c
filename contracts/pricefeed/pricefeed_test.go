// SPDX-License-Identifier: Apache-2.0

package pricefeed_test

import (
	"bytes"
	"testing"

	"github.com/nspcc-dev/neo-go/pkg/core/native/nativenames"
	"github.com/stretchr/testify/require"
)

func TestStoresWhatEnoughSignersSigned(t *testing.T) {
	for _, positions := range [][]byte{{0, 1}, {0, 2}, {1, 2}, {0, 1, 2}} {
		w := newWorld(t, 2, "NEO-USD", "GAS-USD")
		first, second := w.good(0, 1), w.good(1, 1)
		second.status, second.confidence = 2, 0
		report := w.report(first, second)
		tx := w.submit(w.sign(report, positions...))
		w.event(tx, "BatchStored", 1, report[headerSize:])
		require.Equal(t, first.data(), w.numbers("latestRoundData", "NEO-USD"))
		require.Equal(t, second.data(), w.numbers("latestRoundData", "GAS-USD"))
		require.Equal(t, report[headerSize:], w.bytes("latestRounds"))
		require.Equal(t, int64(1), w.number("sequence"))
	}
}

func TestStoresTheExtremesOfEveryField(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD")
	low := record{status: 1, sources: 1, round: 1, price: 1, confidence: 0,
		observed: w.now() - ageMax}
	w.store(low)
	require.Equal(t, low.data(), w.numbers("latestRoundData", "NEO-USD"))
	high := record{status: 2, sources: 255, round: 2, price: 1<<63 - 1, confidence: 1<<63 - 1,
		observed: w.now() + clockSkew}
	w.store(high)
	require.Equal(t, high.data(), w.numbers("latestRoundData", "NEO-USD"))
}

func TestStoresAFullBatchInAnyOrderOfFeeds(t *testing.T) {
	w := newWorld(t, 2, names(1000)...)
	var records []record
	for i := range 25 {
		records = append(records, w.good(uint16(999-i*37), 1))
	}
	report := w.report(records...)
	require.Len(t, report, 1068)
	tx := w.submit(w.sign(report, 0, 1))
	w.event(tx, "BatchStored", 1, report[headerSize:])
	all := w.bytes("latestRounds")
	require.Len(t, all, 1000*recordSize)
	for _, r := range records {
		require.Equal(t, r.data(), w.numbers("latestRoundData", names(1000)[r.feed]))
		require.Equal(t, r.bytes(), all[int(r.feed)*recordSize:][:recordSize])
	}
	written := 0
	for at := 0; at < len(all); at += recordSize {
		if !bytes.Equal(all[at:at+recordSize], make([]byte, recordSize)) {
			written++
		}
	}
	require.Equal(t, len(records), written)
}

func TestKeepsTheLast64RoundsOfEachFeed(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD", "GAS-USD")
	stored := map[uint64]record{}
	w.store(w.good(1, 1))
	for round := uint64(1); round <= 130; round++ {
		stored[round] = w.good(0, round)
		w.store(stored[round])
		oldest := uint64(1)
		if round > 64 {
			oldest = round - 63
		}
		for _, r := range []uint64{oldest, (oldest + round) / 2, round} {
			require.Equal(t, stored[r].data(), w.numbers("getRoundData", "NEO-USD", r))
		}
		if oldest > 1 {
			w.readFails("round is not kept", "getRoundData", "NEO-USD", oldest-1)
		}
	}
	w.readFails("round is not kept: 67..130 are", "getRoundData", "NEO-USD", 66)
	w.readFails("round is not kept: 67..130 are", "getRoundData", "NEO-USD", 131)
	w.readFails("round is not kept: 1..1 are", "getRoundData", "GAS-USD", 0)
	w.readFails("round is not kept: 1..1 are", "getRoundData", "GAS-USD", -1)
	w.readFails("round is not kept: 1..1 are", "getRoundData", "GAS-USD", 2)
	require.Equal(t, int64(1), w.numbers("getRoundData", "GAS-USD", 1)[0])
}

func TestReadsRefuseWhatIsNotThere(t *testing.T) {
	w := newWorld(t, 2, names(40)...)
	for _, name := range []string{"", "feed0000/usd", "FEED0000/US", "FEED0000/USDT", "FEED0040/USD"} {
		w.readFails("no such feed", "latestRoundData", name)
		w.readFails("no such feed", "getRoundData", name, 1)
		w.readFails("no such feed", "getPriceNoOlderThan", name, 1)
	}
	w.store(w.good(0, 1))
	for _, name := range []string{"FEED0001/USD", "FEED0039/USD"} {
		w.readFails("no round yet", "latestRoundData", name)
		w.readFails("no round yet", "getRoundData", name, 1)
		w.readFails("no round yet", "getPriceNoOlderThan", name, 1)
	}
}

func TestGetPriceNoOlderThanMeasuresFromTheObservation(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD")
	r := w.good(0, 1)
	w.store(r)
	w.advance(5000)
	const fee = 1_00000000
	reader := w.by(w.relay)
	age := w.now() - r.observed
	reader.InvokeWithFeeFail(t, "price is too old: 5001 ms", fee,
		"getPriceNoOlderThan", "NEO-USD", age-1)
	age = w.now() - r.observed
	var data []any
	for _, number := range r.data() {
		data = append(data, number)
	}
	reader.InvokeWithFee(t, data, fee, "getPriceNoOlderThan", "NEO-USD", age)
	w.readFails("bad maximal age", "getPriceNoOlderThan", "NEO-USD", -1)

	ahead := w.good(0, 2)
	ahead.observed += clockSkew
	w.store(ahead)
	require.Equal(t, ahead.data(), w.numbers("getPriceNoOlderThan", "NEO-USD", 0))
}

func TestDescribesItself(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD", "GAS-USD", "BTC-USD")
	require.Equal(t, int64(8), w.number("decimals"))
	require.Equal(t, int64(1), w.number("version"))
	require.Equal(t, "Neo Service Layer price feeds", string(w.bytes("description")))
	table := [][]byte{[]byte("NEO-USD"), []byte("GAS-USD"), []byte("BTC-USD")}
	require.Equal(t, table, w.byteStrings("feeds"))
	require.Equal(t, int64(0), w.number("sequence"))
	require.Equal(t, configA, w.bytes("configId"))
	require.Equal(t, int64(2), w.number("threshold"))
	require.Equal(t, w.owner.ScriptHash().BytesBE(), w.bytes("owner"))
	require.Equal(t, make([]byte, 3*recordSize), w.bytes("latestRounds"))
	signers := w.byteStrings("signers")
	require.Len(t, signers, 3)
	for i, k := range w.keys {
		require.Equal(t, k.PublicKey().Bytes(), signers[i])
	}
}

func TestStoresRecordsUnderTheDocumentedKeys(t *testing.T) {
	w := newWorld(t, 2, names(600)...)
	last := w.good(599, 1)
	w.store(last)
	stored := func(key ...byte) []byte {
		return w.e.Chain.GetStorageItem(w.e.Chain.GetContractState(w.contract.Hash).ID, key)
	}
	require.Equal(t, last.bytes(), stored('h', 1, 599&0xFF, 599>>8, 1))
	require.Equal(t, last.bytes(), stored('p', 599/8, 0, 1)[599%8*recordSize:])
}

func TestReadsAreSafeAndNothingElseIs(t *testing.T) {
	writes := map[string]bool{"_deploy": true, "submit": true, "setSigners": true, "setConfig": true,
		"setOwner": true, "update": true}
	methods := newChain(t).contract.Manifest.ABI.Methods
	require.Len(t, methods, len(writes)+13)
	for _, m := range methods {
		require.Equal(t, !writes[m.Name], m.Safe, m.Name)
	}
}

func TestTakesNoPayments(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD")
	gas := w.e.NewInvoker(w.e.NativeHash(t, nativenames.Gas), w.relay)
	gas.InvokeFail(t, "method 'onNEP17Payment' not found",
		"transfer", w.relay.ScriptHash(), w.contract.Hash, 1, nil)
}
