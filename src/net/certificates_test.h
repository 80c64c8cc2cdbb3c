// SPDX-License-Identifier: Apache-2.0
// A certificate authority for one test: certificates with one fault each.
#pragma once
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "net/loopback_test.h"

namespace nsl::net {

// A root, an intermediate that it signed, and what the intermediate signs.
class TestCa {
 public:
    struct Leaf {
        std::string names = "DNS:localhost,IP:127.0.0.1";  // subjectAltName
        long from_s = -3600;                               // validity, from now
        long until_s = 3600;
        std::string usage = "serverAuth";
        bool self_signed = false;
        bool with_intermediate = true;  // in the chain that the server sends
    };

    explicit TestCa(LoopbackTest& test);

    // The root, PEM; what a client trusts.
    const std::string& ca_file() const { return ca_file_; }
    // Files with a chain and its key.
    TlsRelay::Certificate issue(const Leaf& leaf);

 private:
    using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
    using Cert = std::unique_ptr<X509, decltype(&X509_free)>;
    // `issuer` null: signs itself.
    static Cert make(const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
                     const Leaf* leaf);

    Key root_key_, intermediate_key_;
    Cert root_, intermediate_;
    std::string ca_file_;
    int issued_ = 0;
};

}  // namespace nsl::net
