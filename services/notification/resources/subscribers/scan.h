#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/base/status/status_macros.h"
#include "libs/store/reader.h"

namespace clusterwire::notification {

// What to scan: resources of `type` (empty: of any) under `parent` (empty: anywhere) behind
// `after`.
store::ScanOptions Under(std::string_view type, std::string_view parent,
                         std::string_view after = {});

// Up to `limit` resources, however many scans that takes.
absl::StatusOr<std::vector<store::Scanned>> ScanUpTo(const store::Reader& reader,
                                                     store::ScanOptions options, size_t limit);

// The same for the type `T`, which `options` names.
template <store::Resource T>
absl::StatusOr<std::vector<T>> ListUpTo(const store::Reader& reader, store::ScanOptions options,
                                        size_t limit) {
  ASSIGN_OR_RETURN(const auto scanned, ScanUpTo(reader, std::move(options), limit));
  std::vector<T> resources;
  resources.reserve(scanned.size());
  for (const store::Scanned& one : scanned) {
    resources.push_back(static_cast<const T&>(*one.resource));
  }
  return resources;
}

}  // namespace clusterwire::notification
