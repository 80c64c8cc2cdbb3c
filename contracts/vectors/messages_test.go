// SPDX-License-Identifier: Apache-2.0

package vectors_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"

	"github.com/nspcc-dev/neo-go/pkg/crypto/keys"
	"github.com/nspcc-dev/neo-go/pkg/io"
)

const salt = "000102030405060708090a0b0c0d0e0f"

func varBytes(data []byte) []byte {
	out := io.NewBufBinWriter()
	out.WriteVarBytes(data)
	return out.Bytes()
}

func joined(parts ...[]byte) []byte {
	var out []byte
	for _, part := range parts {
		out = append(out, part...)
	}
	return out
}

func little32(value uint32) []byte { return binary.LittleEndian.AppendUint32(nil, value) }
func little64(value uint64) []byte { return binary.LittleEndian.AppendUint64(nil, value) }

func legacy(text string) []byte {
	return joined([]byte{1, 0, 1, 0xf0}, varBytes([]byte(text)), []byte{0, 0})
}

// A transaction that cannot be valid, with the text as its script: what hardware wallets sign.
func neolineV2(text string) []byte {
	digest := sha256.Sum256(joined(make([]byte, 25), []byte{1}, make([]byte, 20), []byte{0, 0},
		varBytes([]byte(text))))
	return joined(make([]byte, 4), digest[:])
}

func replayProtected(magic uint32, text string) []byte {
	once := sha256.Sum256(legacy(text))
	twice := sha256.Sum256(once[:])
	return joined(little32(magic), twice[:])
}

func messageVectors(key *keys.PrivateKey) []object {
	var out []object
	add := func(format, message, salt string, magic uint32, bytes []byte) {
		out = append(out, object{
			"format": format, "message": message, "salt": salt, "network": magic,
			"bytes": hex.EncodeToString(bytes), "signature": hex.EncodeToString(key.Sign(bytes)),
		})
	}
	for _, message := range []string{
		"", "Login to example.org: nonce=42", "gr\u00fc\u00dfe \U0001f511\x00\n", strings.Repeat("long ", 60),
	} {
		add("salted-legacy", message, salt, 0, legacy(salt+message))
		add("unsalted-legacy", message, "", 0, legacy(message))
		add("raw", message, "", 0, []byte(message))
		add("neoline-v2-salted", message, salt, 0, neolineV2(salt+message))
		add("neoline-v2-unsalted", message, "", 0, neolineV2(message))
		for _, magic := range []uint32{860833102, network} {
			add("replay-protected", message, salt, magic, replayProtected(magic, salt+message))
		}
	}
	return out
}

func loginVectors(key *keys.PrivateKey) []object {
	var out []object
	add := func(form string, nonce uint64, timestamp uint32, action, domain string, bytes []byte) {
		out = append(out, object{
			"form": form, "nonce": strconv.FormatUint(nonce, 10), "timestamp": timestamp, "network": network,
			"account": "0x" + key.GetScriptHash().StringLE(), "action": action, "domain": domain,
			"bytes": hex.EncodeToString(bytes), "signature": hex.EncodeToString(key.Sign(bytes)),
		})
	}
	raw, display := key.GetScriptHash().BytesBE(), key.GetScriptHash().BytesLE()
	for _, nonce := range []uint64{0, 1<<53 - 1, 1<<64 - 1} {
		times := uint32(1760000000)
		for _, domain := range []string{"example.org", "gr\u00fc\u00dfe.example", strings.Repeat("d", 255)} {
			add("nep20", nonce, times, "Authentication", domain,
				joined(little64(nonce), little32(times), little32(network), raw,
					varBytes([]byte("Authentication")), varBytes([]byte(domain))))
		}
		add("nep20_2021", nonce, times, "", "",
			joined(little32(network), little64(nonce), little32(times), raw))
		add("neoline_2026", nonce, times, "", "",
			joined(little32(network), little64(nonce), little32(times), display))
	}
	return out
}

func TestMessages(t *testing.T) {
	key := privateKey(t, 0)
	committed(t, "messages.json", object{
		"private_key": key.String(), "public_key": key.PublicKey().StringCompressed(),
		"messages": messageVectors(key), "logins": loginVectors(key),
	})
}
