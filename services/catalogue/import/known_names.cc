#include "services/catalogue/import/known_names.h"

#include "clusterwire/catalogue/v1/label_scheme.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "libs/base/status/status_macros.h"
#include "libs/text/fold.h"

namespace clusterwire::catalogue::registers {
namespace {

using Names = std::map<std::string, std::string>;

template <typename T>
absl::Status Collect(const store::Reader& reader, const char* type, Names* names) {
  store::ScanOptions scan;
  scan.type = type;
  while (true) {
    ASSIGN_OR_RETURN(const auto page, reader.Scan(scan));
    for (const store::Scanned& scanned : page) {
      const T& resource = static_cast<const T&>(*scanned.resource);
      scan.after = resource.name();
      names->emplace(text::Fold(resource.title()), resource.name());
      if (!resource.acronym().empty()) {
        names->emplace(text::Fold(resource.acronym()), resource.name());
      }
      for (const auto& id : resource.external_ids()) {
        names->emplace(text::Fold(id.id()), resource.name());
      }
    }
    if (page.size() < static_cast<size_t>(scan.limit)) return absl::OkStatus();
  }
}

std::string FindIn(const Names& names, const std::string& folded) {
  const auto found = names.find(folded);
  return found == names.end() ? "" : found->second;
}

}  // namespace

absl::StatusOr<KnownNames> KnownNames::Read(const store::Reader& reader) {
  KnownNames names;
  RETURN_IF_ERROR(Collect<v1::Programme>(reader, "programme", &names.programmes_));
  RETURN_IF_ERROR(Collect<v1::LabelScheme>(reader, "label_scheme", &names.schemes_));
  return names;
}

std::string KnownNames::Find(std::string_view name) const {
  const std::string folded = text::Fold(name);
  const std::string programme = FindIn(programmes_, folded);
  return programme.empty() ? FindIn(schemes_, folded) : programme;
}

std::string KnownNames::FindScheme(std::string_view name) const {
  return FindIn(schemes_, text::Fold(name));
}

}  // namespace clusterwire::catalogue::registers
