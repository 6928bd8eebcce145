#include "services/catalogue/resources/clusters/cluster_rules.h"

#include <algorithm>

#include "libs/base/time/clock.h"
#include "libs/text/text.h"
#include "services/catalogue/common/access/drafts_made.h"
#include "services/catalogue/common/access/party.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/resources/clusters/profile.h"
#include "services/catalogue/resources/grants/grant_rules.h"
#include "services/catalogue/resources/people/contacts.h"

namespace clusterwire::catalogue {
namespace {

// What an end or an archive is made of comes by its own move.
void CheckFirstState(const v1::Cluster* before, const v1::Cluster& cluster, FieldErrors& errors) {
  if (before != nullptr || cluster.state() <= v1::Cluster::STATE_PUBLISHED) return;
  errors.Add("cluster.state", "must be STATE_DRAFT or STATE_PUBLISHED from the start");
}

absl::Status Check(const v1::Cluster* before, const v1::Cluster& cluster, const Context& context,
                   FieldErrors& errors) {
  CheckEnum("cluster.state", cluster.state(), errors);
  CheckFirstState(before, cluster, errors);
  CheckTitle("cluster.title", cluster.title(), errors);
  resource::CheckText(errors, "cluster.acronym", cluster.acronym(), 0, 50);
  CheckTexts("cluster.former_titles", cluster.former_titles(), 20, 200, errors);
  CheckLocalizedTexts("cluster.localized_titles", cluster.localized_titles(), errors);
  resource::CheckText(errors, "cluster.summary", cluster.summary(), 0, 2000);
  CheckCountry("cluster.country", cluster.country(), context.book, errors);
  CheckCodes("cluster.regions", cluster.regions(), v1::Taxonomy::SUBJECT_REGION, context.book,
             errors);
  CheckPlace("cluster.seat", cluster.seat(), context.book, errors);
  CheckCodes("cluster.sectors", cluster.sectors(), v1::Taxonomy::SUBJECT_SECTOR, context.book,
             errors);
  CheckProfile(cluster, context, errors);
  CheckDate("cluster.founded", cluster.founded(), errors);
  CheckUri("cluster.website", cluster.website(), errors);
  CheckLanguages("cluster.languages", cluster.languages(), errors);
  CheckTexts("cluster.support_services", cluster.support_services(), 50, 200, errors);
  CheckContacts("cluster", before == nullptr ? nullptr : &before->contacts(), cluster.contacts(),
                context, errors);
  CheckOrigin("cluster", cluster.sources(), cluster.external_ids(), errors);
  return absl::OkStatus();
}

void Note(const v1::Cluster* before, const v1::Cluster& cluster, const Context& context,
          Notes& notes) {
  NoteDraft(before, cluster,
            context.viewer.operator_
                ? "PublishCluster"
                : "a platform that lists drafts and to which it applies (SubmitApplication)",
            notes);
}

// Who creates a cluster and is no operator is its first owner.
absl::Status GiveToCreator(store::Writer& writer, const v1::Cluster* before,
                           const v1::Cluster& cluster, const Context& context) {
  const filter::Viewer& viewer = context.viewer;
  if (before != nullptr || viewer.operator_) return absl::OkStatus();
  RETURN_IF_ERROR(NoteMadeDraft(writer, viewer.subject, cluster.name()));
  return GiveOwner(writer, viewer.subject, cluster.name());
}

// What is published has no need of it.
void Settle(const Context& context, v1::Cluster* cluster) {
  DraftUnlessSaid(context, cluster);
  if (cluster->state() == v1::Cluster::STATE_PUBLISHED) cluster->clear_shown_to();
}

// Whether it is the office of a programme that the draft applies to: who may publish it. Of what is
// there and published already any office may find that it is.
bool IsOfficeOf(const filter::Viewer& viewer, const v1::Cluster& cluster) {
  const bool done = cluster.state() == v1::Cluster::STATE_PUBLISHED && !cluster.etag().empty();
  return std::ranges::any_of(viewer.edits, [&](const std::string& name) {
    return name.starts_with("programmes/") &&
           (done || std::ranges::count(cluster.shown_to(), name) > 0);
  });
}

void ShowTo(const filter::Viewer& viewer, v1::Cluster* cluster) {
  change::HideShownTo(viewer, cluster);
}

}  // namespace

Rules<v1::Cluster> ClusterRules() {
  return {.type = "cluster",
          .collection = "clusters",
          .output_only = {"edited_fields", "shown_to", "completeness", "missing_fields",
                          "merged_names", "moved_to", "successor", "ended"},
          .create_only = {"state"},
          .suggest_id = [](const v1::Cluster& cluster) { return text::Slug(cluster.title()); },
          .check = &Check,
          .settle = &Settle,
          .note = &Note,
          .bring = &GiveToCreator,
          .show = &ShowCompleteness,
          .show_to = &ShowTo,
          .moved_by = &IsOfficeOf};
}

}  // namespace clusterwire::catalogue
