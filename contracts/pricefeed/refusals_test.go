// SPDX-License-Identifier: Apache-2.0

package pricefeed_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRefusesBadHeaders(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD")
	w.store(w.good(0, 1))
	report := w.report(w.good(0, 2))
	changed := func(at int, b byte) []any {
		other := append([]byte{}, report...)
		other[at] ^= b
		return w.sign(other, 0, 1)
	}
	for at := range headerSize {
		message := "sequence is not the next one: expected 2"
		switch {
		case at < 4:
			message = "bad tag"
		case at < 8:
			message = "network mismatch"
		case at < 28:
			message = "wrong contract"
		case at < 60:
			message = "unknown configuration"
		}
		w.refused(message, changed(at, 0x80))
		w.refused(message, changed(at, 0x01))
	}
	w.submit(w.sign(report, 0, 1))
}

func TestRefusesReplayedAndSkippedBatches(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD", "GAS-USD")
	args := w.sign(w.report(w.good(0, 1)), 0, 1)
	w.submit(args)
	w.refused("sequence is not the next one: expected 2", args)
	other := w.good(1, 1)
	skipped := append(w.header(3), other.bytes()...)
	w.refused("sequence is not the next one: expected 2", w.sign(skipped, 0, 1))
	w.store(other)
	w.store(w.good(0, 2), w.good(1, 2))
}

func TestRefusesBadLengths(t *testing.T) {
	w := newWorld(t, 2, names(30)...)
	var records []record
	for i := range 26 {
		records = append(records, w.good(uint16(i), 1))
	}
	w.refused("bad length: 1108", w.sign(w.report(records...), 0, 1))
	w.refused("bad length: 68", w.sign(w.report(), 0, 1))
	w.refused("bad length: 0", w.sign([]byte{}, 0, 1))
	w.refused("bad length: 67", w.sign(w.report()[1:], 0, 1))
	w.refused("bad length: 28", w.sign(w.report()[40:], 0, 1))
	one := w.report(records[0])
	w.refused("bad length: 107", w.sign(one[:107], 0, 1))
	w.refused("bad length: 109", w.sign(append(one, 0), 0, 1))
	w.store(records[:25]...)
}

func TestRefusesBadRecords(t *testing.T) {
	w := newWorld(t, 2, names(3)...)
	first := w.good(2, 1)
	w.store(first)
	w.advance(60000)
	again := w.good(0, 2)
	again.observed++
	late := w.now() + clockSkew + 1000
	for _, c := range []struct {
		message string
		change  func(*record)
	}{
		{"unknown feed: 3", func(r *record) { r.feed = 3 }},
		{"unknown feed: 258", func(r *record) { r.feed = 258 }},
		{"unknown feed: 65535", func(r *record) { r.feed = 65535 }},
		{"bad record: feed appears twice, feed 0", func(r *record) { *r = again }},
		{"bad record: status is neither 1 nor 2, feed 2", func(r *record) { r.status = 0 }},
		{"bad record: status is neither 1 nor 2, feed 2", func(r *record) { r.status = 3 }},
		{"bad record: status is neither 1 nor 2, feed 2", func(r *record) { r.status = 129 }},
		{"bad record: no sources, feed 2", func(r *record) { r.sources = 0 }},
		{"bad record: reserved bytes are not zero, feed 2", func(r *record) { r.reserved = 1 }},
		{"bad record: reserved bytes are not zero, feed 2", func(r *record) { r.reserved = 1 << 31 }},
		{"bad record: price is not above zero, feed 2", func(r *record) { r.price = 0 }},
		{"bad record: price is not above zero, feed 2", func(r *record) { r.price = -1 }},
		{"bad record: price is not above zero, feed 2", func(r *record) { r.price = math.MinInt64 }},
		{"bad record: confidence is too large, feed 2", func(r *record) { r.confidence = 1 << 63 }},
		{"bad record: confidence is too large, feed 2", func(r *record) { r.confidence = 1<<64 - 1 }},
		{"older or skipped round: expected 2, feed 2", func(r *record) { r.round = 0 }},
		{"older or skipped round: expected 2, feed 2", func(r *record) { r.round = 1 }},
		{"older or skipped round: expected 2, feed 2", func(r *record) { r.round = 3 }},
		{"older or skipped round: expected 2, feed 2", func(r *record) { r.round = 1<<63 + 2 }},
		{"older or skipped round: expected 1, feed 1", func(r *record) { r.feed = 1 }},
		{"observation is in the future, feed 2", func(r *record) { r.observed = late }},
		{"observation is in the future, feed 2", func(r *record) { r.observed = math.MaxUint64 }},
		{"observation is not newer, feed 2", func(r *record) { r.observed = first.observed }},
		{"observation is not newer, feed 2", func(r *record) { r.observed = first.observed - 1 }},
		{"observation is not newer, feed 2", func(r *record) { r.observed = 0 }},
	} {
		bad := w.good(2, 2)
		c.change(&bad)
		// Behind a good record, so that one bad record spoils a batch.
		w.refused(c.message, w.sign(w.report(w.good(0, 1), bad), 0, 1))
	}
	w.readFails("no round yet", "latestRoundData", names(3)[0])
	w.store(w.good(0, 1), w.good(2, 2))
}

func TestRefusesObservationsFromOneMillisecondPastTheSkew(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD")
	r := w.good(0, 1)
	r.observed = w.now() + clockSkew + 1
	args := w.sign(w.report(r), 0, 1)
	tx := w.by(w.relay).PrepareInvoke(t, "submit", args...)
	w.e.AddNewBlock(t, tx)
	w.e.CheckFault(t, tx.Hash(), "observation is in the future")
	// One block later the same report is in time.
	w.submit(args)
}

func TestRefusesObservationsFromOneMillisecondPastFiveMinutes(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD")
	w.advance(10 * ageMax)
	r := w.good(0, 1)
	r.observed = w.now() - ageMax - 1
	w.refused("observation is too old, feed 0", w.sign(w.report(r), 0, 1))
	r.observed = w.now() - ageMax
	w.store(r)
}

func TestRefusesBadSignatures(t *testing.T) {
	w := newWorld(t, 2, "NEO-USD")
	report := w.report(w.good(0, 1))
	sign := func(positions ...byte) []any { return w.sign(report, positions...) }
	signature := func(n byte) []byte { return w.keys[n].Sign(report) }
	signatures := func(by ...byte) []any { return sign(by...)[2].([]any) }
	// with and at are submit's arguments of positions 0 and 1 with other signatures or positions.
	with := func(signatures []any) []any { return []any{report, []byte{0, 1}, signatures} }
	at := func(positions []byte) []any { return []any{report, positions, signatures(0, 1)} }
	second := func(bad []byte) []any { return with([]any{signature(0), bad}) }

	w.refused("too few signatures", sign())
	w.refused("too few signatures", sign(0))
	w.refused("too few signatures", sign(2))
	w.refused("signer positions must ascend", sign(1, 0))
	w.refused("signer positions must ascend", sign(0, 0))
	w.refused("signer positions must ascend", sign(0, 1, 1))
	w.refused("not one signature per position", with(signatures(0)))
	w.refused("not one signature per position", with(signatures(0, 1, 2)))
	w.refused("not one signature per position", at([]byte{0, 1, 2}))
	w.refused("unknown signer: position 3", at([]byte{0, 3}))
	w.refused("unknown signer: position 255", at([]byte{0, 255}))
	w.refused("bad signature: position 2", at([]byte{0, 2}))
	w.refused("bad signature: position 0", with(signatures(1, 0)))
	w.refused("bad signature: position 1", second(signature(0)))
	w.refused("bad signature: position 1", second(key(9).Sign(report)))
	w.refused("bad signature: position 1", second(make([]byte, 64)))
	w.refused("bad signature: position 1", second(signature(1)[:63]))
	w.refused("bad signature: position 1", second(append(signature(1), 0)))
	w.refused("bad signature: position 1", second([]byte{}))
	// More than the threshold does not excuse a bad one.
	w.refused("bad signature: position 2", []any{report, []byte{0, 1, 2}, signatures(0, 1, 1)})
	w.submit(sign(0, 1))
}

func TestRefusesAReportWithAnyBitFlipped(t *testing.T) {
	w := newWorld(t, 2, names(3)...)
	w.store(w.good(0, 1), w.good(1, 1))
	w.advance(60000)
	args := w.sign(w.report(w.good(0, 2), w.good(1, 2)), 0, 1)
	report := args[0].([]byte)
	for at := range report {
		for bit := range 8 {
			report[at] ^= 1 << bit
			_, err := w.by(w.relay).TestInvoke(t, "submit", args...)
			require.Error(t, err, "byte %d bit %d", at, bit)
			report[at] ^= 1 << bit
		}
	}
	for _, signature := range args[2].([]any) {
		for at := range signature.([]byte) {
			signature.([]byte)[at] ^= 1
			w.readFails("bad signature", "submit", args...)
			signature.([]byte)[at] ^= 1
		}
	}
	w.submit(args)
}

func TestRefusalsThatTheSignersSignedAnyway(t *testing.T) {
	// Every single-bit change, properly signed, of a one-record report: only changes of price,
	// confidence, sources, and a still admissible observation time may pass.
	w := newWorld(t, 1, "NEO-USD")
	w.store(w.good(0, 1))
	w.advance(1 << 20)
	report := w.report(w.good(0, 2))
	for at := range report {
		for bit := range 8 {
			report[at] ^= 1 << bit
			_, err := w.by(w.relay).TestInvoke(t, "submit", w.sign(report, 0)...)
			field := at - headerSize
			if field == 3 || field >= 16 {
				if err != nil {
					require.Regexp(t, "price is not above|confidence is too|observation is", err.Error())
				}
			} else {
				require.Error(t, err, "byte %d bit %d", at, bit)
				require.NotContains(t, err.Error(), "bad signature")
			}
			report[at] ^= 1 << bit
		}
	}
}
