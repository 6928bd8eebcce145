#include "services/catalogue/import/batch.h"

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"

namespace clusterwire::catalogue::registers {

absl::Status Batch::Claim(const std::string& name) {
  for (const Claims* claims : {&earlier_, static_cast<const Claims*>(&claims_)}) {
    const auto found = claims->find(name);
    if (found != claims->end() && found->second != line_) {
      return FieldError("name", absl::StrCat("line ", found->second, " is about ", name,
                                             " already; join the two"));
    }
  }
  claims_[name] = line_;
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue::registers
