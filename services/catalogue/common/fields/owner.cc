#include "services/catalogue/common/fields/owner.h"

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "libs/base/text/strings.h"
#include "libs/resource/name.h"

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
  v1::Cluster cluster;
  v1::Programme programme;
  if (!kCluster.Matches(owner) && !kProgramme.Matches(owner)) {
    errors.Add(path, absl::StrCat("'", owner, "' must be a cluster (", ToAbsl(kCluster.pattern()),
                                  ") or a programme (", ToAbsl(kProgramme.pattern()), ")"));
  } else if (!IsThereFor(context.viewer, context.reader, owner,
                         kCluster.Matches(owner) ? static_cast<google::protobuf::Message*>(&cluster)
                                                 : &programme)) {
    errors.Add(path, absl::StrCat("'", owner, "' does not exist"));
  }
}

}  // namespace clusterwire::catalogue
