#include "services/catalogue/resources/calls/call_rules.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/text/text.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/common/fields/moves.h"
#include "services/catalogue/common/fields/owner.h"
#include "services/catalogue/common/fields/publish.h"
#include "services/catalogue/common/fields/references.h"
#include "services/catalogue/common/fields/words.h"
#include "services/catalogue/resources/calls/call_dates.h"
#include "services/catalogue/resources/events/event_agenda.h"
#include "services/catalogue/resources/people/contacts.h"
#include "services/catalogue/resources/programmes/criterion_rules.h"
#include "services/catalogue/resources/programmes/eligibility.h"

namespace clusterwire::catalogue {
namespace {

using google::type::Money;
using v1::Call;

bool IsDraft(const Call& call) {
  return call.state() == Call::STATE_DRAFT || call.state() == Call::STATE_UNSPECIFIED;
}

absl::Status CheckPublic(const Call& call, const Context& context, FieldErrors& errors) {
  std::vector<std::pair<std::string, std::string>> named = {{"owner", call.owner()}};
  AddNamed("programmes", call.programmes(), named);
  return CheckPublicNames("call.state", "public", named, context, errors);
}

void CheckAmount(const char* path, bool has, const Money& amount, FieldErrors& errors) {
  if (!has) return;
  CheckMoney(path, amount, errors);
  if (amount.units() == 0 && amount.nanos() == 0) {
    errors.Add(path, "must be above 0; leave it out where it isn't known");
  }
}

void CheckFunds(const Call& call, FieldErrors& errors) {
  CheckAmount("call.budget", call.has_budget(), call.budget(), errors);
  CheckAmount("call.largest_grant", call.has_largest_grant(), call.largest_grant(), errors);
  if (call.has_budget() && call.has_largest_grant()) {
    if (call.budget().currency_code() != call.largest_grant().currency_code()) {
      errors.Add("call.largest_grant.currency_code",
                 absl::StrCat("is ", call.largest_grant().currency_code(), ", and the budget's is ",
                              call.budget().currency_code()));
    } else if (CentsOf(call.largest_grant()) > CentsOf(call.budget())) {
      errors.Add("call.largest_grant",
                 absl::StrCat(TextOf(call.largest_grant()), " is more than the budget, ",
                              TextOf(call.budget())));
    }
  }
  if (call.has_funding_rate() && !(call.funding_rate() > 0 && call.funding_rate() <= 100)) {
    errors.Add("call.funding_rate", "must be above 0 and at most 100 per cent");
  }
}

// The state of a creation, and what stays of one that was taken back.
void CheckState(const Call* before, const Call& call, FieldErrors& errors) {
  if (before == nullptr) {
    if (IsDraft(call) || call.state() == Call::STATE_PUBLISHED) return;
    errors.Add("call.state",
               "must be STATE_DRAFT or STATE_PUBLISHED at first: the clock opens and closes it, "
               "WithdrawCall takes it back");
    return;
  }
  const bool moved =
      before->opens() != call.opens() || before->time_zone() != call.time_zone() ||
      !std::ranges::equal(before->cut_offs(), call.cut_offs(), [](const auto& a, const auto& b) {
        return a.date() == b.date() && a.time() == b.time();
      });
  if (call.state() == Call::STATE_WITHDRAWN && moved) {
    errors.Add("call.cut_offs", "stay as they are, since the call is withdrawn");
  }
}

absl::Status Check(const Call* before, const Call& call, const Context& context,
                   FieldErrors& errors) {
  CheckOwner("call.owner", before == nullptr ? nullptr : &before->owner(), call.owner(), context,
             errors);
  CheckState(before, call, errors);
  if (!IsDraft(call)) RETURN_IF_ERROR(CheckPublic(call, context, errors));
  CheckTitle("call.title", call.title(), errors);
  if (WordOf(call.kind()).empty()) {
    errors.Add("call.kind",
               absl::StrCat("is required: ", WordsOf<Call::Kind>(), ", written KIND_…"));
  }
  resource::CheckText(errors, "call.summary", call.summary(), 0, 2000);
  resource::CheckText(errors, "call.funder", call.funder(), 0, 300);
  resource::CheckText(errors, "call.eligibility", call.eligibility(), 0, 2000);
  CheckProgrammes("call.programmes", call.programmes(), context, errors);
  CheckFunds(call, errors);
  CheckDates(call, errors);
  CheckReminderDays("call.reminder_days", call.reminder_days(), errors);
  if (call.has_filter()) {
    CheckClusterFilter("call.filter", call.filter(), !IsDraft(call), context, errors);
  }
  CheckCodes("call.sectors", call.sectors(), v1::Taxonomy::SUBJECT_SECTOR, context.book, errors);
  CheckCodes("call.regions", call.regions(), v1::Taxonomy::SUBJECT_REGION, context.book, errors);
  CheckLanguages("call.languages", call.languages(), errors);
  CheckUri("call.link", call.link(), errors);
  CheckContacts("call", before == nullptr ? nullptr : &before->contacts(), call.contacts(), context,
                errors);
  CheckOrigin("call", call.sources(), call.external_ids(), errors);
  return absl::OkStatus();
}

std::string_view KindOfUpdate(const Call& before, const Call& next) {
  const bool same =
      before.time_zone() == next.time_zone() && before.opens() == next.opens() &&
      std::ranges::equal(before.cut_offs(), next.cut_offs(), [](const auto& a, const auto& b) {
        return a.date() == b.date() && a.time() == b.time();
      });
  return change::KindText(same ? change::v1::CHANGE_KIND_CALL_UPDATED
                               : change::v1::CHANGE_KIND_CALL_EXTENDED);
}

void Settle(const Context& context, Call* call) {
  DraftUnlessSaid(context, call);
  SettleDates(context.now, call);
  const auto before = context.reader.Get<Call>(call->name());
  CountUp(before.ok() ? &*before : nullptr, context.now, call);
}

void Note(const Call* before, const Call& call, const Context&, Notes& notes) {
  NoteDraft(before, call, "PublishCall", notes);
  if (call.next_cut_off().empty()) {
    notes.push_back("cut_offs: all of them have passed, so it is closed once it is public");
  }
}

}  // namespace

Rules<Call> CallRules() {
  return {.type = "call",
          .collection = "calls",
          .output_only = {"edited_fields", "reminders", "next_cut_off", "withdrawal", "uid",
                          "sequence"},
          .create_only = {"state"},
          .suggest_id = [](const Call& call) { return text::Slug(call.title()); },
          .check = &Check,
          .settle = &Settle,
          .note = &Note,
          .kind_of_update = &KindOfUpdate};
}

absl::StatusOr<Call> Calls::Publish(const WriteCall& call, const std::string& name,
                                    const std::string& etag) {
  return Modify(call, name, etag, change::KindText(change::v1::CHANGE_KIND_CALL_PUBLISHED),
                [](const Context&, Call* next) {
                  if (next->state() == Call::STATE_WITHDRAWN) {
                    return IllegalMove(*next,
                                       ", and was published before that: create another one");
                  }
                  if (next->state() == Call::STATE_DRAFT) next->set_state(Call::STATE_PUBLISHED);
                  return absl::OkStatus();
                });
}

absl::StatusOr<Call> Calls::Withdraw(const WriteCall& call,
                                     const v1::WithdrawCallRequest& request) {
  return Modify(call, request.name(), request.etag(),
                change::KindText(change::v1::CHANGE_KIND_CALL_WITHDRAWN),
                [&](const Context& context, Call* next) -> absl::Status {
                  FieldErrors errors;
                  resource::CheckText(errors, "reason", request.reason(), 1, 500);
                  if (next->name().empty() || !errors.empty()) return errors.ToStatus();
                  if (next->state() == Call::STATE_DRAFT) {
                    return IllegalMove(*next, ", so nobody was told of it: DeleteCall removes it");
                  }
                  if (next->state() == Call::STATE_CLOSED) {
                    return IllegalMove(*next, ", so it takes no proposals any more");
                  }
                  if (next->state() == Call::STATE_WITHDRAWN) {
                    if (next->withdrawal().reason() == request.reason()) return absl::OkStatus();
                    return IllegalMove(*next,
                                       absl::StrCat(", because: ", next->withdrawal().reason()));
                  }
                  next->set_state(Call::STATE_WITHDRAWN);
                  next->mutable_withdrawal()->set_reason(request.reason());
                  *next->mutable_withdrawal()->mutable_time() = ToTimestamp(context.now);
                  return absl::OkStatus();
                });
}

absl::StatusOr<v1::CheckCallEligibilityResponse> Calls::CheckEligibility(
    const ReadCall& call, const v1::CheckCallEligibilityRequest& request) const {
  FieldErrors errors;
  CheckReference("cluster", "clusters/{cluster}", request.cluster(), errors);
  CheckReference("call", "calls/{call}", request.call(), errors);
  RETURN_IF_ERROR(errors.ToStatus());
  ASSIGN_OR_RETURN(const auto reader, store().Read(call.at_least));
  v1::Cluster cluster;
  Call asked;
  if (!IsThereFor(call.viewer, *reader, NameNow(*reader, request.cluster()), &cluster)) {
    return NotFoundError(request.cluster());
  }
  if (!IsThereFor(call.viewer, *reader, request.call(), &asked)) {
    return NotFoundError(request.call());
  }
  v1::CheckCallEligibilityResponse response;
  if (asked.has_filter()) {
    ASSIGN_OR_RETURN(const auto book, codes_.At(*reader));
    ASSIGN_OR_RETURN(*response.mutable_verdict(),
                     VerdictOf(*reader, *book, asked.filter(), cluster.name()));
  } else {
    response.mutable_verdict()->set_outcome(v1::Verdict::OUTCOME_MET);
    response.mutable_verdict()->set_reason("the call asks nothing that the catalogue can check");
  }
  response.set_eligibility(asked.eligibility());
  response.set_open(IsByClock(asked) && StateByClock(asked, store().Now()) == Call::STATE_OPEN);
  response.set_revision(reader->revision().value);
  return response;
}

absl::Status StepCall(store::Writer& writer, const std::string& name, absl::Time due) {
  ASSIGN_OR_RETURN(const Call call, writer.Get<Call>(name));
  if (store::IsDeleted(call) || !IsByClock(call)) return absl::OkStatus();
  Call next = call;
  SettleDates(due, &next);
  // A moment that was fired already, perhaps with the one after it, turns nothing back.
  const bool back = next.state() < call.state() ||
                    (!next.next_cut_off().empty() && next.next_cut_off() < call.next_cut_off());
  if (back || store::SameButForStamps(call, next)) return absl::OkStatus();
  CountUp(&call, writer.now(), &next);
  using namespace change::v1;
  const auto kind = next.state() == Call::STATE_CLOSED ? CHANGE_KIND_CALL_CLOSED
                    : next.state() == call.state()     ? CHANGE_KIND_CALL_CUT_OFF_PASSED
                                                       : CHANGE_KIND_CALL_OPENED;
  return writer.Put(next, change::KindText(kind));
}

}  // namespace clusterwire::catalogue
