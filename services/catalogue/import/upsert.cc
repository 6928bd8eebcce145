#include "services/catalogue/import/upsert.h"

#include "libs/resource/name.h"
#include "libs/text/text.h"

namespace clusterwire::catalogue::registers {
namespace {

// So many records may share a slug and a country; a further one is refused.
constexpr int kMaxNumbered = 20;

std::string WithSuffix(std::string_view text, const std::string& suffix) {
  return absl::StrCat(text::Slug(text, resource::kMaxIdLength - suffix.size()), suffix);
}

}  // namespace

std::vector<std::string> IdsFor(std::string_view text, std::string_view country) {
  std::vector<std::string> ids = {WithSuffix(text, "")};
  if (ids.front().empty()) return {};
  const std::string country_slug = text::Slug(country);
  const std::string suffix = country_slug.empty() ? "" : absl::StrCat("-", country_slug);
  if (!suffix.empty()) ids.push_back(WithSuffix(text, suffix));
  for (int number = 2; number <= kMaxNumbered; ++number) {
    ids.push_back(WithSuffix(text, absl::StrCat(suffix, "-", number)));
  }
  return ids;
}

absl::Status PutChecked(store::Writer& writer, const store::Message& next, std::string_view kind) {
  const absl::Status status = writer.Put(next, kind);
  if (!absl::IsInvalidArgument(status)) return status;
  return Error(absl::StatusCode::kFailedPrecondition, ReasonOf(status), ToStd(status.message()));
}

}  // namespace clusterwire::catalogue::registers
