#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

#include "libs/store/reader.h"

namespace clusterwire::resource {

inline constexpr int kScanLimit = 1000;  // the most that one scan gives

// Calls `visit` with each of what `options` ask for, in the order of names and however many scans
// that takes, until it says false.
absl::Status ForEach(const store::Reader& reader, store::ScanOptions options,
                     absl::FunctionRef<bool(const store::Scanned&)> visit);

}  // namespace clusterwire::resource
