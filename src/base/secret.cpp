// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <sys/mman.h>
#include <unistd.h>

namespace nsl {
namespace {

std::size_t whole_pages(std::size_t size) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return (size + page - 1) / page * page;
}

// Every secret has its own pages: locking works by the page, and unlocking one secret must not
// unlock its neighbour.
std::uint8_t* take_pages(std::size_t size) {
    if (size == 0) return nullptr;
    const std::size_t whole = whole_pages(size);
    void* pages = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    NSL_ASSERT(pages != MAP_FAILED);
    // Each of these may be refused (RLIMIT_MEMLOCK, old kernels); the secret is still wiped.
    (void)mlock(pages, whole);
    (void)madvise(pages, whole, MADV_DONTDUMP);
    (void)madvise(pages, whole, MADV_WIPEONFORK);
    return static_cast<std::uint8_t*>(pages);
}

void give_back(std::uint8_t* data, std::size_t size) {
    if (data == nullptr) return;
    wipe(data, size);
    munmap(data, whole_pages(size));
}

}  // namespace

SecretBytes::SecretBytes(std::size_t size) : data_(take_pages(size)), size_(size) {}

SecretBytes SecretBytes::copy_of(ByteView data) {
    SecretBytes out(data.size());
    std::copy(data.begin(), data.end(), out.data_);
    return out;
}

SecretBytes::~SecretBytes() {
    give_back(data_, size_);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
        give_back(data_, size_);
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

}  // namespace nsl
