// SPDX-License-Identifier: Apache-2.0
// A folder with wallets that the command line has made.
#pragma once
#include "neo/wallet.h"
#include "nsl_command.h"

namespace nsl::testing_support {

// A public test key (reference/neo.md: neo-go's own of one validator): never fund it.
constexpr const char* kWif = "KxyjQ8eUa4FHt3Gvioyt1Wz29cTUrE4eTqX3yFSk1YFCsPL8uNsY";
constexpr const char* kAddress = "Nhfg3TbpwogLvDGVvAvqyThbsHgoSUKwtn";
constexpr const char* kPublicKey =
    "02b3622bf4017bdfe317c58aed5f4c753f206b7db896046fa7d774bbc4bf7f8dc2";
constexpr const char* kCommittee = "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP";
constexpr const char* kPassword = "correct horse";

class WalletRoom : public ::testing::Test {
 protected:
    CommandRoom room_;

    Answer make(const std::string& file = "w.json") {
        return room_.nsl({"wallet", "new", "--wallet", room_.path(file), "--label", "main",
                          "--password-fd", "3", "--json"},
                         {kPassword});
    }
    Answer import_key(const std::string& file = "w.json") {
        return room_.nsl({"wallet", "import", "--wallet", room_.path(file), "--secret-fd", "3",
                          "--password-fd", "3", "--json"},
                         {kWif, kPassword});
    }
};

}  // namespace nsl::testing_support
