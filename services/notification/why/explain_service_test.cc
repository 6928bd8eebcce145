// Why something came or didn't, and what would come, asked over the wire.

#include <memory>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include "clusterwire/notification/v1/explain.grpc.pb.h"

#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/testing/client_call.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/testing/test_api.h"
#include "services/notification/why/previewer.h"

namespace clusterwire::notification {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

template <typename T>
T Read(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// A cluster in Saxony, as Facts.
constexpr char kInSaxony[] =
    "type: 'cluster' name: 'clusters/a' title: 'A' state: 'published' "
    "codes: 'nuts:DE' codes: 'nuts:DED' titles { value: 'nuts:DED' title: 'Saxony' }";
constexpr char kInBavaria[] =
    "type: 'cluster' name: 'clusters/a' title: 'A' state: 'published' "
    "codes: 'nuts:DE' codes: 'nuts:DE2' titles { value: 'nuts:DE2' title: 'Bavaria' }";

class ExplainApi : public testing::Test {
 protected:
  ExplainApi() : stub_(v1::ExplainService::NewStub(rpc::MakeChannel(api_.address()))) {
    api_.domain.AddSubscriber("x");
    api_.domain.AddSubscriber("y");
  }

  // Makes one of "subscribers/x" and gives its name.
  std::string Subscribe(const std::string& id, const std::string& text,
                        const std::string& endpoint = "subscribers/x/endpoints/inbox") {
    auto subscription = Read<v1::Subscription>(text);
    subscription.set_endpoint(endpoint);
    const std::string name = api_.domain.AddSubscription("subscribers/x", id, subscription).name();
    api_.domain.CatchUp();
    api_.domain.clock.Advance(absl::Seconds(1));
    return name;
  }
  // Keeps a change of clusters/a from `before` to `after`, and gives its ce_id.
  std::string Keep(const std::string& before, const std::string& after,
                   const std::string& kind = "cluster.updated", bool quiet = false) {
    ++revision_;
    KeptRecord record;
    record.id = absl::StrCat("h:", revision_, ":1");
    record.received = api_.domain.clock.Now();
    change::v1::ResourceChanged& change = record.change;
    change.set_history_id("h");
    change.set_revision(revision_);
    change.set_ordinal(1);
    change.set_name("clusters/a");
    change.set_root("clusters/a");
    change.set_kind(kind);
    change.set_quiet(quiet);
    if (!before.empty()) *change.mutable_before() = Read<type::v1::Facts>(before);
    if (!after.empty()) *change.mutable_after() = Read<type::v1::Facts>(after);
    EXPECT_THAT(api_.ledger->Write([&](sql::Connection& connection) -> absl::Status {
      RETURN_IF_ERROR(Records(connection).Keep(record, {.closed = true}).status());
      return Records(connection).NoteNewest(change).status();
    }),
                IsOk());
    api_.domain.clock.Advance(absl::Seconds(1));
    return record.id;
  }
  // What ingest makes of a match.
  void Deliver(const std::string& subscription, const std::string& change,
               const std::string& suppressed = "") {
    const PendingDelivery row = {.name = DeliveryName(subscription, change),
                                 .change_id = change,
                                 .root = "clusters/a",
                                 .subscription = subscription,
                                 .subscription_made = WhenMade(*api_.domain.subscriptions->Get(
                                     Reading(AsOperator()), subscription)),
                                 .endpoint = "subscribers/x/endpoints/inbox",
                                 .transition = v1::TRANSITION_CHANGED,
                                 .sequence = revision_,
                                 .created = api_.domain.clock.Now()};
    EXPECT_THAT(api_.ledger->Write([&](sql::Connection& connection) {
      return Deliveries(connection).Insert({&row, 1}, suppressed);
    }),
                IsOk());
  }

  absl::StatusOr<v1::ExplainResponse> Explain(const std::string& parent, const std::string& change,
                                              const std::string& view_as = "",
                                              const std::string& resource = "") {
    v1::ExplainRequest request;
    request.set_parent(parent);
    request.set_change(change);
    request.set_resource(resource);
    return Call<v1::ExplainResponse>(&v1::ExplainService::Stub::Explain, request, view_as);
  }
  // Of one subscription and change.
  v1::Explanation Of(const std::string& subscription, const std::string& change,
                     const std::string& view_as = "subscribers/x") {
    const auto answer = Explain(subscription, change, view_as);
    EXPECT_THAT(answer, IsOk());
    return answer.ok() && answer->explanations_size() == 1 ? answer->explanations(0)
                                                           : v1::Explanation();
  }
  absl::StatusOr<v1::PreviewResponse> Preview(const std::string& subscription,
                                              const std::string& view_as = "subscribers/x",
                                              const std::string& language = "") {
    v1::PreviewRequest request;
    request.set_language(language);
    request.set_parent("subscribers/x");
    *request.mutable_subscription() = Read<v1::Subscription>(subscription);
    return Call<v1::PreviewResponse>(&v1::ExplainService::Stub::Preview, request, view_as);
  }
  template <typename Response, typename Method, typename Request>
  absl::StatusOr<Response> Call(Method method, const Request& request, const std::string& view_as) {
    return rpc::CallOnce<Response>(*stub_, method, request, view_as);
  }

  TestApi api_;
  std::unique_ptr<v1::ExplainService::Stub> stub_;
  int revision_ = 0;
};

TEST_F(ExplainApi, WhatDidNotMatchNamesTheClauseInWords) {
  const std::string saxony = Subscribe("saxony", "filter { regions: 'nuts:DED' types: 'cluster' }");
  const v1::Explanation told = Of(saxony, Keep("", kInBavaria, "cluster.created"));
  EXPECT_THAT(told.summary(),
              AllOf(HasSubstr("No delivery: the filter doesn't match"), HasSubstr("nuts:DED")));
  EXPECT_EQ(told.transition(), v1::TRANSITION_UNSPECIFIED);
  EXPECT_EQ(told.before_size(), 0);
  std::string clauses;
  for (const auto& clause : told.after()) {
    absl::StrAppend(&clauses, clause.field(), clause.matched() ? " yes; " : " no; ");
  }
  EXPECT_EQ(clauses, "audience yes; types yes; regions no; ");
  EXPECT_EQ(told.resource_title(), "A");
  EXPECT_EQ(told.gates_size(), 0);
  EXPECT_FALSE(told.would_send_now());
}

TEST_F(ExplainApi, WhatIsDeliveredHasItsDeliveryAndWhatEachGateSaysNow) {
  const std::string all = Subscribe("all", "filter { types: 'cluster' }");
  const std::string change = Keep(kInBavaria, kInSaxony);
  Deliver(all, change);
  const v1::Explanation told = Of(all, change);
  EXPECT_EQ(told.delivery().name(), DeliveryName(all, change));
  EXPECT_EQ(told.transition(), v1::TRANSITION_CHANGED);
  EXPECT_THAT(told.summary(), HasSubstr("To be handed over"));
  EXPECT_TRUE(told.would_send_now());
  ASSERT_GT(told.gates_size(), 2);
  EXPECT_EQ(told.gates(0).name(), "wanted");
  for (const auto& gate : told.gates()) {
    EXPECT_EQ(gate.answer(), v1::Explanation::Gate::ANSWER_GO) << gate.name();
  }
}

TEST_F(ExplainApi, AnswersInTheLanguageThatIsAskedForOrThatTheSubscriberReads) {
  const std::string saxony = Subscribe("saxony", "filter { regions: 'nuts:DED' }");
  const std::string all = Subscribe("all", "filter { types: 'cluster' }");
  const std::string change = Keep("", kInBavaria, "cluster.created");
  Deliver(all, change, "superseded");
  constexpr char kNoSaxony[] =
      "Keine Nachricht: der Filter trifft nicht zu, denn es liegt in nuts:DE und Bavaria "
      "(nuts:DE2); gefragt ist nuts:DED.";
  v1::ExplainRequest request;
  request.set_parent(saxony);
  request.set_change(change);
  request.set_language("DE-at");
  const auto asked = [&] {
    return Call<v1::ExplainResponse>(&v1::ExplainService::Stub::Explain, request, "subscribers/x")
        ->explanations(0);
  };
  EXPECT_THAT(asked().summary(), HasSubstr(kNoSaxony));
  request.clear_language();
  EXPECT_THAT(asked().summary(), HasSubstr("No delivery: "));

  v1::Subscriber reader = Read<v1::Subscriber>("name: 'subscribers/x' language: 'de'");
  google::protobuf::FieldMask mask;
  mask.add_paths("language");
  ASSERT_THAT(api_.domain.subscribers->Update(AsOperator(), reader, mask), IsOk());
  EXPECT_THAT(asked().summary(), HasSubstr(kNoSaxony));
  request.set_parent(all);
  EXPECT_EQ(
      asked().summary(),
      "Unterdrückt: überholt: eine neuere Änderung kam früher an. Geschähe es jetzt, würde es "
      "gesendet.");
  request.set_language("en");
  EXPECT_THAT(asked().summary(), HasSubstr("Suppressed: superseded. If it happened now"));
  request.set_language("not a language");
  EXPECT_THAT(Call<v1::ExplainResponse>(&v1::ExplainService::Stub::Explain, request, ""),
              HasFieldError("language"));
  EXPECT_THAT(Preview("", "subscribers/x", "not a language"), HasFieldError("language"));

  for (int i = 0; i < 19; ++i) Keep(kInSaxony, kInSaxony);
  const auto preview = Preview("filter { types: 'cluster' }");
  EXPECT_THAT(preview->warnings(), Contains(HasSubstr("fast alles passt: 20 von 20")));
  EXPECT_THAT(preview->latest(0).reasons(), Contains(HasSubstr("ein")));
  EXPECT_THAT(Preview("filter { types: 'cluster' }", "subscribers/x", "en")->warnings(),
              Contains(HasSubstr("matches nearly everything")));
}

TEST_F(ExplainApi, WhatWasSuppressedSaysWhy) {
  const std::string all = Subscribe("all", "filter { types: 'cluster' }");
  const std::string change = Keep(kInBavaria, kInSaxony);
  Deliver(all, change, "superseded");
  EXPECT_THAT(Of(all, change).summary(), HasSubstr("Suppressed: superseded."));
}

TEST_F(ExplainApi, WhatWasNotAskedForSaysByWhat) {
  const std::string entered = Subscribe("entered", "transitions: TRANSITION_ENTERED");
  const std::string label = Subscribe("label", "kinds: 'label.awarded'");
  const std::string loud = Subscribe("loud", "filter { types: 'cluster' }");
  const std::string change = Keep(kInBavaria, kInSaxony);
  EXPECT_THAT(Of(entered, change).summary(), HasSubstr("none of its transitions"));
  EXPECT_EQ(Of(entered, change).transition(), v1::TRANSITION_CHANGED);
  EXPECT_THAT(Of(label, change).unwanted(), HasSubstr("none of its kinds"));
  const std::string quiet = Keep(kInBavaria, kInSaxony, "cluster.updated", /*quiet=*/true);
  EXPECT_THAT(Of(loud, quiet).summary(), HasSubstr("a quiet one"));
}

TEST_F(ExplainApi, WhatCameBeforeOrWhileItWasAnotherSubscriptionSaysSoAndWhetherItWouldComeNow) {
  const std::string early = Keep("", kInSaxony, "cluster.created");
  const std::string late = Subscribe("late", "filter { regions: 'nuts:DED' }");
  EXPECT_THAT(Of(late, early).summary(), AllOf(HasSubstr("came before the subscription was made"),
                                               HasSubstr("If it happened now, it would be sent.")));
  EXPECT_TRUE(Of(late, early).would_send_now());

  const std::string missed = Keep("", kInSaxony, "cluster.created");
  v1::Subscription changed = Read<v1::Subscription>("title: 'Other'");
  changed.set_name(late);
  ASSERT_THAT(api_.domain.subscriptions->Update(AsOperator(), changed, {}), IsOk());
  EXPECT_THAT(Of(late, missed).summary(), HasSubstr("changed since"));

  const std::string saved = Subscribe("saved", "filter { regions: 'nuts:DED' }", "");
  const v1::Explanation told = Of(saved, Keep("", kInSaxony, "cluster.created"));
  EXPECT_THAT(told.summary(), AllOf(HasSubstr("a saved search sends nothing"),
                                    HasSubstr("it would not be sent: a saved search")));
  EXPECT_FALSE(told.would_send_now());
}

TEST_F(ExplainApi, WhatTheSubscriberDoesNotSeeIsLikeWhatIsNotThere) {
  const std::string all = Subscribe("all", "filter { types: 'cluster' }");
  const std::string draft = absl::StrCat(kInSaxony, " audience { members: 'clusters/a' }");
  const std::string hidden = Keep("", draft, "cluster.created");
  const auto asked = Explain(all, hidden, "subscribers/x");
  EXPECT_THAT(asked, StatusIs(absl::StatusCode::kNotFound));
  const auto nothing = Explain(all, "h:99:1", "subscribers/x");
  EXPECT_EQ(std::string(asked.status().message()).find("h:1:1") != std::string::npos,
            std::string(nothing.status().message()).find("h:99:1") != std::string::npos);
  EXPECT_THAT(Explain(all, "", "subscribers/x", "clusters/a"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Preview("filter { types: 'cluster' }")->looked_at(), 0);
  // An operator sees why: the viewer's rights are a clause.
  EXPECT_THAT(Of(all, hidden, "").summary(), HasSubstr("may not be seen"));
}

TEST_F(ExplainApi, WhatWasPublicAndIsHiddenSinceIsToldOfTheChangeAloneThatHidIt) {
  const std::string all = Subscribe("all", "filter { types: 'cluster' }");
  const std::string draft = absl::StrCat(kInSaxony, " audience { members: 'clusters/a' }");
  const std::string before = Keep("", kInSaxony, "cluster.created");
  const std::string hides = Keep(kInSaxony, draft);
  EXPECT_THAT(Explain(all, before, "subscribers/x"), StatusIs(absl::StatusCode::kNotFound));
  const v1::Explanation told = Of(all, hides);
  EXPECT_EQ(told.transition(), v1::TRANSITION_LEFT);
  EXPECT_EQ(told.after_size(), 0);
  EXPECT_GT(told.before_size(), 0);
}

TEST_F(ExplainApi, AResourceIsItsNewestChangesAndASubscriberAllItsSubscriptions) {
  const std::string one = Subscribe("one", "filter { regions: 'nuts:DED' }");
  const std::string two = Subscribe("two", "filter { regions: 'nuts:DE2' }");
  for (int i = 0; i < 6; ++i) Keep(kInBavaria, kInSaxony);
  const auto changes = Explain(one, "", "subscribers/x", "clusters/a");
  ASSERT_THAT(changes, IsOk());
  ASSERT_EQ(changes->explanations_size(), 5);
  EXPECT_TRUE(changes->cut());
  EXPECT_EQ(changes->explanations(0).change(), "h:6:1");
  const auto both = Explain("subscribers/x", "", "subscribers/x", "clusters/a");
  ASSERT_EQ(both->explanations_size(), 2);
  EXPECT_EQ(both->explanations(0).transition(), v1::TRANSITION_ENTERED);
  EXPECT_EQ(both->explanations(1).transition(), v1::TRANSITION_LEFT);
}

TEST_F(ExplainApi, OnlyItsOwnCallerAndOperatorsAskAboutASubscriber) {
  const std::string all = Subscribe("all", "filter { types: 'cluster' }");
  const std::string change = Keep("", kInSaxony, "cluster.created");
  EXPECT_THAT(Explain(all, change, "subscribers/y"), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Preview("", "subscribers/y"), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Explain("subscribers/none", change), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Explain("clusters/a", ""), AllOf(HasFieldError("parent"), HasFieldError("change")));
  EXPECT_THAT(Explain(all, change, "", "clusters/a"), HasFieldError("change"));
  // It may well be there: what is kept of it here is what was looked for.
  EXPECT_THAT(std::string(Explain(all, "", "", "clusters/b").status().message()),
              HasSubstr("no change of clusters/b is kept here"));
  v1::PreviewRequest without;
  without.set_parent("subscribers/x");
  EXPECT_THAT(Call<v1::PreviewResponse>(&v1::ExplainService::Stub::Preview, without, ""),
              HasFieldError("subscription"));
}

TEST_F(ExplainApi, APreviewCountsWhatIsKeptAndShowsTheLatestFive) {
  for (int i = 0; i < 20; ++i) {
    Keep(i % 2 == 0 ? kInSaxony : kInBavaria, kInBavaria);
    api_.domain.clock.Advance(absl::Hours(24));
  }
  const auto left = Preview("filter { regions: 'NUTS:ded' } transitions: TRANSITION_LEFT");
  ASSERT_THAT(left, IsOk());
  EXPECT_EQ(left->looked_at(), 20);
  EXPECT_EQ(left->matched(), 10);
  EXPECT_EQ(left->per_week(), 4);
  EXPECT_FALSE(left->cut());
  ASSERT_EQ(left->latest_size(), 5);
  EXPECT_EQ(left->latest(0).change(), "h:19:1");
  EXPECT_EQ(left->latest(0).transition(), v1::TRANSITION_LEFT);
  EXPECT_THAT(left->latest(0).reasons(), ElementsAre(HasSubstr("Saxony (nuts:DED)")));
  EXPECT_THAT(Preview("filter { types: 'cluster' }")->warnings(),
              Contains(HasSubstr("matches nearly everything: 20 of 20")));
  EXPECT_THAT(Preview("filter { types: 'event' }")->warnings(),
              Contains(HasSubstr("none of the 20 changes")));
  EXPECT_THAT(Preview("")->warnings(), Contains(HasSubstr("asks about everything")));
}

TEST_F(ExplainApi, APreviewRefusesWhatCreationRefusesAndWarnsOfWhatCanNeverMatch) {
  EXPECT_THAT(
      Preview("kinds: 'label.awardet' filter { types: 'clusta' }"),
      AllOf(HasFieldError("subscription.kinds[0]"), HasFieldError("subscription.filter.types[0]")));
  EXPECT_THAT(
      Preview("filter { regions: 'nuts:DED' none_of { regions: 'nuts:DED' regions: 'nuts:DE2' } }")
          ->warnings(),
      Contains(HasSubstr("filter.none_of[0]: it excludes all")));
  EXPECT_EQ(WhyNever(Read<type::v1::Filter>(
                         "regions: 'nuts:DED' none_of { regions: 'nuts:DED' types: 'event' }"),
                     text::Language::kEnglish),
            "");
  EXPECT_THAT(
      WhyNever(Read<type::v1::Filter>("none_of { types: 'event' }"), text::Language::kEnglish),
      IsEmpty());
}

}  // namespace
}  // namespace clusterwire::notification
