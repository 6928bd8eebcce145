#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "libs/store/reader.h"
#include "services/catalogue/common/codes/code_book.h"

// Who needs a resource or a code: asked before it is deleted or loses a part. Looks at every
// resource of the types that say what they use (CatalogueType::uses), so it is for what is rarely
// written and widely used: schemes and code lists. types.cc defines it, from the list of types: a
// rule needn't know who uses what it is about.
namespace clusterwire::catalogue {

// The first that uses what `is_it` says yes to; empty when there is none.
absl::StatusOr<std::string> FirstUser(const store::Reader& reader,
                                      absl::FunctionRef<bool(const std::string& use)> is_it);

// FAILED_PRECONDITION, reason IN_USE, when there is one; `name` is what can't be deleted then.
absl::Status CheckUnused(const store::Reader& reader, const std::string& name,
                         absl::FunctionRef<bool(const std::string& use)> is_it);

// How what has a country says that it uses it: "iso:DE".
inline std::string CountryUse(const std::string& country) {
  return absl::StrCat(ToAbsl(kCountryList), ":", country);
}

}  // namespace clusterwire::catalogue
