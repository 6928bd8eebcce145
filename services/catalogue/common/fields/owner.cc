#include "services/catalogue/common/fields/owner.h"

#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "libs/resource/name.h"
#include "services/catalogue/common/fields/references.h"

namespace clusterwire::catalogue {
namespace {

constexpr resource::NamePattern kCluster("clusters/{cluster}");
constexpr resource::NamePattern kProgramme("programmes/{programme}");

}  // namespace

void CheckOwner(std::string_view path, const std::string* before, const std::string& owner,
                const Context& context, FieldErrors& errors) {
  if (before != nullptr) {
    if (*before == owner) return;
    return errors.Add(path, before->empty()
                                ? "is empty, so only operators write this; it can't be changed"
                                : absl::StrCat("is '", *before, "' and can't be changed"));
  }
  if (owner.empty()) return;
  if (!kCluster.Matches(owner) && !kProgramme.Matches(owner)) {
    errors.Add(path, absl::StrCat("'", owner, "' must be a cluster (", ToAbsl(kCluster.pattern()),
                                  ") or a programme (", ToAbsl(kProgramme.pattern()), ")"));
    return;
  }
  // What is deleted has no Facts.
  const auto facts = facts::Get(context.reader, owner);
  if (!facts.ok() || !*facts || !MaySee(context.viewer, *facts)) {
    errors.Add(path, NotThere(context.viewer, context.reader, owner));
  }
}

}  // namespace clusterwire::catalogue
