// SPDX-License-Identifier: Apache-2.0
// Signing and verifying against what `openssl speed ecdsap256` times: the same work, prepared key
// and digest, in the same run, turn by turn. And sponsored transactions a second against
// neon-core's in Node, where tests/oracle is installed.
#include <benchmark/benchmark.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "neo/keys.h"
#include "neo/script.h"
#include "neo/transaction.h"

namespace nsl::neo {
namespace {

constexpr int kTurn = 100;  // operations of one side before it is the other's turn
constexpr std::uint32_t kMainNet = 860'833'102;

// Processor time of this thread: what the machine does beside it is in neither side.
double cpu_s() {
    timespec now{};
    NSL_ASSERT(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class Work>
double time_turn(Work work) {
    const double began = cpu_s();
    for (int i = 0; i < kTurn; ++i) work();
    return cpu_s() - began;
}

template <class Ours, class Theirs>
void compare(benchmark::State& state, Ours ours, Theirs theirs) {
    double ours_s = 0, theirs_s = 0;
    for (auto _ : state) {
        theirs_s += time_turn(theirs);
        const double s = time_turn(ours);
        ours_s += s;
        state.SetIterationTime(s);
    }
    const double operations = static_cast<double>(state.iterations()) * kTurn;
    state.counters["ours_per_s"] = operations / ours_s;
    state.counters["openssl_per_s"] = operations / theirs_s;
    state.counters["ratio"] = theirs_s / ours_s;
}

// A key of OpenSSL's own, ready to sign and to verify.
class OpenSsl {
 public:
    OpenSsl()
        : key_(EVP_EC_gen("P-256")),
          signing_(EVP_PKEY_CTX_new(key_.get(), nullptr)),
          verifying_(EVP_PKEY_CTX_new(key_.get(), nullptr)) {
        NSL_ASSERT(EVP_PKEY_sign_init(signing_.get()) == 1);
        NSL_ASSERT(EVP_PKEY_verify_init(verifying_.get()) == 1);
        sign();
    }
    void sign() {
        size_ = sizeof signature_;
        NSL_ASSERT(
            EVP_PKEY_sign(signing_.get(), signature_, &size_, digest_.data(), digest_.size()) == 1);
    }
    void verify() const {
        NSL_ASSERT(EVP_PKEY_verify(verifying_.get(), signature_, size_, digest_.data(),
                                   digest_.size()) == 1);
    }

 private:
    struct Free {
        void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
        void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
    };
    ByteArray<32> digest_{7};
    std::uint8_t signature_[80]{};
    std::size_t size_ = 0;
    std::unique_ptr<EVP_PKEY, Free> key_;
    std::unique_ptr<EVP_PKEY_CTX, Free> signing_;
    std::unique_ptr<EVP_PKEY_CTX, Free> verifying_;
};

PrivateKey key_of(std::uint8_t byte) {
    return PrivateKey::from_bytes(Bytes(32, byte)).value();
}

void sign_against_openssl(benchmark::State& state) {
    OpenSsl openssl;
    const PrivateKey key = key_of(1);
    const Bytes message(36, 7);  // as long as a transaction's sign data
    compare(state, [&] { benchmark::DoNotOptimize(key.sign(message)); }, [&] { openssl.sign(); });
}
BENCHMARK(sign_against_openssl)->UseManualTime()->MinTime(2)->Unit(benchmark::kMillisecond);

void verify_against_openssl(benchmark::State& state) {
    const OpenSsl openssl;
    const PrivateKey key = key_of(1);
    const Verifier verifier(key.public_key());
    const Bytes message(36, 7);
    const Signature signature = key.sign(message);
    compare(
        state, [&] { NSL_ASSERT(verifier.verify(message, signature)); }, [&] { openssl.verify(); });
}
BENCHMARK(verify_against_openssl)->UseManualTime()->MinTime(2)->Unit(benchmark::kMillisecond);

// The key's point is found anew each time; OpenSSL's stays prepared.
void verify_once_against_openssl(benchmark::State& state) {
    const OpenSsl openssl;
    const PrivateKey key = key_of(1);
    const Bytes message(36, 7);
    const Signature signature = key.sign(message);
    compare(
        state, [&] { NSL_ASSERT(verify(key.public_key(), message, signature)); },
        [&] { openssl.verify(); });
}
BENCHMARK(verify_once_against_openssl)->UseManualTime()->MinTime(2)->Unit(benchmark::kMillisecond);

// As tests/oracle/neon_speed.mjs builds it.
Bytes sponsored_transfer(const PrivateKey& sponsor, const Hash160& sponsor_account,
                         const PrivateKey& user, const Hash160& user_account, std::uint32_t nonce) {
    ScriptBuilder script;
    script
        .call(native::gas_token(), "transfer",
              {Argument::hash(user_account), Argument::hash(sponsor_account),
               Argument::integer(100'000'000), Argument::null()})
        .assert_true();
    Transaction tx{
        .nonce = nonce,
        .system_fee = 9'977'780,
        .network_fee = 2'345'040,
        .valid_until_block = 1'000,
        .signers = {{.account = sponsor_account, .scopes = static_cast<std::uint8_t>(Scope::none)},
                    {.account = user_account}},
        .script = script.take()};
    const Bytes data = tx.sign_data(kMainNet);
    for (const PrivateKey* key : {&sponsor, &user}) {
        const Signature signature = key->sign(data);
        tx.witnesses.push_back({.invocation = invocation_script({&signature, 1}),
                                .verification = single_signature_script(key->public_key())});
    }
    return tx.serialize();
}

// Of the Node program; 0 where it or what it needs is missing.
double neon_per_s() {
    const char* root = std::getenv("NSL_SOURCE_DIR");
    const std::filesystem::path folder =
        std::filesystem::path(root ? root : ".") / "tests" / "oracle";
    if (!std::filesystem::exists(folder / "neon_speed.mjs")) return 0;
    const std::string command = "cd '" + folder.string() + "' && node neon_speed.mjs 2>/dev/null";
    std::FILE* output = ::popen(command.c_str(), "r");
    if (!output) return 0;
    char text[64]{};
    const bool read = std::fgets(text, sizeof text, output) != nullptr;
    const bool ended_well = ::pclose(output) == 0;
    return read && ended_well ? std::strtod(text, nullptr) : 0;
}

void sponsored_transaction_against_neon_core(benchmark::State& state) {
    const PrivateKey sponsor = key_of(1), user = key_of(2);
    const Hash160 sponsor_account = account_of(sponsor.public_key());
    const Hash160 user_account = account_of(user.public_key());
    const double theirs = neon_per_s();
    std::uint32_t nonce = 0;
    double seconds = 0;
    for (auto _ : state) {
        const double s = time_turn([&] {
            benchmark::DoNotOptimize(
                sponsored_transfer(sponsor, sponsor_account, user, user_account, nonce++));
        });
        seconds += s;
        state.SetIterationTime(s);
    }
    const double ours = static_cast<double>(nonce) / seconds;
    state.counters["ours_per_s"] = ours;
    if (theirs > 0) {
        state.counters["neon_core_per_s"] = theirs;
        state.counters["ratio"] = ours / theirs;
    } else {
        state.SetLabel("no neon-core");
    }
}
// The number of turns is given: the library would else run it, and Node, until it found one.
BENCHMARK(sponsored_transaction_against_neon_core)
    ->UseManualTime()
    ->Iterations(300)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nsl::neo

BENCHMARK_MAIN();
