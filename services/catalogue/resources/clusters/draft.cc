#include "services/catalogue/resources/clusters/draft.h"

#include <algorithm>

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/base/status/error.h"
#include "libs/change/record.h"
#include "services/catalogue/common/fields/facts_fields.h"

namespace clusterwire::catalogue {

absl::Status ShowDraft(store::Writer& writer, const std::string& cluster,
                       std::string_view programme) {
  ASSIGN_OR_RETURN(v1::Cluster draft, writer.Get<v1::Cluster>(cluster));
  if (draft.state() != v1::Cluster::STATE_DRAFT) return absl::OkStatus();
  AddSorted({std::string(programme)}, draft.mutable_shown_to());
  return writer.Put(draft, change::KindText(change::v1::CHANGE_KIND_CLUSTER_SHOWN));
}

absl::Status HideDraft(store::Writer& writer, const std::string& cluster,
                       std::string_view programme) {
  ASSIGN_OR_RETURN(v1::Cluster draft, writer.Get<v1::Cluster>(cluster));
  auto& shown_to = *draft.mutable_shown_to();
  shown_to.erase(std::remove(shown_to.begin(), shown_to.end(), programme), shown_to.end());
  return writer.Put(draft, change::KindText(change::v1::CHANGE_KIND_CLUSTER_HIDDEN));
}

absl::Status PublishDraft(store::Writer& writer, const std::string& cluster) {
  ASSIGN_OR_RETURN(v1::Cluster draft, writer.Get<v1::Cluster>(cluster));
  if (draft.state() != v1::Cluster::STATE_DRAFT) return absl::OkStatus();
  draft.set_state(v1::Cluster::STATE_PUBLISHED);
  draft.clear_shown_to();
  return writer.Put(draft, change::KindText(change::v1::CHANGE_KIND_CLUSTER_PUBLISHED));
}

}  // namespace clusterwire::catalogue
