// SPDX-License-Identifier: Apache-2.0

package pricefeed

import (
	"github.com/nspcc-dev/neo-go/pkg/interop"
	"github.com/nspcc-dev/neo-go/pkg/interop/contract"
	"github.com/nspcc-dev/neo-go/pkg/interop/native/management"
	"github.com/nspcc-dev/neo-go/pkg/interop/runtime"
	"github.com/nspcc-dev/neo-go/pkg/interop/storage"
)

const configIdSize = 32

// SetSigners replaces the signer table. Reports signed by the old one are void from then on.
func SetSigners(signers []interop.PublicKey, threshold int) {
	ctx := storage.GetContext()
	requireOwner(ctx)
	putSigners(ctx, signers, threshold)
}

// SetConfig starts a new configuration. feeds is the whole table and starts with the present one,
// so every feed keeps its index, its rounds and its history.
func SetConfig(configId []byte, feeds []string) {
	ctx := storage.GetContext()
	requireOwner(ctx)
	putConfig(ctx, configId, feeds)
}

// SetOwner hands the contract over. The new owner signs too, so it cannot be lost to a mistyped
// hash.
func SetOwner(newOwner interop.Hash160) {
	ctx := storage.GetContext()
	requireOwner(ctx)
	if len(newOwner) == interop.Hash160Len && !runtime.CheckWitness(newOwner) {
		panic("the new owner has not signed")
	}
	putOwner(ctx, newOwner)
}

// Update replaces the code and keeps the state (NEP-22).
func Update(nefFile []byte, manifest []byte, data any) {
	requireOwner(storage.GetContext())
	management.UpdateWithData(nefFile, manifest, data)
}

func requireOwner(ctx storage.Context) {
	if !runtime.CheckWitness(interop.Hash160(storedText(ctx, ownerKey))) {
		panic("only the owner may do this")
	}
}

func putOwner(ctx storage.Context, newOwner interop.Hash160) {
	if len(newOwner) != interop.Hash160Len {
		panic("bad owner: 20 bytes are needed")
	}
	previous := storage.Get(ctx, ownerKey).(interop.Hash160) // null at deployment
	storage.Put(ctx, ownerKey, newOwner)
	runtime.Notify("OwnerChanged", previous, newOwner)
}

func putSigners(ctx storage.Context, signers []interop.PublicKey, threshold int) {
	count := len(signers)
	if count > maxSigners {
		panic("bad signers: more than " + text(maxSigners))
	}
	if threshold < 1 || threshold > count {
		panic("bad threshold: 1.." + text(count) + " is possible")
	}
	table := []byte{byte(threshold)}
	seen := make(map[string]bool)
	for i := 0; i < count; i++ {
		key := signers[i]
		if len(key) != interop.PublicKeyCompressedLen {
			panic("bad signers: a key is not of 33 bytes")
		}
		// The system call faults when the key is no point of secp256r1; such a signer could never
		// sign.
		contract.CreateStandardAccount(key)
		if _, twice := seen[string(key)]; twice {
			panic("bad signers: a key appears twice")
		}
		seen[string(key)] = true
		table = append(table, key...)
	}
	storage.Put(ctx, signersKey, table)
	runtime.Notify("SignersChanged", signers, threshold)
}

func putConfig(ctx storage.Context, configId []byte, feeds []string) {
	if len(configId) != configIdSize {
		panic("bad configuration: the id is not of 32 bytes")
	}
	previous := storage.Get(ctx, configIdKey) // null at deployment
	if previous != nil && previous.(string) == string(configId) {
		panic("bad configuration: the id is in use")
	}
	count := len(feeds)
	if count < 1 || count > maxFeeds {
		panic("bad feeds: 1.." + text(maxFeeds) + " are possible")
	}
	kept := storedInt(ctx, countKey)
	if count < kept {
		panic("bad feeds: the table must start with the present one")
	}
	for i := 0; i < count; i++ {
		index := storage.Get(ctx, namePrefix+feeds[i])
		if i < kept {
			if index == nil || toInt(index) != i {
				panic("bad feeds: the table must start with the present one")
			}
			continue
		}
		checkName(feeds[i])
		if index != nil {
			panic("bad feeds: a name appears twice: " + feeds[i])
		}
		storage.Put(ctx, namePrefix+feeds[i], i)
	}
	storage.Put(ctx, countKey, count)
	storage.Put(ctx, configIdKey, configId)
	runtime.Notify("ConfigChanged", configId, count)
}

// checkName admits printable ASCII only, so that no two names look alike and every client can show
// them.
func checkName(name string) {
	if len(name) < 1 || len(name) > maxFeedName {
		panic("bad feeds: a name is not of 1..32 bytes")
	}
	for i := 0; i < len(name); i++ {
		if name[i] <= ' ' || name[i] > '~' {
			panic("bad feeds: a name is not printable ASCII")
		}
	}
}
