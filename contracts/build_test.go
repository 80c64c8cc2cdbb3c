// SPDX-License-Identifier: Apache-2.0

package contracts_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/nspcc-dev/neo-go/cli/smartcontract"
	"github.com/nspcc-dev/neo-go/pkg/compiler"
	"github.com/nspcc-dev/neo-go/pkg/config"
	"github.com/nspcc-dev/neo-go/pkg/smartcontract/manifest"
	"github.com/stretchr/testify/require"
)

// The C++ build deploys the committed outputs without a Go toolchain, so they must be what the
// sources compile to.
func TestCommittedOutputsAreWhatTheSourcesCompileTo(t *testing.T) {
	configs, err := filepath.Glob("*/neo-go.yml")
	require.NoError(t, err)
	require.NotEmpty(t, configs)
	for _, file := range configs {
		folder := filepath.Dir(file)
		name := filepath.Base(folder)
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), name)
			compile(t, folder, file, out)
			for _, end := range []string{".nef", ".manifest.json"} {
				fresh, err := os.ReadFile(out + end)
				require.NoError(t, err)
				committed, err := os.ReadFile(filepath.Join(folder, name+end))
				require.NoError(t, err)
				require.Equal(t, fresh, committed, "run contracts/build and commit %s", name+end)
			}
		})
	}
}

// compile does what `neo-go contract compile` does, with the compiler version that go.mod pins.
func compile(t *testing.T, folder, configFile, out string) {
	module, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	version := regexp.MustCompile(`github.com/nspcc-dev/neo-go v(\S+)`).FindSubmatch(module)
	require.NotNil(t, version)
	config.Version = string(version[1])

	conf, err := smartcontract.ParseContractConfig(configFile)
	require.NoError(t, err)
	options := &compiler.Options{
		Outfile:                    out,
		ManifestFile:               out + ".manifest.json",
		Name:                       conf.Name,
		SourceURL:                  conf.SourceURL,
		ContractEvents:             conf.Events,
		DeclaredNamedTypes:         conf.NamedTypes,
		ContractSupportedStandards: conf.SupportedStandards,
		SafeMethods:                conf.SafeMethods,
		Overloads:                  conf.Overloads,
	}
	for _, permission := range conf.Permissions {
		options.Permissions = append(options.Permissions, manifest.Permission(permission))
	}
	_, err = compiler.CompileAndSave(folder, options)
	require.NoError(t, err)
}
