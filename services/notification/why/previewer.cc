#include "services/notification/why/previewer.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/reflection.h"
#include "google/protobuf/util/message_differencer.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/change/vocabulary.h"
#include "libs/change/wording.h"
#include "libs/filter/predicate.h"
#include "libs/match/matcher.h"
#include "libs/text/form.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/resources/subscribers/subscription_changes.h"
#include "services/notification/resources/subscribers/subscription_rules.h"
#include "services/notification/why/explainer.h"
#include "services/notification/why/sayings.h"

namespace clusterwire::notification {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::util::MessageDifferencer;

constexpr int kPage = 500;  // records in one question to the ledger
constexpr int64_t kMostLookedAt = 20'000;
constexpr absl::Duration kTime = absl::Seconds(1);
constexpr int kSamples = 5;
constexpr int64_t kFewLookedAt = 20;  // of fewer nothing is said
constexpr double kNearlyAll = 0.8;

absl::StatusOr<filter::Predicate> Read(const v1::PreviewRequest& request, const Eyes& eyes) {
  FieldErrors errors;
  CheckChanges(request.subscription(), errors);
  auto predicate = CompileSubscription(request.subscription(), eyes.viewer(), &change::Words());
  RETURN_IF_ERROR(errors.AddFrom(predicate.status()));
  RETURN_IF_ERROR(errors.ToStatus());
  return predicate;
}

std::set<std::string> ValuesOf(const type::v1::Filter& filter, const FieldDescriptor& field) {
  const auto values = filter.GetReflection()->GetRepeatedFieldRef<std::string>(filter, &field);
  return {values.begin(), values.end()};
}

// Whether all that has `field` as `filter` asks has it as `excluded` does. Lists ask for any of
// their values; of all else it is only known where both ask for the same.
bool Covers(const type::v1::Filter& excluded, const type::v1::Filter& filter,
            const FieldDescriptor& field) {
  if (field.type() != FieldDescriptor::TYPE_STRING || !field.is_repeated()) {
    MessageDifferencer same;
    return same.CompareWithFields(excluded, filter, {&field}, {&field});
  }
  const std::set<std::string> inner = ValuesOf(excluded, field);
  const std::set<std::string> outer = ValuesOf(filter, field);
  return !outer.empty() && std::ranges::includes(inner, outer);
}

class Looking {
 public:
  Looking(const v1::Subscription& subscription, const filter::Predicate& predicate,
          const Eyes& eyes, text::Language language)
      : subscription_(subscription), predicate_(predicate), eyes_(eyes), language_(language) {}

  void At(const SeenRecord& kept) {
    const std::optional<KeptRecord> seen = Seen(eyes_, kept);
    if (!seen) return;
    answer_.set_looked_at(answer_.looked_at() + 1);
    *answer_.mutable_since() = ToTimestamp(seen->received);
    const change::v1::ResourceChanged& change = seen->change;
    const filter::Transition transition =
        filter::TransitionOf(change.has_before() && predicate_.Matches(change.before()),
                             change.has_after() && predicate_.Matches(change.after()));
    if (!Wants(subscription_, transition, change.kind(), change.quiet())) return;
    answer_.set_matched(answer_.matched() + 1);
    if (answer_.latest_size() < kSamples) AddSample(*seen, transition);
  }

  v1::PreviewResponse Answer(bool cut, absl::Time now) {
    answer_.set_cut(cut);
    const absl::Duration span = now - ToTime(answer_.since());
    if (answer_.looked_at() > 0 && span >= absl::Hours(24)) {
      const double weeks = absl::FDivDuration(span, absl::Hours(7 * 24));
      answer_.set_per_week(
          static_cast<int64_t>(std::ceil(static_cast<double>(answer_.matched()) / weeks)));
    }
    Warn();
    return std::move(answer_);
  }

 private:
  void AddSample(const KeptRecord& seen, filter::Transition transition) {
    const change::v1::ResourceChanged& change = seen.change;
    const type::v1::Facts& image =
        transition == filter::Transition::kLeft ? change.before() : change.after();
    v1::PreviewResponse::Sample& sample = *answer_.add_latest();
    sample.set_change(seen.id);
    sample.set_change_kind(change.kind());
    sample.set_resource(change.name());
    sample.set_resource_title(image.title());
    sample.set_transition(ToProto(transition));
    *sample.mutable_receive_time() = ToTimestamp(seen.received);
    for (const filter::Verdict& verdict : predicate_.Explain(image, change::TellingIn(language_))) {
      if (verdict.matched && verdict.field != "audience") sample.add_reasons(verdict.text);
    }
  }

  std::string Say(std::string_view english, std::string_view german) const {
    return std::string(text::In(language_, english, german));
  }

  void Warn() {
    const int64_t matched = answer_.matched();
    const int64_t looked_at = answer_.looked_at();
    const std::string never = WhyNever(predicate_.filter(), language_);
    if (!never.empty()) answer_.add_warnings(never);
    const std::string unknown = NoteOnUnknown(subscription_.filter());
    if (!unknown.empty()) answer_.add_warnings(SayingIn(language_, unknown));
    if (match::IsWide(predicate_)) {
      answer_.add_warnings(Say("filter: it asks about everything", "filter: er fragt nach allem"));
    }
    if (looked_at < kFewLookedAt) {
      answer_.add_warnings(absl::StrCat(
          Say("only ", "nur "), looked_at,
          Say(" changes are kept: too few to say how many will match",
              " Änderungen sind aufbewahrt: zu wenige, um zu sagen, wie viele passen werden")));
    } else if (matched == 0) {
      answer_.add_warnings(
          absl::StrCat(Say("none of the ", "keine der "), looked_at,
                       Say(" changes looked at matches", " angesehenen Änderungen passt")));
    } else if (static_cast<double>(matched) >= kNearlyAll * static_cast<double>(looked_at)) {
      answer_.add_warnings(absl::StrCat(Say("it matches nearly everything: ", "fast alles passt: "),
                                        matched, Say(" of ", " von "), looked_at,
                                        Say(" changes looked at", " angesehenen Änderungen")));
    }
  }

  const v1::Subscription& subscription_;
  const filter::Predicate& predicate_;
  const Eyes& eyes_;
  const text::Language language_;
  v1::PreviewResponse answer_;
};

}  // namespace

std::string WhyNever(const type::v1::Filter& filter, text::Language language) {
  for (int i = 0; i < filter.none_of_size(); ++i) {
    const type::v1::Filter& excluded = filter.none_of(i);
    std::vector<const FieldDescriptor*> fields;
    excluded.GetReflection()->ListFields(excluded, &fields);
    if (std::ranges::all_of(fields, [&](const FieldDescriptor* field) {
          return Covers(excluded, filter, *field);
        })) {
      return absl::StrCat(
          "filter.none_of[", i, "]: ",
          ToAbsl(text::In(language,
                          "it excludes all that the filter asks for, so nothing ever matches",
                          "schließt alles aus, wonach der Filter fragt, also passt nie etwas")));
    }
  }
  return "";
}

absl::StatusOr<v1::PreviewResponse> Preview(const filter::Viewer& caller, const Handles& handles,
                                            const v1::PreviewRequest& sent, const Clock& clock) {
  v1::PreviewRequest request = sent;
  FieldErrors errors;
  text::BringToForm(&request, errors);  // as CreateSubscription does
  CheckLanguage(request.language(), errors);
  if (!kSubscriberName.Matches(request.parent())) {
    errors.Add("parent", "must be a subscriber (subscribers/x)");
  }
  if (!request.has_subscription()) {
    errors.Add("subscription",
               "is required: with a filter, transitions or kinds; {} is everything");
  }
  RETURN_IF_ERROR(errors.ToStatus());
  ASSIGN_OR_RETURN(const Eyes own, EyesOf(caller, handles, request.parent()));
  ASSIGN_OR_RETURN(const filter::Predicate predicate, Read(request, own));
  Looking looking(request.subscription(), predicate, own,
                  LanguageFor(handles, request.parent(), request.language()));
  const absl::Duration end = clock.Uptime() + kTime;
  RecordQuery query{.limit = kPage};
  int64_t looked_at = 0;
  do {
    ASSIGN_OR_RETURN(const RecordPage page, handles.ledger->Read([&](sql::Connection& connection) {
      return ListRecords(connection, query);
    }));
    for (const SeenRecord& kept : page.records) looking.At(kept);
    looked_at += kPage;
    query.after = page.next;
  } while (query.after && looked_at < kMostLookedAt && clock.Uptime() < end);
  return looking.Answer(query.after.has_value(), clock.Now());
}

}  // namespace clusterwire::notification
