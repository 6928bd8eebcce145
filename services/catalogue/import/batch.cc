#include "services/catalogue/import/batch.h"

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/label_scheme.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "libs/base/status/error.h"
#include "libs/resource/page.h"

namespace clusterwire::catalogue::registers {
namespace {

using Names = std::map<std::string, std::string>;

template <typename T>
absl::Status Collect(const store::Reader& reader, const char* type, Names* names) {
  return resource::ForEach(reader, {.type = type}, [&](const store::Scanned& scanned) {
    const T& resource = static_cast<const T&>(*scanned.resource);
    names->emplace(NameKey(resource.title()), resource.name());
    if (!resource.acronym().empty()) {
      names->emplace(NameKey(resource.acronym()), resource.name());
    }
    for (const auto& id : resource.external_ids()) {
      names->emplace(NameKey(id.id()), resource.name());
    }
    return true;
  });
}

std::string FindIn(const Names& names, std::string_view name) {
  const auto found = names.find(NameKey(name));
  return found == names.end() ? "" : found->second;
}

}  // namespace

absl::Status Batch::RefuseSecondLine(const std::string& name) {
  if (const int64_t other = OtherLine(name); other != 0) {
    return FieldError("name",
                      absl::StrCat("line ", other, " is about ", name, " already; join the two"));
  }
  lines_[name] = line_;
  return absl::OkStatus();
}

bool Batch::IsAnotherLines(const std::string& name) const { return OtherLine(name) != 0; }

int64_t Batch::OtherLine(const std::string& name) const {
  for (const LineNumbers* lines : {&earlier_, &lines_}) {
    const auto found = lines->find(name);
    if (found != lines->end() && found->second != line_) return found->second;
  }
  return 0;
}

absl::StatusOr<std::string> Batch::FindScheme(std::string_view name) {
  RETURN_IF_ERROR(ReadNames());
  return FindIn(schemes_, name);
}

absl::StatusOr<std::string> Batch::FindProgrammeOrScheme(std::string_view name) {
  RETURN_IF_ERROR(ReadNames());
  const std::string programme = FindIn(programmes_, name);
  return programme.empty() ? FindIn(schemes_, name) : programme;
}

absl::Status Batch::ReadNames() {
  if (names_read_) return absl::OkStatus();
  RETURN_IF_ERROR(Collect<v1::Programme>(writer_, "programme", &programmes_));
  RETURN_IF_ERROR(Collect<v1::LabelScheme>(writer_, "label_scheme", &schemes_));
  names_read_ = true;
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue::registers
