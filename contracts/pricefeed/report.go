// SPDX-License-Identifier: Apache-2.0

package pricefeed

import (
	"github.com/nspcc-dev/neo-go/pkg/interop/runtime"
	"github.com/nspcc-dev/neo-go/pkg/interop/storage"
)

// The report: a header and 1..maxRecords records, all integers little-endian and unsigned.
// Signatures cover exactly these bytes, so nothing here may ever change.
const (
	tag          = "NPR1"
	networkAt    = 4  // u32, the network's magic
	contractAt   = 8  // 20 B, this contract's script hash, raw byte order
	configAt     = 28 // 32 B, configuration id
	sequenceAt   = 60 // u64
	headerSize   = 68
	recordSize   = 40
	maxRecords   = 25 // 1000 B of records: a Neo event holds 1024 B.
	feedAt       = 0  // u16, index in the feed table
	statusAt     = 2  // u8
	sourcesAt    = 3  // u8
	reservedAt   = 4  // u32, zero
	roundAt      = 8  // u64
	priceAt      = 16 // i64, 1e-8 units, above zero
	confidenceAt = 24 // u64, 1e-8 units, half width, below 2^63
	observedAt   = 32 // u64, unix ms

	statusTrading = 1
	statusClosed  = 2 // The market is closed and the price carried.

	// clockSkewMs is how far an observation may be ahead of the block's time.
	clockSkewMs = 15000
	// ageMaxMs after its observation a report that was never stored is worth nothing: otherwise
	// whoever relays could choose among abandoned ones.
	ageMaxMs = 300000
)

// checkHeader faults unless the report is for this network, this contract, the current
// configuration, and is the next batch. It returns the batch's sequence.
func checkHeader(ctx storage.Context, report []byte) int {
	records := len(report) - headerSize
	if records < recordSize || records > maxRecords*recordSize || records%recordSize != 0 {
		panic("bad length: " + text(len(report)))
	}
	if string(report[0:networkAt]) != tag {
		panic("bad tag")
	}
	if u32(report, networkAt) != runtime.GetNetwork() {
		panic("network mismatch")
	}
	if string(report[contractAt:configAt]) != string(runtime.GetExecutingScriptHash()) {
		panic("wrong contract")
	}
	if string(report[configAt:sequenceAt]) != storedText(ctx, configIdKey) {
		panic("unknown configuration")
	}
	expected := storedInt(ctx, sequenceKey) + 1
	if u64(report, sequenceAt) != expected {
		panic("sequence is not the next one: expected " + text(expected))
	}
	return expected
}

// checkRecords faults unless every record may follow its feed's latest one. It returns the touched
// pages with the records in place, not yet stored.
func checkRecords(ctx storage.Context, report []byte) map[int][]byte {
	pages := make(map[int][]byte)
	seen := make(map[int]bool)
	feedCount := storedInt(ctx, countKey)
	horizon := runtime.GetTime() + clockSkewMs
	for at := headerSize; at < len(report); at += recordSize {
		feed := u16(report, at+feedAt)
		if feed >= feedCount {
			panic("unknown feed: " + text(feed))
		}
		// A plain seen[feed] faults in the VM when the key is missing.
		if _, twice := seen[feed]; twice {
			panic("bad record: feed appears twice, feed " + text(feed))
		}
		seen[feed] = true
		page, loaded := pages[feed/feedsPerPage]
		if !loaded {
			page = loadPage(ctx, feed/feedsPerPage, feedCount)
			pages[feed/feedsPerPage] = page
		}
		slot := (feed % feedsPerPage) * recordSize
		checkValues(report, at, feed)
		checkFollows(report, at, page, slot, horizon, feed)
		copy(page[slot:slot+recordSize], report[at:at+recordSize])
	}
	return pages
}

// checkValues faults unless the record makes sense by itself.
func checkValues(report []byte, at int, feed int) {
	status := int(report[at+statusAt])
	if status != statusTrading && status != statusClosed {
		panic("bad record: status is neither 1 nor 2, feed " + text(feed))
	}
	if report[at+sourcesAt] == 0 {
		panic("bad record: no sources, feed " + text(feed))
	}
	if u32(report, at+reservedAt) != 0 {
		panic("bad record: reserved bytes are not zero, feed " + text(feed))
	}
	// A set top bit in the last byte means below zero for an i64, and 2^63 or more for a u64.
	if report[at+priceAt+7] > 127 || u64(report, at+priceAt) == 0 {
		panic("bad record: price is not above zero, feed " + text(feed))
	}
	if report[at+confidenceAt+7] > 127 {
		panic("bad record: confidence is too large, feed " + text(feed))
	}
}

// checkFollows faults unless the record at report[at] is the next round after the one at
// page[slot].
func checkFollows(report []byte, at int, page []byte, slot int, horizon int, feed int) {
	expected := u64(page, slot+roundAt) + 1
	if u64(report, at+roundAt) != expected {
		panic("older or skipped round: expected " + text(expected) + ", feed " + text(feed))
	}
	observed := u64(report, at+observedAt)
	if observed <= u64(page, slot+observedAt) {
		panic("observation is not newer, feed " + text(feed))
	}
	if observed > horizon {
		panic("observation is in the future, feed " + text(feed))
	}
	if observed < horizon-clockSkewMs-ageMaxMs {
		panic("observation is too old, feed " + text(feed))
	}
}

func u16(b []byte, at int) int {
	return int(b[at]) + int(b[at+1])<<8
}

func u32(b []byte, at int) int {
	return int(b[at]) + int(b[at+1])<<8 + int(b[at+2])<<16 + int(b[at+3])<<24
}

// u64 adds bytes up because that costs an eighth of cutting them out and converting them.
func u64(b []byte, at int) int {
	return int(b[at]) + int(b[at+1])<<8 + int(b[at+2])<<16 + int(b[at+3])<<24 +
		int(b[at+4])<<32 + int(b[at+5])<<40 + int(b[at+6])<<48 + int(b[at+7])<<56
}
