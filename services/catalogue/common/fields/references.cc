#include "services/catalogue/common/fields/references.h"

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "libs/facts/facts.h"
#include "libs/resource/moved.h"
#include "services/catalogue/common/access/access.h"
#include "services/catalogue/common/catalogue_type.h"

namespace clusterwire::catalogue {
namespace {

// Whether it is of something that the viewer sees and the public doesn't.
absl::StatusOr<bool> IsKeptFromPublic(const Context& context, const std::string& name) {
  const auto facts = facts::Get(context.reader, name);
  if (absl::IsNotFound(facts.status())) return false;
  RETURN_IF_ERROR(facts.status());
  return facts->has_value() && (*facts)->has_audience() && MaySee(context.viewer, *facts);
}

}  // namespace

std::string NameNow(const store::Reader& reader, const std::string& name) {
  const auto row = EmptyResource(name);
  if (row == nullptr || !resource::LoadMoved(reader, name, row.get()).ok()) return name;
  return store::NameOf(*row);
}

std::string NewNameFor(const filter::Viewer& viewer, const store::Reader& reader,
                       const std::string& name) {
  std::string now = NameNow(reader, name);
  return now != name && CheckMaySee(reader, viewer, now).ok() ? now : "";
}

std::string NotThere(const filter::Viewer& viewer, const store::Reader& reader,
                     const std::string& name) {
  const std::string now = NewNameFor(viewer, reader, name);
  return now.empty() ? absl::StrCat("'", name, "' does not exist")
                     : absl::StrCat("'", name, "' is ", now, " now: write that name");
}

bool CheckNamed(std::string_view path, std::string_view pattern, const std::string& name,
                const Context& context, FieldErrors& errors) {
  if (name.empty()) return true;
  if (!CheckReference(path, pattern, name, errors)) return false;
  // What is deleted has no Facts.
  const auto facts = facts::Get(context.reader, name);
  if (facts.ok() && *facts && MaySee(context.viewer, *facts)) return true;
  errors.Add(path, NotThere(context.viewer, context.reader, name));
  return false;
}

void CheckAllNamed(std::string_view path, std::string_view pattern, const Strings& names, int limit,
                   const Context& context, FieldErrors& errors) {
  CheckTexts(path, names, limit, 200, errors);
  for (int i = 0; i < std::min(names.size(), limit); ++i) {
    CheckNamed(absl::StrCat(ToAbsl(path), "[", i, "]"), pattern, names[i], context, errors);
  }
}

void CheckPublicName(std::string_view path, const std::string& name, const Context& context,
                     FieldErrors& errors) {
  if (!IsKeptFromPublic(context, name).value_or(false)) return;
  errors.Add(path, absl::StrCat("'", name, "' is a draft, and everybody reads this: publish that ",
                                "first, or leave it out until then"));
}

absl::Status CheckPublicNames(std::string_view path, std::string_view state,
                              const std::vector<std::pair<std::string, std::string>>& named,
                              const Context& context, FieldErrors& errors) {
  for (const auto& [field, name] : named) {
    if (name.empty()) continue;
    ASSIGN_OR_RETURN(const bool kept, IsKeptFromPublic(context, name));
    if (!kept) continue;
    errors.Add(path, absl::StrCat("can't be ", ToAbsl(state), " while its ", field, " '", name,
                                  "' is a draft: publish that first"));
  }
  return absl::OkStatus();
}

void AddNamed(std::string_view field, const Strings& names,
              std::vector<std::pair<std::string, std::string>>& named) {
  for (int i = 0; i < names.size(); ++i) {
    named.emplace_back(absl::StrCat(ToAbsl(field), "[", i, "]"), names[i]);
  }
}

}  // namespace clusterwire::catalogue
