// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "base/result.h"

namespace nsl::enclave {

// Of the whole process, before any key is in memory: not dumpable and so not traceable by the same
// user, no core files, no new privileges, files for us alone. Errors: unavailable, naming the step.
Status harden_process();

// Locks <data_dir>/lock for the life of the process, so that two enclaves never share a key and its
// signing memory. Errors: conflict (another enclave holds it), unavailable.
Status lock_data_dir(const std::string& data_dir);

}  // namespace nsl::enclave
