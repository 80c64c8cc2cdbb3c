// SPDX-License-Identifier: Apache-2.0

// Package vectors_test makes tests/vectors/neo from neo-go's own code, and sees to it that what is
// committed is what neo-go says. scripts/make_neo_vectors writes the files anew.
package vectors_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nspcc-dev/neo-go/pkg/crypto/keys"
	"github.com/nspcc-dev/neo-go/pkg/io"
	"github.com/stretchr/testify/require"
)

const (
	folder  = "../../tests/vectors/neo"
	note    = "Written by scripts/make_neo_vectors. Public test keys: never fund them."
	network = 1234567890
)

type object = map[string]any

// committed compares with the file, or writes it when NSL_WRITE_VECTORS is set.
func committed(t *testing.T, name string, content object) {
	content["note"] = note
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	require.NoError(t, encoder.Encode(content))
	path := filepath.Join(folder, name)
	if os.Getenv("NSL_WRITE_VECTORS") != "" {
		require.NoError(t, os.WriteFile(path, out.Bytes(), 0o644))
		return
	}
	there, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(there), out.String(), "run scripts/make_neo_vectors and commit %s", name)
}

func privateKey(t *testing.T, number int) *keys.PrivateKey {
	secret := sha256.Sum256(fmt.Appendf(nil, "neo-service-layer vector key %d", number))
	key, err := keys.NewPrivateKeyFromBytes(secret[:])
	require.NoError(t, err)
	return key
}

func publicKeys(t *testing.T, first, count int) keys.PublicKeys {
	out := make(keys.PublicKeys, count)
	for i := range out {
		out[i] = privateKey(t, first+i).PublicKey()
	}
	return out
}

func texts(list keys.PublicKeys) []string {
	out := make([]string, len(list))
	for i, key := range list {
		out[i] = key.StringCompressed()
	}
	return out
}

func encoded(t *testing.T, item io.Serializable) []byte {
	out := io.NewBufBinWriter()
	item.EncodeBinary(out.BinWriter)
	require.NoError(t, out.Err)
	return out.Bytes()
}

func fromHex(t *testing.T, text string) []byte {
	out, err := hex.DecodeString(text)
	require.NoError(t, err)
	return out
}

// sorted puts vectors that came out of a map into an order that does not change.
func sorted(list []object) []object {
	slices.SortFunc(list, func(a, b object) int {
		return strings.Compare(a["name"].(string), b["name"].(string))
	})
	return list
}
