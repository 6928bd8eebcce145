#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/call.pb.h"

#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/resources/calls/call_dates.h"
#include "services/catalogue/resources/calls/call_rules.h"
#include "services/catalogue/resources/programmes/criterion_rules.h"

namespace clusterwire::catalogue {
namespace {

using v1::Call;

// "Next cut-off 2026-03-31. Budget EUR 5,000,000.00, at most EUR 60,000.00 each, 75 % of the cost."
std::string FundsText(const Call& call) {
  std::string budget = call.has_budget() ? absl::StrCat("Budget ", TextOf(call.budget())) : "";
  const std::string each =
      call.has_largest_grant() ? absl::StrCat("at most ", TextOf(call.largest_grant()), " each")
                               : "";
  const std::string rate =
      call.has_funding_rate() ? absl::StrCat(call.funding_rate(), " % of the cost") : "";
  std::string all = Joined({budget, each, rate}, ", ");
  return all.empty() ? all : all + ".";
}

std::string DatesText(const Call& call) {
  switch (call.state()) {
    case Call::STATE_WITHDRAWN:
      return absl::StrCat("Withdrawn: ", call.withdrawal().reason());
    case Call::STATE_CLOSED:
      return "Closed.";
    default:
      return call.next_cut_off().empty() ? ""
                                         : absl::StrCat("Next cut-off ", call.next_cut_off(), ".");
  }
}

facts::Facts Own(const Call& call, const CodeBook& codes) {
  facts::Facts facts = Described("call", call);
  const std::string dates = DatesText(call);
  const std::string funds = FundsText(call);
  facts.set_summary(Joined({dates, funds, facts.summary()}, "\n"));
  SetLink(call.link(), call.sources(), &facts);
  AddCodes(call.sectors(), codes, &facts);
  AddCodes(call.regions(), codes, &facts);
  AddSorted(call.programmes(), facts.mutable_programmes());
  facts.set_kind(WordOf(call.kind()));
  facts.mutable_period()->set_start(call.opens());
  if (!call.cut_offs().empty()) {
    facts.mutable_period()->set_end(call.cut_offs().rbegin()->date());
  }
  if (call.state() != Call::STATE_WITHDRAWN) facts.set_deadline(call.next_cut_off());
  AddSorted(call.languages(), facts.mutable_languages());
  *facts.mutable_calendar() = CalendarOf(call, facts.link());
  facts.set_text(Joined({call.funder(), call.eligibility()}, " "));
  if (call.state() == Call::STATE_DRAFT) RestrictTo({call.name(), call.owner()}, &facts);
  return facts;
}

std::vector<std::string> Uses(const store::Message& message) {
  const auto& call = static_cast<const Call&>(message);
  std::vector<std::string> uses(call.sectors().begin(), call.sectors().end());
  uses.insert(uses.end(), call.regions().begin(), call.regions().end());
  AddUses(call.filter(), &uses);
  return uses;
}

}  // namespace

CatalogueType CallType() {
  return {.type = facts::MakeType<Call, CodeBook>("call", "calls/{call}",
                                                  {.own = &Own, .timers = &CallTimers}),
          .step = &StepCall,
          .deadlines = &CallDeadlines,
          .uses = &Uses};
}

}  // namespace clusterwire::catalogue
