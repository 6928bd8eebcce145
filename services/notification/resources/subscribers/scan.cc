#include "services/notification/resources/subscribers/scan.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "libs/store/resource.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kScan = 1000;  // the most that one scan gives

}  // namespace

store::ScanOptions Under(std::string_view type, std::string_view parent, std::string_view after) {
  store::ScanOptions options;
  options.type = type;
  options.parent = parent;
  options.after = after;
  return options;
}

absl::StatusOr<std::vector<store::Scanned>> ScanUpTo(const store::Reader& reader,
                                                     store::ScanOptions options, size_t limit) {
  std::vector<store::Scanned> all;
  while (all.size() < limit) {
    options.limit = static_cast<int>(std::min(kScan, limit - all.size()));
    ASSIGN_OR_RETURN(std::vector<store::Scanned> page, reader.Scan(options));
    const bool last = page.size() < static_cast<size_t>(options.limit);
    std::ranges::move(page, std::back_inserter(all));
    if (last) break;
    options.after = store::NameOf(*all.back().resource);
  }
  return all;
}

}  // namespace clusterwire::notification
