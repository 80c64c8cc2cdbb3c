// SPDX-License-Identifier: Apache-2.0

package vectors_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/nspcc-dev/neo-go/pkg/core/native/nativehashes"
	"github.com/nspcc-dev/neo-go/pkg/core/state"
	"github.com/nspcc-dev/neo-go/pkg/crypto/hash"
	"github.com/nspcc-dev/neo-go/pkg/smartcontract/callflag"
	"github.com/nspcc-dev/neo-go/pkg/smartcontract/manifest"
	"github.com/nspcc-dev/neo-go/pkg/smartcontract/nef"
	"github.com/nspcc-dev/neo-go/pkg/util"
	"github.com/stretchr/testify/require"
)

func file(script []byte, source string, tokens ...nef.MethodToken) nef.File {
	out := nef.File{
		Header: nef.Header{Magic: nef.Magic, Compiler: "make_neo_vectors"},
		Source: source, Tokens: tokens, Script: script,
	}
	if out.Tokens == nil {
		out.Tokens = []nef.MethodToken{}
	}
	out.Checksum = out.CalculateChecksum()
	return out
}

func nefs(t *testing.T) map[string]nef.File {
	var tokens []nef.MethodToken
	for flags := range 16 {
		tokens = append(tokens, nef.MethodToken{
			Hash: nativehashes.GasToken, Method: "method" + strings.Repeat("x", flags),
			ParamCount: uint16(flags * 1000), HasReturn: flags%2 == 1, CallFlag: callflag.CallFlag(flags),
		})
	}
	bytes, err := os.ReadFile("../pricefeed/pricefeed.nef")
	require.NoError(t, err)
	compiled, err := nef.FileFromBytes(bytes)
	require.NoError(t, err)
	return map[string]nef.File{
		"smallest":           file([]byte{0x40}, ""),
		"every call flag":    file([]byte{0x11, 0x40}, "https://example.org/source", tokens...),
		"script of 300":      file(make([]byte, 300), strings.Repeat("s", 255)),
		"the price feed":     compiled,
		"source in any text": file([]byte{0x40}, "https://example.org/gr\u00fc\u00dfe"),
	}
}

func refusedNefs(t *testing.T) map[string]string {
	good := file([]byte{0x11, 0x40}, "", nef.MethodToken{Method: "m"})
	bytes, err := good.Bytes()
	require.NoError(t, err)
	text := hex.EncodeToString(bytes)
	summed := func(change func(*nef.File)) string {
		changed := file([]byte{0x11, 0x40}, "", nef.MethodToken{Method: "m"})
		change(&changed)
		changed.Checksum = changed.CalculateChecksum()
		return hex.EncodeToString(encoded(t, &changed))
	}
	checked := func(text string) string {
		return text + hex.EncodeToString(hash.Checksum(fromHex(t, text)))
	}
	return map[string]string{
		"wrong magic":               "4e454634" + text[8:],
		"wrong checksum":            text[:len(text)-2] + "00",
		"a method with underscore":  summed(func(f *nef.File) { f.Tokens[0].Method = "_deploy" }),
		"a method of 33 bytes":      summed(func(f *nef.File) { f.Tokens[0].Method = strings.Repeat("m", 33) }),
		"unknown call flag":         summed(func(f *nef.File) { f.Tokens[0].CallFlag = 16 }),
		"source of 257 bytes":       checked(text[:136] + "fd0101" + strings.Repeat("73", 257) + text[138:len(text)-8]),
		"no script":                 summed(func(f *nef.File) { f.Script = nil }),
		"reserved byte not zero":    text[:138] + "01" + text[140:],
		"nothing":                   "",
		"a length of 2^64-1":        text[:136] + "ffffffffffffffffff",
		"less than its own tokens":  text[:140] + "05",
		"script that is cut short":  text[:len(text)-10],
		"source longer than itself": text[:136] + "fdff00",
	}
}

// The contract's name and what makes each manifest differ from the plainest one.
const plainManifest = `{"name":"Plain","groups":[],"features":{},"supportedstandards":[],"abi":{"methods":[` +
	`{"name":"one","offset":0,"parameters":[],"returntype":"Integer","safe":true}],"events":[]},` +
	`"permissions":[],"trusts":[],"extra":null}`

func manifests(t *testing.T, contract util.Uint160) map[string]string {
	feed, err := os.ReadFile("../pricefeed/pricefeed.manifest.json")
	require.NoError(t, err)
	key := privateKey(t, 2)
	public, other := key.PublicKey().StringCompressed(), privateKey(t, 3).PublicKey().StringCompressed()
	group := `{"pubkey":"` + public + `","signature":"` +
		base64.StdEncoding.EncodeToString(key.Sign(contract.BytesBE())) + `"}`
	gas, neo := "0x"+nativehashes.GasToken.StringLE(), "0x"+nativehashes.NeoToken.StringLE()
	var types strings.Builder
	for _, kind := range []string{
		"Any", "Boolean", "Integer", "ByteArray", "String", "Hash160", "Hash256", "PublicKey", "Signature",
		"Array", "Map", "InteropInterface",
	} {
		types.WriteString(`,{"name":"a` + kind + `","type":"` + kind + `"}`)
	}
	with := func(old, new string) string { return strings.Replace(plainManifest, old, new, 1) }
	return map[string]string{
		"plain":          plainManifest,
		"the price feed": string(feed),
		"a group":        with(`"groups":[]`, `"groups":[`+group+`]`),
		"standards":      with(`"supportedstandards":[]`, `"supportedstandards":["NEP-17","NEP-27"]`),
		"every type":     with(`"parameters":[]`, `"parameters":[`+types.String()[1:]+`]`),
		"overloads": with(`"safe":true}`, `"safe":true},{"name":"one","offset":9,"parameters":[{"name":"a",`+
			`"type":"Any"}],"returntype":"Void","safe":false}`),
		"events": with(`"events":[]`, `"events":[{"name":"E","parameters":[{"name":"p","type":"Hash160"}]},`+
			`{"name":"F","parameters":[]}]`),
		"may call all": with(`"permissions":[]`, `"permissions":[{"contract":"*","methods":"*"}]`),
		"may call some": with(`"permissions":[]`, `"permissions":[{"contract":"`+gas+`","methods":["transfer",`+
			`"balanceOf"]},{"contract":"`+public+`","methods":"*"},{"contract":"`+neo+`","methods":[]}]`),
		"trusts all":  with(`"trusts":[]`, `"trusts":"*"`),
		"trusts some": with(`"trusts":[]`, `"trusts":["`+gas+`","`+other+`"]`),
		"extra":       with(`"extra":null`, `"extra":{"Author":"grüße","n":[1,true,null]}`),
	}
}

func refusedManifests(t *testing.T) map[string]string {
	public := privateKey(t, 2).PublicKey().StringCompressed()
	with := func(old, new string) string {
		require.Contains(t, plainManifest, old)
		return strings.Replace(plainManifest, old, new, 1)
	}
	method := `{"name":"one","offset":0,"parameters":[],"returntype":"Integer","safe":true}`
	event := `{"name":"E","parameters":[]}`
	return map[string]string{
		"no JSON":                 plainManifest[1:],
		"no name":                 with(`"Plain"`, `""`),
		"no methods":              with(method, ``),
		"a method twice":          with(method, method+","+method),
		"a method without a name": with(`"name":"one"`, `"name":""`),
		"a negative offset":       with(`"offset":0`, `"offset":-1`),
		"a parameter twice": with(`"parameters":[]`,
			`"parameters":[{"name":"a","type":"Any"},{"name":"a","type":"Any"}]`),
		"a void parameter":       with(`"parameters":[]`, `"parameters":[{"name":"a","type":"Void"}]`),
		"an unknown type":        with(`"Integer"`, `"Float"`),
		"an event twice":         with(`"events":[]`, `"events":[`+event+`,`+event+`]`),
		"features":               with(`"features":{}`, `"features":{"storage":true}`),
		"a standard twice":       with(`"supportedstandards":[]`, `"supportedstandards":["NEP-17","NEP-17"]`),
		"an empty standard":      with(`"supportedstandards":[]`, `"supportedstandards":[""]`),
		"null groups":            with(`"groups":[]`, `"groups":null`),
		"a group that is no key": with(`"groups":[]`, `"groups":[{"pubkey":"02","signature":""}]`),
		"null trusts":            with(`"trusts":[]`, `"trusts":null`),
		"a trust twice":          with(`"trusts":[]`, `"trusts":["`+public+`","`+public+`"]`),
		"a contract permitted twice": with(`"permissions":[]`,
			`"permissions":[{"contract":"*","methods":"*"},{"contract":"*","methods":[]}]`),
		"a permitted method twice": with(`"permissions":[]`, `"permissions":[{"contract":"*","methods":["a","a"]}]`),
		"a permitted method without a name": with(`"permissions":[]`,
			`"permissions":[{"contract":"*","methods":[""]}]`),
		"a permission for nothing known": with(`"permissions":[]`, `"permissions":[{"contract":"12","methods":"*"}]`),
	}
}

func parseManifest(text string, contract util.Uint160) (*manifest.Manifest, error) {
	out := new(manifest.Manifest)
	if err := json.Unmarshal([]byte(text), out); err != nil {
		return nil, err
	}
	return out, out.IsValid(contract, true)
}

func TestContracts(t *testing.T) {
	sender := account(t, 0)
	var files []object
	for name, each := range nefs(t) {
		bytes, err := each.Bytes()
		require.NoError(t, err, name)
		files = append(files, object{
			"name": name, "bytes": hex.EncodeToString(bytes), "json": each,
			"hash": "0x" + state.CreateContractHash(sender, each.Checksum, "Plain").StringLE(),
		})
	}
	contract := state.CreateContractHash(sender, nefs(t)["smallest"].Checksum, "Plain")
	var texts []object
	for name, text := range manifests(t, contract) {
		parsed, err := parseManifest(text, contract)
		require.NoError(t, err, name)
		again, err := json.Marshal(parsed)
		require.NoError(t, err, name)
		texts = append(texts, object{"name": name, "given": text, "canonical": string(again)})
	}
	var badFiles, badTexts []object
	for name, bytes := range refusedNefs(t) {
		_, err := nef.FileFromBytes(fromHex(t, bytes))
		require.Error(t, err, name)
		badFiles = append(badFiles, object{"name": name, "bytes": bytes})
	}
	for name, text := range refusedManifests(t) {
		_, err := parseManifest(text, util.Uint160{})
		require.Error(t, err, name)
		badTexts = append(badTexts, object{"name": name, "given": text})
	}
	committed(t, "contracts.json", object{
		"sender": privateKey(t, 0).Address(), "contract_name": "Plain",
		"grouped_contract": "0x" + contract.StringLE(),
		"nefs":             sorted(files), "refused_nefs": sorted(badFiles),
		"manifests": sorted(texts), "refused_manifests": sorted(badTexts),
	})
}
