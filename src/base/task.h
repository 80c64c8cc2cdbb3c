// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/asio/awaitable.hpp>

namespace nsl {

namespace asio = boost::asio;

// I/O returns Task<Result<T>>. Parameters by value: a coroutine may outlive its caller's arguments.
template <class T>
using Task = asio::awaitable<T>;

}  // namespace nsl
