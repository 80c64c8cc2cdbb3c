// SPDX-License-Identifier: Apache-2.0

// Package moody takes payments in simulations only.
package moody

import (
	"github.com/nspcc-dev/neo-go/pkg/interop"
	"github.com/nspcc-dev/neo-go/pkg/interop/runtime"
	"github.com/nspcc-dev/neo-go/pkg/interop/storage"
)

const kept = "kept"

func Keep(value int) int {
	ctx := storage.GetContext()
	before := storage.Get(ctx, kept)
	storage.Put(ctx, kept, value)
	if before == nil {
		return 0
	}
	return before.(int)
}

func Kept() int {
	return storage.Get(storage.GetReadOnlyContext(), kept).(int)
}

func OnNEP17Payment(from interop.Hash160, amount int, data any) {
	if runtime.GasLeft() < 1500000000 {
		panic("not in this mood")
	}
}

func Verify() bool { return true }
