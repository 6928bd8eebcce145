#include "libs/resource/scan.h"

#include "libs/base/status/status_macros.h"

namespace clusterwire::resource {

absl::Status ForEach(const store::Reader& reader, store::ScanOptions options,
                     absl::FunctionRef<bool(const store::Scanned&)> visit) {
  options.limit = kScanLimit;
  while (true) {
    ASSIGN_OR_RETURN(const auto page, reader.Scan(options));
    for (const store::Scanned& scanned : page) {
      if (!visit(scanned)) return absl::OkStatus();
      options.after = store::NameOf(*scanned.resource);
    }
    if (page.size() < static_cast<size_t>(options.limit)) return absl::OkStatus();
  }
}

}  // namespace clusterwire::resource
