#include "services/catalogue/common/access/drafts_made.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/drafts_made.pb.h"

#include "libs/base/crypto.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMostDrafts = 5;

std::string NameOf(std::string_view subject) {
  return absl::StrCat("draftsMade/", absl::BytesToHexString(ToAbsl(Sha256(subject)).substr(0, 14)));
}

absl::StatusOr<bool> IsDraft(const store::Reader& reader, const std::string& name) {
  const std::unique_ptr<store::Message> made = EmptyResource(name);
  if (made == nullptr) return false;
  const absl::Status there = reader.Load(name, made.get());
  if (absl::IsNotFound(there)) return false;
  RETURN_IF_ERROR(there);
  const auto* field = made->GetDescriptor()->FindFieldByName("state");
  return made->GetReflection()->GetEnum(*made, field)->name() == "STATE_DRAFT";
}

}  // namespace

CatalogueType DraftsMadeType() {
  CatalogueType type = {
      .type = facts::MakeType<v1::DraftsMade, CodeBook>("drafts_made", "draftsMade/{subject}")};
  type.type.images_in_log = false;
  return type;
}

absl::Status NoteMadeDraft(store::Writer& writer, std::string_view subject,
                           std::string_view cluster) {
  v1::DraftsMade known;
  const absl::Status there = writer.Load(NameOf(subject), &known);
  if (!there.ok() && !absl::IsNotFound(there)) return there;
  v1::DraftsMade next = known;
  next.set_name(NameOf(subject));
  next.clear_clusters();
  for (const std::string& name : known.clusters()) {
    ASSIGN_OR_RETURN(const bool counts, IsDraft(writer, name));
    if (counts) next.add_clusters(name);
  }
  if (next.clusters_size() >= kMostDrafts) {
    return Error(absl::StatusCode::kFailedPrecondition, "TOO_MANY_DRAFTS",
                 absl::StrCat("this caller has made ", next.clusters_size(),
                              " clusters that aren't published, those deleted or given away "
                              "counted, and there may be ",
                              kMostDrafts,
                              ": have one published by a platform that it applies to "
                              "(SubmitApplication), or bring a deleted one back by UndeleteCluster "
                              "and change it"));
  }
  next.add_clusters(std::string(cluster));
  return writer.Put(next, "drafts.noted");
}

}  // namespace clusterwire::catalogue
