// SPDX-License-Identifier: Apache-2.0

package vectors_test

import (
	"encoding/hex"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/nspcc-dev/neo-go/pkg/core/interop/interopnames"
	"github.com/nspcc-dev/neo-go/pkg/core/native/nativehashes"
	"github.com/nspcc-dev/neo-go/pkg/io"
	"github.com/nspcc-dev/neo-go/pkg/services/rpcsrv/params"
	"github.com/nspcc-dev/neo-go/pkg/smartcontract/callflag"
	"github.com/nspcc-dev/neo-go/pkg/vm/emit"
	"github.com/nspcc-dev/neo-go/pkg/vm/opcode"
	"github.com/stretchr/testify/require"
)

// Both ends of every width, and what lies beside them. 16 is left out: neo-go's emitter writes it in a
// longer form than the C# node.
func integers() []*big.Int {
	var out []*big.Int
	for _, small := range []int64{-2, -1, 0, 1, 2, 15, 17} {
		out = append(out, big.NewInt(small))
	}
	one := big.NewInt(1)
	for _, bits := range []uint{7, 8, 15, 16, 23, 31, 32, 47, 63, 64, 95, 127, 128, 191, 254, 255} {
		power := new(big.Int).Lsh(one, bits)
		negative := new(big.Int).Neg(power)
		out = append(out, new(big.Int).Sub(power, one), negative)
		if bits < 255 {
			out = append(out, power, new(big.Int).Sub(negative, one))
		}
	}
	return out
}

func emitted(t *testing.T, write func(*io.BinWriter)) string {
	out := io.NewBufBinWriter()
	write(out.BinWriter)
	require.NoError(t, out.Err)
	return hex.EncodeToString(out.Bytes())
}

// Arguments as invokefunction takes them.
var arguments = []string{
	`[]`,
	`[{"type":"Any"}]`,
	`[{"type":"Boolean","value":true},{"type":"Boolean","value":false}]`,
	`[{"type":"Integer","value":"-128"},{"type":"Integer","value":17}]`,
	`[{"type":"String","value":"gr\u00fc\u00dfe \ud83d\udd11"},{"type":"String","value":""}]`,
	`[{"type":"ByteArray","value":"AAECAw=="},{"type":"Signature","value":"` +
		`AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="}]`,
	`[{"type":"Hash160","value":"0x000102030405060708090a0b0c0d0e0f10111213"}]`,
	`[{"type":"Hash256","value":"0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"}]`,
	`[{"type":"PublicKey","value":"02b3622bf4017bdfe317c58aed5f4c753f206b7db896046fa7d774bbc4bf7f8dc2"}]`,
	`[{"type":"Array","value":[]},{"type":"Map","value":[]}]`,
	`[{"type":"Array","value":[{"type":"Integer","value":"1"},{"type":"Array","value":` +
		`[{"type":"Array","value":[{"type":"Any"}]}]},{"type":"String","value":"x"}]}]`,
	`[{"type":"Map","value":[{"key":{"type":"String","value":"a"},"value":{"type":"Integer","value":"1"}},` +
		`{"key":{"type":"Integer","value":"2"},"value":{"type":"Map","value":[{"key":{"type":"Boolean",` +
		`"value":true},"value":{"type":"Any"}}]}}]}]`,
}

func expand(t *testing.T, script *io.BinWriter, list string) {
	var parsed params.Params
	require.NoError(t, json.Unmarshal([]byte(list), &parsed))
	require.NoError(t, params.ExpandArrayIntoScriptAndPack(script, parsed))
}

func TestScripts(t *testing.T) {
	var pushed []object
	for _, value := range integers() {
		pushed = append(pushed, object{
			"value":  value.String(),
			"script": emitted(t, func(w *io.BinWriter) { emit.BigInt(w, value) }),
		})
	}
	var data []object
	for _, size := range []int{0, 1, 75, 254, 255, 256, 257, 65534, 65535, 65536, 65537} {
		script := emitted(t, func(w *io.BinWriter) { emit.Bytes(w, make([]byte, size)) })
		data = append(data, object{"zeros": size, "prefix": script[:len(script)-2*size]})
	}
	var packed []object
	for _, list := range arguments {
		packed = append(packed, object{
			"arguments": json.RawMessage(list),
			"script":    emitted(t, func(w *io.BinWriter) { expand(t, w, list) }),
		})
	}
	var calls []object
	for i, list := range arguments {
		flags := callflag.CallFlag(i + 1)
		calls = append(calls, object{
			"contract": "0x" + nativehashes.GasToken.StringLE(), "method": "transfer",
			"flags": flags, "arguments": json.RawMessage(list),
			"script": emitted(t, func(w *io.BinWriter) {
				expand(t, w, list)
				emit.AppCallNoArgs(w, nativehashes.GasToken, "transfer", flags)
				emit.Opcodes(w, opcode.ASSERT)
			}),
		})
	}
	var syscalls []object
	for _, name := range []string{
		interopnames.SystemContractCall, interopnames.SystemCryptoCheckSig,
		interopnames.SystemCryptoCheckMultisig, interopnames.SystemRuntimeNotify,
		interopnames.SystemIteratorNext, interopnames.SystemStorageFind,
	} {
		syscalls = append(syscalls, object{
			"name":   name,
			"script": emitted(t, func(w *io.BinWriter) { emit.Syscall(w, name) }),
		})
	}
	committed(t, "scripts.json", object{
		"integers": pushed, "data": data, "arrays": packed, "calls": calls, "syscalls": syscalls,
	})
}
