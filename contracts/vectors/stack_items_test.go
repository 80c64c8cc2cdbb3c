// SPDX-License-Identifier: Apache-2.0

package vectors_test

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/nspcc-dev/neo-go/pkg/vm/stackitem"
	"github.com/stretchr/testify/require"
)

func nested(depth int) stackitem.Item {
	item := stackitem.Item(stackitem.Make(1))
	for range depth {
		item = stackitem.NewArray([]stackitem.Item{item})
	}
	return item
}

func stackItems() map[string]stackitem.Item {
	text := stackitem.NewByteArray([]byte("text \u00fc"))
	out := map[string]stackitem.Item{
		"null":              stackitem.Null{},
		"true":              stackitem.NewBool(true),
		"false":             stackitem.NewBool(false),
		"empty byte string": stackitem.NewByteArray([]byte{}),
		"byte string":       text,
		"bytes, no text":    stackitem.NewByteArray([]byte{0xff, 0x00, 0xc0}),
		"buffer":            stackitem.NewBuffer([]byte{1, 2, 3}),
		"256 bytes":         stackitem.NewByteArray(make([]byte, 256)),
		"empty array":       stackitem.NewArray([]stackitem.Item{}),
		"empty struct":      stackitem.NewStruct([]stackitem.Item{}),
		"empty map":         stackitem.NewMap(),
		"array":             stackitem.NewArray([]stackitem.Item{text, stackitem.Null{}, stackitem.Make(5)}),
		"struct":            stackitem.NewStruct([]stackitem.Item{stackitem.NewBool(true), text}),
		"300 items":         stackitem.NewArray(make300()),
		"nine levels":       nested(9),
		"map": stackitem.NewMapWithValue([]stackitem.MapElement{
			{Key: text, Value: stackitem.Make(1)},
			{Key: stackitem.Make(7), Value: stackitem.NewArray([]stackitem.Item{stackitem.Null{}})},
			{Key: stackitem.NewBool(true), Value: stackitem.NewMap()},
		}),
	}
	for _, value := range integers() {
		out["integer "+value.String()] = stackitem.NewBigInteger(value)
	}
	return out
}

func make300() []stackitem.Item {
	out := make([]stackitem.Item, 300)
	for i := range out {
		out[i] = stackitem.Make(i)
	}
	return out
}

// What neo-go does not take for a serialized item.
var refusedItems = map[string]string{
	"nothing":                     "",
	"unknown type":                "01",
	"no such interop":             "60",
	"pointer":                     "1000000000",
	"boolean without a value":     "20",
	"integer of 33 bytes":         "2121" + strings.Repeat("01", 33),
	"integer cut short":           "210401",
	"array cut short":             "400121",
	"length of 2^32":              "28ff0000000001000000",
	"length of 2^64-1":            "28ffffffffffffffffff",
	"2049 items":                  "40fd0108" + strings.Repeat("00", 2049),
	"a map whose key is an array": "480140000000",
	"a map without its value":     "4801210101",
}

// An integer of no valid length makes neo-go's reader panic; the virtual machine around it faults.
func itemRefused(bytes []byte) (refused bool) {
	defer func() {
		if recover() != nil {
			refused = true
		}
	}()
	_, err := stackitem.Deserialize(bytes)
	return err != nil
}

func TestStackItems(t *testing.T) {
	var list []object
	for name, item := range stackItems() {
		bytes, err := stackitem.Serialize(item)
		require.NoError(t, err)
		shown, err := stackitem.ToJSONWithTypes(item)
		require.NoError(t, err)
		list = append(list, object{
			"name": name, "json": json.RawMessage(shown), "bytes": hex.EncodeToString(bytes),
		})
	}
	var shown []object
	for name, item := range map[string]stackitem.Item{
		"interop": stackitem.NewInterop(1),
		"pointer": stackitem.NewPointer(12, []byte{1, 2, 3}),
	} {
		text, err := stackitem.ToJSONWithTypes(item)
		require.NoError(t, err)
		shown = append(shown, object{"name": name, "json": json.RawMessage(text)})
	}
	var refused []object
	for name, bytes := range refusedItems {
		require.True(t, itemRefused(fromHex(t, bytes)), name)
		refused = append(refused, object{"name": name, "bytes": bytes})
	}
	committed(t, "stack_items.json", object{
		"items": sorted(list), "only_json": sorted(shown), "refused": sorted(refused),
	})
}
