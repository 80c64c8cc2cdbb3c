// SPDX-License-Identifier: Apache-2.0

package pricefeed_test

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"testing"

	"github.com/nspcc-dev/neo-go/pkg/core/state"
	"github.com/nspcc-dev/neo-go/pkg/crypto/keys"
	"github.com/nspcc-dev/neo-go/pkg/neotest"
	"github.com/nspcc-dev/neo-go/pkg/neotest/chain"
	"github.com/nspcc-dev/neo-go/pkg/util"
	"github.com/nspcc-dev/neo-go/pkg/vm/stackitem"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

const (
	headerSize = 68
	recordSize = 40
	clockSkew  = 15000
	ageMax     = 300000
)

var configA = id32(0xA1)

// record is one report record, field by field.
type record struct {
	feed       uint16
	status     uint8
	sources    uint8
	reserved   uint32
	round      uint64
	price      int64
	confidence uint64
	observed   uint64
}

func (r record) bytes() []byte {
	b := binary.LittleEndian.AppendUint16(nil, r.feed)
	b = append(b, r.status, r.sources)
	b = binary.LittleEndian.AppendUint32(b, r.reserved)
	b = binary.LittleEndian.AppendUint64(b, r.round)
	b = binary.LittleEndian.AppendUint64(b, uint64(r.price))
	b = binary.LittleEndian.AppendUint64(b, r.confidence)
	return binary.LittleEndian.AppendUint64(b, r.observed)
}

// data is what latestRoundData and getRoundData return for r.
func (r record) data() []int64 {
	return []int64{int64(r.round), r.price, int64(r.confidence), int64(r.observed),
		int64(r.status), int64(r.sources)}
}

// world is a test chain, the contract on it, its owner, a relay and its signers.
type world struct {
	*testing.T
	e        *neotest.Executor
	contract *neotest.Contract
	owner    neotest.Signer
	relay    neotest.Signer
	keys     []*keys.PrivateKey
	config   []byte
	sequence uint64 // of the last stored batch
}

func newChain(t *testing.T) *world {
	bc, validator := chain.NewSingleWithOptions(t, &chain.Options{Logger: zap.NewNop()})
	e := neotest.NewExecutor(t, bc, validator, validator)
	c := neotest.CompileFile(t, e.CommitteeHash, ".", "neo-go.yml")
	return &world{T: t, e: e, contract: c,
		owner: e.NewAccount(t), relay: e.NewAccount(t, 10000_00000000),
		keys: []*keys.PrivateKey{key(1), key(2), key(3)}, config: configA}
}

func newWorld(t *testing.T, threshold int, feeds ...string) *world {
	w := newChain(t)
	w.e.DeployContract(t, w.contract, w.deployData(threshold, feeds))
	return w
}

func (w *world) deployData(threshold int, feeds []string) []any {
	return []any{w.owner.ScriptHash(), publicKeys(w.keys), threshold, w.config, anys(feeds)}
}

func (w *world) by(signers ...neotest.Signer) *neotest.ContractInvoker {
	return w.e.NewInvoker(w.contract.Hash, signers...)
}

// now is the time the next block will have.
func (w *world) now() uint64 { return w.e.TopBlock(w.T).Timestamp + 1 }

// advance makes a block, so that the next one's time is ms later than now.
func (w *world) advance(ms uint64) {
	b := w.e.NewUnsignedBlock(w.T)
	b.Timestamp += ms - 1
	require.NoError(w.T, w.e.Chain.AddBlock(w.e.SignBlock(b)))
}

func (w *world) good(feed uint16, round uint64) record {
	return record{feed: feed, status: 1, sources: 5, round: round, price: 598000000 + int64(round),
		confidence: 120000, observed: w.now()}
}

func (w *world) header(sequence uint64) []byte {
	b := binary.LittleEndian.AppendUint32([]byte("NPR1"), uint32(w.e.Chain.GetConfig().Magic))
	b = append(b, w.contract.Hash.BytesBE()...)
	b = append(b, w.config...)
	return binary.LittleEndian.AppendUint64(b, sequence)
}

func (w *world) report(records ...record) []byte {
	b := w.header(w.sequence + 1)
	for _, r := range records {
		b = append(b, r.bytes()...)
	}
	return b
}

// sign makes submit's arguments, signed by the signers at the given positions.
func (w *world) sign(report []byte, positions ...byte) []any {
	signatures := []any{}
	for _, p := range positions {
		signatures = append(signatures, w.keys[p].Sign(report))
	}
	return []any{report, positions, signatures}
}

func (w *world) submit(args []any) util.Uint256 {
	w.Helper()
	h := w.by(w.relay).Invoke(w.T, stackitem.Null{}, "submit", args...)
	w.sequence++
	return h
}

func (w *world) store(records ...record) util.Uint256 {
	w.Helper()
	return w.submit(w.sign(w.report(records...), 0, 1))
}

func (w *world) refused(message string, args []any) {
	w.Helper()
	w.by(w.relay).InvokeFail(w.T, message, "submit", args...)
	require.Equal(w.T, int64(w.sequence), w.number("sequence"))
}

func (w *world) read(method string, args ...any) stackitem.Item {
	w.Helper()
	stack, err := w.by(w.relay).TestInvoke(w.T, method, args...)
	require.NoError(w.T, err)
	require.Equal(w.T, 1, stack.Len())
	return stack.Pop().Item()
}

func (w *world) readFails(message, method string, args ...any) {
	w.Helper()
	_, err := w.by(w.relay).TestInvoke(w.T, method, args...)
	require.ErrorContains(w.T, err, message)
}

func (w *world) number(method string, args ...any) int64 {
	w.Helper()
	item := w.read(method, args...)
	require.Equal(w.T, stackitem.IntegerT, item.Type())
	return item.Value().(*big.Int).Int64()
}

// bytes also holds the type: a Buffer would compare by identity in the caller's contract.
func (w *world) bytes(method string) []byte {
	w.Helper()
	item := w.read(method)
	require.Equal(w.T, stackitem.ByteArrayT, item.Type())
	return item.Value().([]byte)
}

func (w *world) numbers(method string, args ...any) (values []int64) {
	w.Helper()
	for _, item := range w.read(method, args...).Value().([]stackitem.Item) {
		require.Equal(w.T, stackitem.IntegerT, item.Type())
		values = append(values, item.Value().(*big.Int).Int64())
	}
	return values
}

func (w *world) byteStrings(method string) (values [][]byte) {
	w.Helper()
	for _, item := range w.read(method).Value().([]stackitem.Item) {
		require.Equal(w.T, stackitem.ByteArrayT, item.Type())
		values = append(values, item.Value().([]byte))
	}
	return values
}

// event asserts that the transaction raised exactly one event, this one.
func (w *world) event(tx util.Uint256, name string, values ...any) {
	w.Helper()
	items := []stackitem.Item{}
	for _, v := range values {
		items = append(items, stackitem.Make(v))
	}
	w.e.CheckTxNotificationEvents(w.T, tx, []state.NotificationEvent{
		{ScriptHash: w.contract.Hash, Name: name, Item: stackitem.NewArray(items)}})
}

func key(n byte) *keys.PrivateKey {
	k, err := keys.NewPrivateKeyFromBytes(id32(n))
	if err != nil {
		panic(err)
	}
	return k
}

func publicKeys(private []*keys.PrivateKey) (public []any) {
	for _, k := range private {
		public = append(public, k.PublicKey().Bytes())
	}
	return public
}

func id32(fill byte) []byte {
	b := make([]byte, 32)
	for i := range b {
		b[i] = fill
	}
	return b
}

func anys(texts []string) []any {
	values := []any{}
	for _, s := range texts {
		values = append(values, s)
	}
	return values
}

func names(n int) (feeds []string) {
	for i := range n {
		feeds = append(feeds, fmt.Sprintf("FEED%04d/USD", i))
	}
	return feeds
}
