// SPDX-License-Identifier: Apache-2.0

// Package pricefeed is the Neo N3 contract that stores signed price reports. Anyone may relay a
// report; it is stored only if enough of the registered signers signed exactly its bytes. See
// README.md for the storage layout.
package pricefeed

import (
	"github.com/nspcc-dev/neo-go/pkg/interop"
	"github.com/nspcc-dev/neo-go/pkg/interop/convert"
	"github.com/nspcc-dev/neo-go/pkg/interop/native/std"
	"github.com/nspcc-dev/neo-go/pkg/interop/storage"
)

const (
	maxSigners  = 21   // As many as a Neo committee; the SignersChanged event stays under 1024 B.
	maxFeeds    = 1024 // The table travels as one array, and a Neo VM stack holds 2048 items.
	maxFeedName = 32   // bytes

	// feedsPerPage feeds share one storage value, so that a batch writes a few values and a reader
	// reads a few.
	feedsPerPage = 8
	// roundsKept is the length of each feed's history ring.
	roundsKept = 64
)

// Storage keys and key prefixes.
const (
	ownerKey    = "o" // 20 B script hash
	signersKey  = "s" // threshold 1 B, then the signers' 33 B keys
	configIdKey = "c" // 32 B
	countKey    = "t" // how many feeds the table has
	sequenceKey = "q" // sequence of the last stored batch
	namePrefix  = "n" // + feed name: the feed's index
	pagePrefix  = 'p' // + page u16 LE + 01: feedsPerPage latest records, zeros where none is yet
	roundPrefix = 'h' // + (round % roundsKept) 1 B + feed u16 LE + 01: one record
)

// _deploy takes data = [owner Hash160, signers []PublicKey, threshold int, configId 32 B, feeds
// []string]. An update keeps all state and ignores data.
func _deploy(data any, update bool) {
	if update {
		return
	}
	args := data.([]any)
	if len(args) != 5 {
		panic("bad deploy data: [owner, signers, threshold, configId, feeds] is needed")
	}
	ctx := storage.GetContext()
	storage.Put(ctx, sequenceKey, 0)
	storage.Put(ctx, countKey, 0)
	putOwner(ctx, args[0].(interop.Hash160))
	putSigners(ctx, args[1].([]interop.PublicKey), args[2].(int))
	putConfig(ctx, args[3].([]byte), args[4].([]string))
}

// loadPage returns a writable copy of a page of latest records, as long as the feed table makes it.
func loadPage(ctx storage.Context, page int, feedCount int) []byte {
	feeds := feedCount - page*feedsPerPage
	if feeds > feedsPerPage {
		feeds = feedsPerPage
	}
	buffer := make([]byte, feeds*recordSize)
	// A stored page is shorter when the table has grown since it was written.
	stored := storage.Get(ctx, pageKey(page))
	if stored != nil {
		copy(buffer, stored.([]byte))
	}
	return buffer
}

// pageKey and roundKey make integers: the VM uses an integer's little-endian bytes as the key.
// Setting a key's bytes one by one costs as much as storing the value does. The final 1 keeps the
// length fixed.
func pageKey(page int) int {
	return pagePrefix + page<<8 + 1<<24
}

func roundKey(feed int, round int) int {
	return roundPrefix + (round%roundsKept)<<8 + feed<<16 + 1<<32
}

// storedText reads a value as the VM's ByteString; reading it as []byte would make a Buffer, which
// costs a conversion and compares by identity in a caller's contract.
func storedText(ctx storage.Context, key string) string {
	return storage.Get(ctx, key).(string)
}

func storedInt(ctx storage.Context, key string) int {
	return toInt(storage.Get(ctx, key))
}

// toInt makes an Integer of a stored value, which the VM hands out as bytes.
func toInt(stored any) int {
	return convert.ToInteger(stored)
}

func text(number int) string {
	return std.Itoa10(number)
}
