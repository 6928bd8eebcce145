#include "services/catalogue/resources/partnering/partner_request_rules.h"

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/base/time/date.h"
#include "libs/text/text.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/owner.h"
#include "services/catalogue/common/fields/publish.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/resources/people/contacts.h"

namespace clusterwire::catalogue {
namespace {

using v1::PartnerRequest;

constexpr int kMostLanguages = 20;
constexpr int kMostProgrammes = 20;

void CheckAsker(const PartnerRequest* before, const PartnerRequest& request, const Context& context,
                FieldErrors& errors) {
  constexpr std::string_view kPath = "partner_request.owner";
  if (before == nullptr && !request.owner().starts_with("clusters/")) {
    errors.Add(kPath, "is required: the cluster that asks, \"clusters/…\"");
    return;
  }
  CheckOwner(kPath, before == nullptr ? nullptr : &before->owner(), request.owner(), context,
             errors);
}

void CheckSought(const PartnerRequest& request, const Context& context, FieldErrors& errors) {
  resource::CheckText(errors, "partner_request.sought", request.sought(), 1, 2000);
  resource::CheckText(errors, "partner_request.offered", request.offered(), 0, 2000);
  CheckCodes("partner_request.sectors", request.sectors(), v1::Taxonomy::SUBJECT_SECTOR,
             context.book, errors);
  CheckCodes("partner_request.regions", request.regions(), v1::Taxonomy::SUBJECT_REGION,
             context.book, errors);
  CheckLanguages("partner_request.languages", request.languages(), errors);
  if (request.languages_size() > kMostLanguages) {
    errors.Add("partner_request.languages",
               absl::StrCat(request.languages_size(), " of at most ", kMostLanguages));
  }
  if (!request.label_level().empty() && context.book.TitleOfLevel(request.label_level()).empty()) {
    errors.Add("partner_request.label_level",
               absl::StrCat("'", request.label_level(),
                            "' is no level of a label scheme; write scheme:level, such as "
                            "ecei:silver"));
  }
  CheckAllNamed("partner_request.programmes", "programmes/{programme}", request.programmes(),
                kMostProgrammes, context, errors);
}

absl::Status CheckPublic(const PartnerRequest& request, const Context& context,
                         FieldErrors& errors) {
  std::vector<std::pair<std::string, std::string>> named;
  AddNamed("programmes", request.programmes(), named);
  return CheckPublicNames("partner_request.state", "STATE_OPEN", named, context, errors);
}

// Whether its deadline is over by `now`.
bool IsOver(const PartnerRequest& request, absl::Time now) {
  const auto day = ParseDate(request.deadline());
  return day.ok() && now >= EndOf(*day, kDefaultZone);
}

// What is open has a deadline ahead, and a cluster that the public sees: asked when it opens, and
// of another deadline.
absl::Status CheckOpen(const PartnerRequest* before, const PartnerRequest& request,
                       const Context& context) {
  if (request.state() != PartnerRequest::STATE_OPEN) return absl::OkStatus();
  const bool was_open = before != nullptr && before->state() == PartnerRequest::STATE_OPEN;
  if (!was_open) {
    RETURN_IF_ERROR(CheckIsPublished(context, request.owner(), "asks for partners in public"));
  }
  if (was_open && before->deadline() == request.deadline()) return absl::OkStatus();
  if (!IsOver(request, context.now)) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "DEADLINE_PASSED",
               absl::StrCat("the deadline ", request.deadline(),
                            " is over: give it a later one, or none, with UpdatePartnerRequest; "
                            "ClosePartnerRequest closes what is open"),
               {{"resource", request.name()}, {"field", "partner_request.deadline"}});
}

absl::Status CheckPartnerRequest(const PartnerRequest* before, const PartnerRequest& request,
                                 const Context& context, FieldErrors& errors) {
  CheckAsker(before, request, context, errors);
  CheckEnum("partner_request.state", request.state(), errors);
  if (before == nullptr && request.state() == PartnerRequest::STATE_CLOSED) {
    errors.Add("partner_request.state",
               "can't be STATE_CLOSED from the start: create it, then ClosePartnerRequest");
  }
  if (request.state() == PartnerRequest::STATE_OPEN) {
    RETURN_IF_ERROR(CheckPublic(request, context, errors));
  }
  CheckTitle("partner_request.title", request.title(), errors);
  CheckRequiredEnum("partner_request.kind", request.kind(), errors);
  CheckSought(request, context, errors);
  CheckDate("partner_request.deadline", request.deadline(), errors);
  CheckUri("partner_request.link", request.link(), errors);
  CheckContacts("partner_request", before == nullptr ? nullptr : &before->contacts(),
                request.contacts(), context, errors);
  return errors.empty() ? CheckOpen(before, request, context) : absl::OkStatus();
}

absl::Status CorrectPartnerRequest(const PartnerRequest& before, PartnerRequest* next) {
  if (before.state() != PartnerRequest::STATE_CLOSED) return absl::OkStatus();
  if (store::SameButForStamps(before, *next)) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "REQUEST_CLOSED",
               absl::StrCat(before.name(),
                            " is closed and stays as it is; CreatePartnerRequest makes a new one"),
               {{"resource", before.name()}});
}

// The clusters that fit in everything that is sought.
type::v1::Filter FilterOf(const PartnerRequest& request) {
  type::v1::Filter filter;
  filter.add_types("cluster");
  filter.add_states("published");
  *filter.mutable_sectors() = request.sectors();
  *filter.mutable_regions() = request.regions();
  *filter.mutable_languages() = request.languages();
  *filter.mutable_programmes() = request.programmes();
  if (!request.label_level().empty()) filter.add_label_levels(request.label_level());
  filter.add_none_of()->add_names(request.owner());
  return filter;
}

void SettlePartnerRequest(const Context& context, PartnerRequest* request) {
  DraftUnlessSaid(context, request);
  *request->mutable_filter() = FilterOf(*request);
  // Its deadline went by while it was deleted: no timer tells of that any more.
  if (request->state() == PartnerRequest::STATE_OPEN && IsOver(*request, context.now)) {
    CloseRequest(PartnerRequest::CLOSING_DEADLINE, context.now, request);
  }
}

void NotePartnerRequest(const PartnerRequest* before, const PartnerRequest& request, const Context&,
                        Notes& notes) {
  NoteDraft(before, request, "PublishPartnerRequest", notes);
}

}  // namespace

absl::Status CheckIsPublished(const Context& context, const std::string& cluster,
                              std::string_view does) {
  ASSIGN_OR_RETURN(const v1::Cluster found, context.reader.Get<v1::Cluster>(cluster));
  if (found.state() == v1::Cluster::STATE_PUBLISHED && !store::IsDeleted(found)) {
    return absl::OkStatus();
  }
  const std::string now = NewNameFor(context.viewer, context.reader, cluster);
  const std::string is = !now.empty()              ? absl::StrCat(now, " now")
                         : store::IsDeleted(found) ? "deleted"
                                                   : std::string(WordOf(found.state()));
  return Error(absl::StatusCode::kFailedPrecondition, "CLUSTER_NOT_PUBLISHED",
               absl::StrCat(cluster, " is ", is, ": a cluster with a published profile alone ",
                            ToAbsl(does)),
               {{"resource", cluster}});
}

Rules<PartnerRequest> PartnerRequestRules() {
  return {.type = "partner_request",
          .collection = "partnerRequests",
          .output_only = {"edited_fields", "filter", "closing", "close_time", "reminders"},
          .create_only = {"state"},
          .suggest_id = [](const PartnerRequest& request) { return text::Slug(request.title()); },
          .check = &CheckPartnerRequest,
          .correct = &CorrectPartnerRequest,
          .settle = &SettlePartnerRequest,
          .note = &NotePartnerRequest};
}

}  // namespace clusterwire::catalogue
