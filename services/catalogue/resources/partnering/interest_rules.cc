#include "services/catalogue/resources/partnering/interest_rules.h"

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/partner_request.pb.h"

#include "libs/base/text/strings.h"
#include "libs/resource/name.h"
#include "services/catalogue/common/access/party.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/resources/partnering/partner_request_rules.h"

namespace clusterwire::catalogue {
namespace {

using v1::Interest;
using v1::PartnerRequest;

constexpr int kMostInterests = 1000;
constexpr size_t kMostNote = 1000;

std::string InterestId(const Interest& interest) {
  return interest.cluster().substr(interest.cluster().find('/') + 1);
}

bool IsInterested(const filter::Viewer& viewer, const Interest& interest) {
  return IsTeam(viewer, interest.cluster());
}

std::string_view KindOfFirstInterest(const Interest&) {
  return change::KindText(change::v1::CHANGE_KIND_INTEREST_EXPRESSED);
}

// A right on the request is none to speak for another cluster.
absl::Status CheckIsTheirs(const Context& context, std::string_view method,
                           const Interest& interest) {
  if (IsTeam(context.viewer, interest.cluster())) return absl::OkStatus();
  return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS",
               absl::StrCat(ToAbsl(method), " is a move of the team of ", interest.cluster()),
               {{"resource", interest.name()}});
}

absl::Status CheckRequestOpen(const PartnerRequest& request) {
  if (request.state() == PartnerRequest::STATE_OPEN) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "REQUEST_CLOSED",
               absl::StrCat(request.name(), " is ", WordOf(request.state()),
                            ": interest is taken while it is open"),
               {{"resource", request.name()}});
}

// Completes an interest that is expressed for the first time, or again.
absl::Status CompleteInterest(const Context& context, const std::string& parent,
                              const std::string& note, Interest* interest) {
  RETURN_IF_ERROR(CheckIsTheirs(context, "ExpressInterest", *interest));
  FieldErrors errors;
  resource::CheckText(errors, "note", note, 0, kMostNote);
  ASSIGN_OR_RETURN(const auto request, context.reader.Get<PartnerRequest>(parent));
  if (request.owner() == interest->cluster()) {
    errors.Add("cluster", absl::StrCat("'", interest->cluster(), "' is the cluster that asks"));
  }
  RETURN_IF_ERROR(errors.ToStatus());
  RETURN_IF_ERROR(CheckRequestOpen(request));
  RETURN_IF_ERROR(CheckIsPublished(context, request.owner(), "takes interest"));
  RETURN_IF_ERROR(CheckIsPublished(context, interest->cluster(), "expresses interest"));
  interest->set_asker(request.owner());
  interest->set_request_title(request.title());
  interest->set_note(note);
  interest->set_state(Interest::STATE_EXPRESSED);
  return absl::OkStatus();
}

// What is expressed already.
absl::Status CheckSameNote(const Interest& interest, const std::string& note) {
  if (interest.note() == note) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "ALREADY_INTERESTED",
               absl::StrCat(interest.cluster(),
                            " has expressed its interest with another word; WithdrawInterest of ",
                            interest.name(), " takes that back"),
               {{"resource", interest.name()}});
}

}  // namespace

Rules<Interest> InterestRules() {
  return {.type = "interest",
          .collection = "interests",
          .parent = "partnerRequests/{partner_request}",
          .suggest_id = &InterestId,
          .kind_of_creation = &KindOfFirstInterest,
          .most_of_a_parent = kMostInterests,
          .moved_by = &IsInterested};
}

absl::StatusOr<Interest> Interests::Express(const WriteCall& call,
                                            const v1::ExpressInterestRequest& request) {
  FieldErrors errors;
  CheckReference("parent", "partnerRequests/{partner_request}", request.parent(), errors);
  CheckReference("cluster", "clusters/{cluster}", request.cluster(), errors);
  resource::CheckText(errors, "note", request.note(), 0, kMostNote);
  RETURN_IF_ERROR(errors.ToStatus());
  Interest interest;
  interest.set_cluster(request.cluster());
  const std::string id = InterestId(interest);
  const std::string name = absl::StrCat(request.parent(), "/interests/", id);
  const bool is_there = store().Read().value()->Get<Interest>(name).ok();
  if (is_there && IsTeam(call.viewer, request.cluster())) {
    return Modify(call, name, "", KindOfFirstInterest(interest),
                  [&](const Context& context, Interest* next) {
                    return next->state() == Interest::STATE_EXPRESSED
                               ? CheckSameNote(*next, request.note())
                               : CompleteInterest(context, request.parent(), request.note(), next);
                  });
  }
  return Create(call, request.parent(), interest, "", [&](const Context& context, Interest* next) {
    return CompleteInterest(context, request.parent(), request.note(), next);
  });
}

absl::StatusOr<Interest> Interests::Withdraw(const WriteCall& call,
                                             const v1::WithdrawInterestRequest& request) {
  return Modify(call, request.name(), request.etag(),
                change::KindText(change::v1::CHANGE_KIND_INTEREST_WITHDRAWN),
                [](const Context& context, Interest* interest) -> absl::Status {
                  if (interest->name().empty()) return absl::OkStatus();
                  RETURN_IF_ERROR(CheckIsTheirs(context, "WithdrawInterest", *interest));
                  interest->set_state(Interest::STATE_WITHDRAWN);
                  interest->clear_note();
                  return absl::OkStatus();
                });
}

}  // namespace clusterwire::catalogue
