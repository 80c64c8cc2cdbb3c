// SPDX-License-Identifier: Apache-2.0

package pricefeed_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README's GAS figures: system fee of submit in datoshi, at execution fee factor 30 and storage
// price 100000, with a table of 32 feeds. Steady means that every slot of the pages and of the
// rings has been written before.
var documented = []struct {
	records, signatures int
	steady, first       int64
}{
	{1, 1, 24623170, 52214380},
	{4, 1, 32858020, 70949230},
	{25, 1, 122281480, 306146320},
	{25, 3, 126889240, 310754080},
}

func TestSubmitCostsWhatTheReadmeSays(t *testing.T) {
	for _, c := range documented {
		t.Run(fmt.Sprintf("%d records, %d signatures", c.records, c.signatures), func(t *testing.T) {
			w := newWorld(t, 1, names(32)...)
			cost := func(round uint64) int64 {
				var records []record
				for feed := range c.records {
					records = append(records, w.good(uint16(feed), round))
				}
				tx := w.submit(w.sign(w.report(records...), []byte{0, 1, 2}[:c.signatures]...))
				return w.e.GetTxExecResult(t, tx).GasConsumed
			}
			first := cost(1)
			for round := uint64(2); round < 65; round++ {
				cost(round)
			}
			steady := cost(65)
			require.Equal(t, c.steady, steady)
			require.Equal(t, c.first, first)
		})
	}
}
