#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "libs/store/reader.h"

namespace clusterwire::catalogue::registers {

// Programmes and label schemes by what registers call them: title, acronym, or a name in another
// register (external_ids); case and accents don't count. There are some fifty, read once a write.
class KnownNames {
 public:
  static absl::StatusOr<KnownNames> Read(const store::Reader& reader);

  // "programmes/go-cluster", "labelSchemes/ecei"; empty when nothing is called so. A programme is
  // preferred to a scheme of the same name.
  std::string Find(std::string_view name) const;
  std::string FindScheme(std::string_view name) const;

 private:
  using Names = std::map<std::string, std::string>;  // folded → resource name

  Names programmes_;
  Names schemes_;
};

}  // namespace clusterwire::catalogue::registers
