// SPDX-License-Identifier: Apache-2.0

package pricefeed

import (
	"github.com/nspcc-dev/neo-go/pkg/interop"
	"github.com/nspcc-dev/neo-go/pkg/interop/native/crypto"
	"github.com/nspcc-dev/neo-go/pkg/interop/runtime"
	"github.com/nspcc-dev/neo-go/pkg/interop/storage"
)

// Submit stores a signed batch, whoever relays it. positions holds one byte per signature, the
// signer's index in the signer table, ascending; signatures are 64 B r||s, secp256r1 over SHA-256
// of the report. It faults, and stores nothing, unless every check passes; signatures come last
// because they cost the most.
func Submit(report []byte, positions []byte, signatures []interop.Signature) {
	ctx := storage.GetContext()
	sequence := checkHeader(ctx, report)
	signers := storedText(ctx, signersKey)
	checkPositions(signers, positions, signatures)
	pages := checkRecords(ctx, report)
	checkSignatures(signers, report, positions, signatures)

	for at := headerSize; at < len(report); at += recordSize {
		feed := u16(report, at+feedAt)
		round := u64(report, at+roundAt)
		storage.Put(ctx, roundKey(feed, round), report[at:at+recordSize])
	}
	for page, records := range pages {
		storage.Put(ctx, pageKey(page), records)
	}
	storage.Put(ctx, sequenceKey, sequence)
	runtime.Notify("BatchStored", sequence, report[headerSize:])
}

// checkPositions faults unless enough signers, each once and each known, are named.
func checkPositions(signers string, positions []byte, signatures []interop.Signature) {
	count := len(positions)
	if count != len(signatures) {
		panic("not one signature per position")
	}
	if count < int(signers[0]) {
		panic("too few signatures")
	}
	last := -1
	for i := 0; i < count; i++ {
		position := int(positions[i])
		if position <= last {
			panic("signer positions must ascend")
		}
		last = position
	}
	if last >= signerCount(signers) {
		panic("unknown signer: position " + text(last))
	}
}

func checkSignatures(
	signers string, report []byte, positions []byte, signatures []interop.Signature,
) {
	for i := 0; i < len(positions); i++ {
		position := int(positions[i])
		// The native verifier faults with its own words on a signature of another length.
		if len(signatures[i]) != interop.SignatureLen ||
			!crypto.VerifyWithECDsa(report, signerAt(signers, position), signatures[i],
				crypto.Secp256r1Sha256) {
			panic("bad signature: position " + text(position))
		}
	}
}

func signerCount(signers string) int {
	return (len(signers) - 1) / interop.PublicKeyCompressedLen
}

func signerAt(signers string, position int) interop.PublicKey {
	at := 1 + position*interop.PublicKeyCompressedLen
	return interop.PublicKey(signers[at : at+interop.PublicKeyCompressedLen])
}
