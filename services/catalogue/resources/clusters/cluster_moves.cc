#include "absl/strings/str_cat.h"

#include "libs/base/time/date.h"
#include "services/catalogue/common/access/party.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/moves.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/programmes/programme_terms.h"

namespace clusterwire::catalogue {
namespace {

// Of a draft. An office has the right by what its programme says now, not when the draft applied.
absl::Status CheckMayPublish(const Context& context, const v1::Cluster& draft) {
  if (context.viewer.operator_) return absl::OkStatus();
  absl::Status refused = Error(
      absl::StatusCode::kPermissionDenied, "NOT_YOURS",
      absl::StrCat("who has made ", draft.name(),
                   " doesn't publish it: operators may, and the office of a platform that lists "
                   "drafts and to which it applies; SubmitApplication applies, and AdmitApplicant "
                   "publishes"),
      {{"resource", draft.name()}});
  for (const std::string& name : draft.shown_to()) {
    if (!IsOffice(context.viewer, name)) continue;
    ASSIGN_OR_RETURN(const v1::Programme programme, context.reader.Get<v1::Programme>(name));
    refused = CheckListed(programme, draft);
    if (refused.ok()) refused = CheckNotEnded(programme, context.now);
    if (refused.ok()) break;
  }
  return refused;
}

void CheckSuccessor(const Context& context, const v1::Cluster& cluster,
                    const std::string& successor, FieldErrors& errors) {
  if (successor.empty()) return;
  if (!CheckNamed("successor", "clusters/{cluster}", successor, context, errors)) return;
  if (successor == cluster.name()) return errors.Add("successor", "is the cluster itself");
  const auto other = context.reader.Get<v1::Cluster>(successor);
  if (other.ok() && other->state() == v1::Cluster::STATE_PUBLISHED) return;
  errors.Add("successor", absl::StrCat("'", successor,
                                       "' is not published: what carries on its work is public, "
                                       "and has not ended"));
}

absl::Status EndNow(const Context& context, const v1::EndClusterRequest& request,
                    v1::Cluster* cluster) {
  FieldErrors errors;
  CheckDate("date", request.date(), errors);
  CheckNotAhead("date", request.date(), context.now, errors);
  CheckSuccessor(context, *cluster, request.successor(), errors);
  RETURN_IF_ERROR(errors.ToStatus());
  if (cluster->state() == v1::Cluster::STATE_DRAFT) {
    return IllegalMove(*cluster, ": PublishCluster comes first, or DeleteCluster removes it");
  }
  // The same again says nothing new of the day.
  const bool again = cluster->state() == v1::Cluster::STATE_ENDED && request.date().empty();
  if (!again) {
    cluster->set_ended(request.date().empty() ? FormatDay(DayOf(context.now, kDefaultZone))
                                              : request.date());
  }
  cluster->set_state(v1::Cluster::STATE_ENDED);
  cluster->set_successor(request.successor());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Cluster> Clusters::Publish(const WriteCall& call, const std::string& name,
                                              const std::string& etag) {
  return Modify(call, name, etag, change::KindText(change::v1::CHANGE_KIND_CLUSTER_PUBLISHED),
                [](const Context& context, v1::Cluster* cluster) -> absl::Status {
                  switch (cluster->state()) {
                    case v1::Cluster::STATE_DRAFT:
                      RETURN_IF_ERROR(CheckMayPublish(context, *cluster));
                      break;
                    case v1::Cluster::STATE_ENDED:
                      return IllegalMove(*cluster, ": what is no more isn't published again");
                    default:
                      break;  // archived: by those who may write it
                  }
                  cluster->set_state(v1::Cluster::STATE_PUBLISHED);
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::Cluster> Clusters::Archive(const WriteCall& call, const std::string& name,
                                              const std::string& etag) {
  return Modify(call, name, etag, change::KindText(change::v1::CHANGE_KIND_CLUSTER_ARCHIVED),
                [](const Context& context, v1::Cluster* cluster) -> absl::Status {
                  if (!cluster->name().empty()) {
                    // An office may publish, and no more.
                    RETURN_IF_ERROR(CheckParty(context.viewer, Party::kCluster, "ArchiveCluster",
                                               cluster->name(), cluster->name()));
                  }
                  if (cluster->state() == v1::Cluster::STATE_ARCHIVED) return absl::OkStatus();
                  if (cluster->state() != v1::Cluster::STATE_PUBLISHED) {
                    return IllegalMove(*cluster, ": only what is published is archived");
                  }
                  cluster->set_state(v1::Cluster::STATE_ARCHIVED);
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::Cluster> Clusters::End(const WriteCall& call,
                                          const v1::EndClusterRequest& request) {
  return Modify(call, request.name(), request.etag(),
                change::KindText(change::v1::CHANGE_KIND_CLUSTER_ENDED),
                [&](const Context& context, v1::Cluster* cluster) {
                  return EndNow(context, request, cluster);
                });
}

}  // namespace clusterwire::catalogue
