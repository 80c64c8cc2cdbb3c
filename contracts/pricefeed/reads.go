// SPDX-License-Identifier: Apache-2.0

package pricefeed

import (
	"github.com/nspcc-dev/neo-go/pkg/interop"
	"github.com/nspcc-dev/neo-go/pkg/interop/iterator"
	"github.com/nspcc-dev/neo-go/pkg/interop/runtime"
	"github.com/nspcc-dev/neo-go/pkg/interop/storage"
)

// LatestRoundData returns a feed's latest [round, price, confidence, observedMs, status, sources]:
// price and confidence in 1e-8 units, observedMs in unix ms, status 1 trading or 2 market closed
// and price carried.
func LatestRoundData(feed string) []int {
	ctx := storage.GetReadOnlyContext()
	return latest(ctx, feedIndex(ctx, feed))
}

// GetRoundData returns what LatestRoundData did at that round; the last roundsKept rounds are kept.
func GetRoundData(feed string, round int) []int {
	ctx := storage.GetReadOnlyContext()
	index := feedIndex(ctx, feed)
	last := latest(ctx, index)[0]
	first := last - roundsKept + 1
	if first < 1 {
		first = 1
	}
	if round < first || round > last {
		panic("round is not kept: " + text(first) + ".." + text(last) + " are")
	}
	return values(storage.Get(ctx, roundKey(index, round)).([]byte), 0)
}

// GetPriceNoOlderThan is LatestRoundData that faults when the observation is more than maxAgeMs
// older than the block. Status is for the caller to judge: a closed market's price is carried with
// a fresh observation time.
func GetPriceNoOlderThan(feed string, maxAgeMs int) []int {
	if maxAgeMs < 0 {
		panic("bad maximal age")
	}
	data := LatestRoundData(feed)
	age := runtime.GetTime() - data[3]
	if age > maxAgeMs {
		panic("price is too old: " + text(age) + " ms")
	}
	return data
}

// LatestRounds returns every feed's latest record as the report had it, 40 B each in feed table
// order, zeros where a feed has no round yet.
func LatestRounds() []byte {
	ctx := storage.GetReadOnlyContext()
	feedCount := storedInt(ctx, countKey)
	var all []byte
	for page := 0; page*feedsPerPage < feedCount; page++ {
		all = append(all, loadPage(ctx, page, feedCount)...)
	}
	// The detour makes a ByteString of the Buffer that append made; any named byte type would do.
	return interop.Hash256(string(all))
}

// Decimals is how many decimal places price and confidence have.
func Decimals() int {
	return 8
}

// Description says what this contract is.
func Description() string {
	return "Neo Service Layer price feeds"
}

// Version is the report format's version, the digit of its tag.
func Version() int {
	return 1
}

// Feeds returns the feed table: a feed's position is its index in reports.
func Feeds() []string {
	ctx := storage.GetReadOnlyContext()
	names := make([]string, storedInt(ctx, countKey))
	found := storage.Find(ctx, namePrefix, storage.RemovePrefix)
	for iterator.Next(found) {
		entry := iterator.Value(found).(storage.KeyValue)
		names[toInt(entry.Value)] = string(entry.Key)
	}
	return names
}

// Sequence returns the last stored batch's sequence, 0 before the first.
func Sequence() int {
	return storedInt(storage.GetReadOnlyContext(), sequenceKey)
}

// ConfigId returns the 32 B id of the configuration that reports must name.
func ConfigId() []byte {
	return interop.Hash256(storedText(storage.GetReadOnlyContext(), configIdKey))
}

// Signers returns the signer table, 33 B compressed secp256r1 keys.
func Signers() []interop.PublicKey {
	table := storedText(storage.GetReadOnlyContext(), signersKey)
	var keys []interop.PublicKey
	for i := 0; i < signerCount(table); i++ {
		keys = append(keys, signerAt(table, i))
	}
	return keys
}

// Threshold returns how many signers must sign a report.
func Threshold() int {
	return int(storedText(storage.GetReadOnlyContext(), signersKey)[0])
}

// Owner returns the script hash that may change signers, configuration, owner and code.
func Owner() interop.Hash160 {
	return interop.Hash160(storedText(storage.GetReadOnlyContext(), ownerKey))
}

func feedIndex(ctx storage.Context, feed string) int {
	index := storage.Get(ctx, namePrefix+feed)
	if index == nil {
		panic("no such feed")
	}
	return toInt(index)
}

func latest(ctx storage.Context, feed int) []int {
	slot := (feed % feedsPerPage) * recordSize
	// Null when no feed of the page has a round, and then of length 0.
	page := storage.Get(ctx, pageKey(feed/feedsPerPage)).([]byte)
	if len(page) <= slot || u64(page, slot+roundAt) == 0 {
		panic("no round yet")
	}
	return values(page, slot)
}

func values(record []byte, at int) []int {
	return []int{
		u64(record, at+roundAt), u64(record, at+priceAt), u64(record, at+confidenceAt),
		u64(record, at+observedAt), int(record[at+statusAt]), int(record[at+sourcesAt]),
	}
}
