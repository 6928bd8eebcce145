#include "services/notification/why/explainer.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/change/record.h"
#include "libs/change/wording.h"
#include "libs/filter/predicate.h"
#include "libs/text/form.h"
#include "libs/text/text.h"
#include "services/notification/delivery/dispatcher.h"
#include "services/notification/delivery/gates.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/ledger/records/seen_by.h"
#include "services/notification/resources/subscribers/interests.h"
#include "services/notification/resources/subscribers/subscriber_rules.h"
#include "services/notification/resources/subscribers/subscription_rules.h"
#include "services/notification/why/sayings.h"

namespace clusterwire::notification {
namespace {

constexpr int kMostExplanations = 100;
constexpr int kMostChanges = 5;  // of one resource
constexpr int kLookedAt = 200;   // for those, of which some may not be seen
constexpr size_t kMostAttempts = 20;

using Clauses = google::protobuf::RepeatedPtrField<v1::Explanation::Clause>;

void Check(const v1::ExplainRequest& request, FieldErrors& errors) {
  if (!kSubscriberName.Matches(request.parent()) && !kSubscriptionName.Matches(request.parent())) {
    errors.Add("parent",
               "must be a subscription (subscribers/x/subscriptions/y) or a subscriber "
               "(subscribers/x)");
  }
  if (request.change().empty() == request.resource().empty()) {
    errors.Add("change", "or `resource` is required, and not both: a ce_id, or a resource's name");
  }
}

// The same for what isn't there and for what isn't seen.
absl::Status NothingKept(const v1::ExplainRequest& request) {
  const std::string& what = request.change().empty() ? request.resource() : request.change();
  return Error(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND",
               absl::StrCat("no change ", request.change().empty() ? "of " : "", what,
                            " is kept here, or none that may be seen: changes are kept for a time, "
                            "and the catalogue's ChangeService/ListChanges has older ones"),
               {{"resource", what}});
}

void Tell(const std::vector<filter::Verdict>& verdicts, Clauses* clauses) {
  for (const filter::Verdict& verdict : verdicts) {
    v1::Explanation::Clause& clause = *clauses->Add();
    clause.set_field(verdict.field);
    clause.set_matched(verdict.matched);
    clause.set_text(verdict.text);
  }
}

// What doesn't match, of the image after where there is one: "is not in Saxony (nuts:DED)".
std::string Failing(const v1::Explanation& told) {
  std::vector<std::string> texts;
  for (const v1::Explanation::Clause& clause :
       told.after().empty() ? told.before() : told.after()) {
    if (!clause.matched()) texts.push_back(clause.text());
  }
  return absl::StrJoin(texts, ", ");
}

// One subscription, one change.
class One {
 public:
  One(const Handles& handles, const Eyes& eyes, text::Language language,
      const v1::Subscription& subscription, const SeenRecord& kept, const KeptRecord& seen)
      : handles_(handles),
        eyes_(eyes),
        language_(language),
        subscription_(subscription),
        kept_(kept),
        seen_(seen),
        predicate_(CompileSubscription(subscription, eyes.viewer())) {}

  absl::StatusOr<v1::Explanation> Explain(bool with_attempts) {
    const change::v1::ResourceChanged& change = seen_.change;
    told_.set_subscription(subscription_.name());
    told_.set_change(seen_.id);
    told_.set_change_kind(change.kind());
    told_.set_resource(change.name());
    told_.set_resource_title((change.has_after() ? change.after() : change.before()).title());
    *told_.mutable_receive_time() = ToTimestamp(seen_.received);
    AskFilter();
    RETURN_IF_ERROR(FindDelivery(with_attempts));
    const bool wanted = predicate_.ok() && told_.transition() != v1::TRANSITION_UNSPECIFIED &&
                        told_.unwanted().empty();
    if (wanted || told_.has_delivery()) RETURN_IF_ERROR(AskGatesOf());
    told_.set_would_send_now(wanted && stopped_by_.empty() && told_.gates_size() > 0);
    told_.set_summary(Summary(wanted));
    return std::move(told_);
  }

 private:
  void AskFilter() {
    if (!predicate_.ok()) return;
    const change::v1::ResourceChanged& change = seen_.change;
    const filter::Telling telling = change::TellingIn(language_);
    if (change.has_before())
      Tell(predicate_->Explain(change.before(), telling), told_.mutable_before());
    if (change.has_after())
      Tell(predicate_->Explain(change.after(), telling), told_.mutable_after());
    const filter::Transition transition =
        filter::TransitionOf(change.has_before() && predicate_->Matches(change.before()),
                             change.has_after() && predicate_->Matches(change.after()));
    told_.set_transition(ToProto(transition));
    if (transition == filter::Transition::kNone) return;
    told_.set_unwanted(
        SayingIn(language_, WhyUnwanted(subscription_, transition, change.kind(), change.quiet())));
  }

  absl::Status FindDelivery(bool with_attempts) {
    const std::string name = DeliveryName(subscription_.name(), seen_.id);
    return handles_.ledger->Read([&](sql::Connection& connection) -> absl::Status {
      auto found = Deliveries(connection).Get(name);
      if (absl::IsNotFound(found.status())) return absl::OkStatus();
      RETURN_IF_ERROR(found.status());
      if (ToTime(found->create_time()) < eyes_.since()) return absl::OkStatus();  // another's
      *told_.mutable_delivery() = *std::move(found);
      handles_.dispatcher->Describe(told_.mutable_delivery());
      if (!with_attempts) return absl::OkStatus();
      ASSIGN_OR_RETURN(const auto attempts, Deliveries(connection).Attempts(name));
      const size_t from = attempts.size() - std::min(attempts.size(), kMostAttempts);
      told_.mutable_attempts()->Assign(attempts.begin() + static_cast<int64_t>(from),
                                       attempts.end());
      return absl::OkStatus();
    });
  }

  // As if ingest had just matched it; a delivery that is there keeps how it was matched.
  absl::Status AskGatesOf() {
    const PendingDelivery pending = {
        .name = DeliveryName(subscription_.name(), seen_.id),
        .change_id = seen_.id,
        .root = kept_.record.change.root(),
        .subscription = subscription_.name(),
        .subscription_made = WhenMade(subscription_),
        .endpoint = subscription_.endpoint(),
        .transition = told_.has_delivery() ? told_.delivery().transition() : told_.transition(),
        .created = seen_.received};
    ASSIGN_OR_RETURN(
        const std::vector<Asked> all,
        handles_.dispatcher->AskAbout(pending, std::make_shared<const KeptRecord>(kept_.record),
                                      kept_.seen_now));
    for (const Asked& asked : all) {
      v1::Explanation::Gate& gate = *told_.add_gates();
      gate.set_name(std::string(asked.gate));
      gate.set_answer(v1::Explanation::Gate::ANSWER_GO);
      if (const auto* wait = std::get_if<Wait>(&asked.answer)) {
        gate.set_answer(v1::Explanation::Gate::ANSWER_WAIT);
        gate.set_reason(SayingIn(language_, wait->reason));
        if (waits_for_.empty()) waits_for_ = OfGate(asked.gate, wait->reason);
        if (wait->until != absl::InfinitePast() && wait->until != absl::InfiniteFuture()) {
          *gate.mutable_until() = ToTimestamp(wait->until);
        }
      } else if (const auto* drop = std::get_if<Drop>(&asked.answer)) {
        gate.set_answer(v1::Explanation::Gate::ANSWER_DROP);
        gate.set_reason(SayingIn(language_, drop->reason));
        stopped_by_ = OfGate(asked.gate, drop->reason);
      }
    }
    return absl::OkStatus();
  }

  std::string Say(std::string_view english, std::string_view german) const {
    return std::string(text::In(language_, english, german));
  }
  std::string OfGate(std::string_view gate, const std::string& reason) const {
    return SayingIn(language_, absl::StrCat(ToAbsl(gate), ": ", reason));
  }

  std::string Summary(bool wanted) const {
    std::string text = told_.has_delivery()
                           ? OfDelivery()
                           : absl::StrCat(Say("No delivery: ", "Keine Nachricht: "), NoRow());
    if (told_.delivery().transition() == v1::TRANSITION_CORRECTED) {
      return absl::StrCat(text, Say(" It is there for the entry in the reader's calendar alone.",
                                    " Sie gilt allein dem Eintrag im Kalender."));
    }
    if (!wanted) {
      if (told_.has_delivery()) {
        absl::StrAppend(&text,
                        Say(" The subscription as it is now wouldn't tell of it: ",
                            " Das Abonnement, wie es jetzt ist, würde das nicht melden: "),
                        WhyNot(), ".");
      }
      return text;
    }
    if (told_.would_send_now()) {
      return waits_for_.empty() ? absl::StrCat(text, Say(" If it happened now, it would be sent.",
                                                         " Geschähe es jetzt, würde es gesendet."))
                                : absl::StrCat(text,
                                               Say(" If it happened now, it would wait: ",
                                                   " Geschähe es jetzt, würde es warten: "),
                                               waits_for_, ".");
    }
    const std::string idle = Idle();
    return absl::StrCat(text,
                        Say(" If it happened now, it would not be sent: ",
                            " Geschähe es jetzt, würde es nicht gesendet: "),
                        idle.empty() ? stopped_by_ : idle, ".");
  }

  // Of what isn't wanted by the subscription as it is.
  std::string WhyNot() const {
    if (!predicate_.ok()) {
      return Say("its filter was written by a newer release and isn't understood here",
                 "seinen Filter hat eine neuere Version geschrieben, und er wird hier nicht "
                 "verstanden");
    }
    if (!told_.unwanted().empty()) return told_.unwanted();
    if (told_.before().empty() && told_.after().empty()) {
      return Say("the subscriber sees nothing of the resource", "der Abonnent sieht davon nichts");
    }
    return absl::StrCat(
        Say("the filter doesn't match, since it ", "der Filter trifft nicht zu, denn es "),
        Failing(told_));
  }

  // Why the subscription sends nothing as it is; empty where it does.
  std::string Idle() const {
    if (subscription_.endpoint().empty()) {
      return Say("a saved search sends nothing: it has no endpoint",
                 "eine gespeicherte Suche sendet nichts: sie hat keinen Empfänger");
    }
    if (subscription_.state() == v1::Subscription::STATE_PAUSED) {
      return Say("the subscription is paused", "das Abonnement ist angehalten");
    }
    return "";
  }

  // The transition says that it matches, so something else was in the way at the time.
  std::string NoRow() const {
    if (!told_.unwanted().empty() || told_.transition() == v1::TRANSITION_UNSPECIFIED) {
      return absl::StrCat(WhyNot(), ".");
    }
    if (seen_.received < ToTime(subscription_.create_time())) {
      return Say("the change came before the subscription was made.",
                 "die Änderung kam, bevor es das Abonnement gab.");
    }
    if (const std::string idle = Idle(); !idle.empty()) return absl::StrCat(idle, ".");
    if (seen_.received < ToTime(subscription_.update_time())) {
      return Say("the subscription was changed since, and did not ask for it when it came.",
                 "das Abonnement wurde seitdem geändert und fragte damals nicht danach.");
    }
    return Say("when it came, the subscriber did not see it.",
               "als sie kam, sah der Abonnent das nicht.");
  }

  std::string OfDelivery() const {
    const v1::Delivery& delivery = told_.delivery();
    const std::string why =
        delivery.reason().empty() ? "" : absl::StrCat(": ", SayingIn(language_, delivery.reason()));
    switch (delivery.state()) {
      case v1::Delivery::STATE_DELIVERED:
        return Say("Delivered.", "Zugestellt.");
      case v1::Delivery::STATE_PENDING:
        return absl::StrCat(Say("To be handed over", "Noch zuzustellen"), why, ".");
      case v1::Delivery::STATE_SUPPRESSED:
        return absl::StrCat(Say("Suppressed", "Unterdrückt"), why, ".");
      default:
        return absl::StrCat(Say("Given up", "Aufgegeben"), why, ".");
    }
  }

  const Handles& handles_;
  const Eyes& eyes_;
  const text::Language language_;
  const v1::Subscription& subscription_;
  const SeenRecord& kept_;
  const KeptRecord& seen_;
  const absl::StatusOr<filter::Predicate> predicate_;
  v1::Explanation told_;
  std::string waits_for_;   // the first gate that lets it wait, with its reason
  std::string stopped_by_;  // the gate that drops it, with its reason
};

absl::StatusOr<std::vector<v1::Subscription>> SubscriptionsOf(const Handles& handles,
                                                              const std::string& parent,
                                                              bool* cut) {
  const ReadCall call{.viewer = filter::Viewer::Operator()};
  if (kSubscriptionName.Matches(parent)) {
    ASSIGN_OR_RETURN(v1::Subscription one, handles.subscriptions->Get(call, parent));
    return std::vector<v1::Subscription>{std::move(one)};
  }
  ASSIGN_OR_RETURN(
      auto page, handles.subscriptions->List(call, {.parent = parent, .limit = kMostExplanations}));
  *cut = !page.next.empty();
  return std::move(page.resources);
}

}  // namespace

absl::StatusOr<Eyes> EyesOf(const filter::Viewer& caller, const Handles& handles,
                            const std::string& subscriber) {
  RETURN_IF_ERROR(CheckMayUse(caller, subscriber));
  return Eyes::Of(filter::Viewer::As(subscriber), handles, subscriber);
}

void CheckLanguage(const std::string& language, FieldErrors& errors) {
  if (language.empty() || text::IsLanguageTag(language)) return;
  errors.Add("language", "must be a language as BCP 47 writes it: \"de\", \"pt-BR\"");
}

text::Language LanguageFor(const Handles& handles, const std::string& subscriber,
                           const std::string& tag) {
  if (!tag.empty()) return text::LanguageFor(tag);
  const auto found = handles.subscribers->Get({.viewer = filter::Viewer::Operator()}, subscriber);
  return text::LanguageFor(found.ok() ? found->language() : "");
}

std::optional<KeptRecord> Seen(const Eyes& eyes, const SeenRecord& kept) {
  if (eyes.see_all()) return kept.record;
  if (!eyes.SeeWhat(kept.seen_by)) return std::nullopt;
  KeptRecord seen = kept.record;
  change::CutTo(eyes.viewer(), &seen.change);
  const bool hides = !seen.change.has_after();
  if (!seen.change.has_before() && hides) return std::nullopt;
  if (!eyes.SeeWhat(kept.seen_now) && !hides) return std::nullopt;
  return seen;
}

absl::StatusOr<v1::ExplainResponse> Explain(const filter::Viewer& caller, const Handles& handles,
                                            const v1::ExplainRequest& sent) {
  v1::ExplainRequest request = sent;
  FieldErrors errors;
  text::BringToForm(&request, errors);
  Check(request, errors);
  CheckLanguage(request.language(), errors);
  RETURN_IF_ERROR(errors.ToStatus());
  const std::string subscriber(store::RootOf(request.parent()));
  ASSIGN_OR_RETURN(const Eyes own, EyesOf(caller, handles, subscriber));
  const text::Language language = LanguageFor(handles, subscriber, request.language());
  const Eyes shown = caller.operator_ ? Eyes() : own;
  v1::ExplainResponse answer;
  bool cut = false;
  ASSIGN_OR_RETURN(const std::vector<v1::Subscription> subscriptions,
                   SubscriptionsOf(handles, request.parent(), &cut));
  const bool one = kSubscriptionName.Matches(request.parent());
  ASSIGN_OR_RETURN(const RecordPage kept, handles.ledger->Read([&](sql::Connection& connection) {
    return ListRecords(connection, {.id = request.change(),
                                    .resource = request.resource(),
                                    .limit = request.change().empty() ? kLookedAt : 1});
  }));
  int changes = 0;
  for (const SeenRecord& record : kept.records) {
    const std::optional<KeptRecord> seen = Seen(shown, record);
    if (!seen) continue;
    if (changes == (one ? kMostChanges : 1)) {
      cut = true;
      break;
    }
    ++changes;
    for (const v1::Subscription& subscription : subscriptions) {
      ASSIGN_OR_RETURN(*answer.add_explanations(),
                       One(handles, own, language, subscription, record, *seen).Explain(one));
    }
  }
  if (changes == 0) {
    return NothingKept(request);
  }
  answer.set_cut(cut);
  return answer;
}

}  // namespace clusterwire::notification
