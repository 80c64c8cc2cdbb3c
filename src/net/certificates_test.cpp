// SPDX-License-Identifier: Apache-2.0
#include "net/certificates_test.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>

namespace nsl::net {
namespace {

using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    NSL_ASSERT(extension && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

File open(const std::string& path) {
    File file(std::fopen(path.c_str(), "w"), std::fclose);
    NSL_ASSERT(file);
    return file;
}

}  // namespace

TestCa::Cert TestCa::make(const std::string& name, EVP_PKEY* key, X509* issuer,
                          EVP_PKEY* issuer_key, const Leaf* leaf) {
    static long serial = 1;
    const std::string own_name = name + " " + std::to_string(serial);
    Cert out(X509_new(), X509_free);
    X509* const made = out.get();
    X509* const signer = issuer ? issuer : made;
    X509_set_version(made, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made), serial++);
    X509_gmtime_adj(X509_getm_notBefore(made), leaf ? leaf->from_s : -3600);
    X509_gmtime_adj(X509_getm_notAfter(made), leaf ? leaf->until_s : 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(own_name.c_str()), -1, -1, 0);
    X509_set_issuer_name(made, X509_get_subject_name(signer));
    X509_set_pubkey(made, key);
    if (leaf) {
        extend(made, signer, NID_basic_constraints, "critical,CA:FALSE");
        extend(made, signer, NID_subject_alt_name, leaf->names);
        extend(made, signer, NID_ext_key_usage, leaf->usage);
    } else {
        extend(made, signer, NID_basic_constraints, "critical,CA:TRUE");
        extend(made, signer, NID_key_usage, "critical,keyCertSign,cRLSign");
    }
    NSL_ASSERT(X509_sign(made, issuer ? issuer_key : key, EVP_sha256()) > 0);
    return out;
}

TestCa::TestCa(LoopbackTest& test)
    : root_key_(EVP_EC_gen("P-256"), EVP_PKEY_free),
      intermediate_key_(EVP_EC_gen("P-256"), EVP_PKEY_free),
      root_(make("test root", root_key_.get(), nullptr, nullptr, nullptr)),
      intermediate_(make("test intermediate", intermediate_key_.get(), root_.get(), root_key_.get(),
                         nullptr)),
      // Two authorities of one test may share its directory.
      ca_file_(test.directory() / ("ca" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    NSL_ASSERT(PEM_write_X509(open(ca_file_).get(), root_.get()) == 1);
}

TlsRelay::Certificate TestCa::issue(const Leaf& leaf) {
    const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const bool alone = leaf.self_signed;
    const Cert made = make("test server", key.get(), alone ? nullptr : intermediate_.get(),
                           intermediate_key_.get(), &leaf);
    const std::string stem = ca_file_ + "-" + std::to_string(issued_++);
    const TlsRelay::Certificate out{stem + ".crt", stem + ".key"};
    const File chain = open(out.cert_file);
    NSL_ASSERT(PEM_write_X509(chain.get(), made.get()) == 1);
    if (!alone && leaf.with_intermediate)
        NSL_ASSERT(PEM_write_X509(chain.get(), intermediate_.get()) == 1);
    NSL_ASSERT(PEM_write_PrivateKey(open(out.key_file).get(), key.get(), nullptr, nullptr, 0,
                                    nullptr, nullptr) == 1);
    return out;
}

}  // namespace nsl::net
