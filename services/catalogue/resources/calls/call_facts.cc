#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/call.pb.h"

#include "libs/text/language.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/resources/calls/call_dates.h"
#include "services/catalogue/resources/calls/call_rules.h"
#include "services/catalogue/resources/programmes/criterion_rules.h"

namespace clusterwire::catalogue {
namespace {

using v1::Call;

// "Budget EUR 5,000,000.00, at most EUR 60,000.00 each, 75 % of the cost."
std::string FundsText(text::Language language, const Call& call) {
  const auto in = [&](std::string_view english, std::string_view german) {
    return std::string(text::In(language, english, german));
  };
  const std::string budget =
      call.has_budget() ? absl::StrCat("Budget ", TextIn(language, call.budget())) : "";
  const std::string each =
      call.has_largest_grant()
          ? absl::StrCat(in("at most ", "je höchstens "), TextIn(language, call.largest_grant()),
                         in(" each", ""))
          : "";
  const std::string rate =
      call.has_funding_rate()
          ? absl::StrCat(call.funding_rate(), in(" % of the cost", " % der Kosten"))
          : "";
  std::string all = Joined({budget, each, rate}, ", ");
  return all.empty() ? all : all + ".";
}

// "Next cut-off 2026-03-31."
std::string DatesText(text::Language language, const Call& call) {
  const bool german = language == text::Language::kGerman;
  if (call.state() == Call::STATE_WITHDRAWN) {
    return absl::StrCat(german ? "Zurückgezogen: " : "Withdrawn: ", call.withdrawal().reason());
  }
  if (call.state() == Call::STATE_CLOSED) return german ? "Geschlossen." : "Closed.";
  if (call.next_cut_off().empty()) return "";
  return german
             ? absl::StrCat("Nächster Stichtag ", text::DateIn(language, call.next_cut_off()), ".")
             : absl::StrCat("Next cut-off ", call.next_cut_off(), ".");
}

std::string SummaryIn(text::Language language, const Call& call) {
  const std::string dates = DatesText(language, call);
  const std::string funds = FundsText(language, call);
  return Joined({dates, funds, call.summary()}, "\n");
}

facts::Facts Own(const Call& call, const CodeBook& codes) {
  facts::Facts facts = Described("call", call);
  facts.set_summary(SummaryIn(text::Language::kEnglish, call));
  facts.set_summary_de(SummaryIn(text::Language::kGerman, call));
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
