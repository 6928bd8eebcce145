#include "services/notification/consent/consents.h"

#include <gmock/gmock.h>

#include "libs/base/status/error.h"
#include "libs/base/testing/status_matchers.h"
#include "services/notification/consent/testing/consent_fixture.h"
#include "services/notification/ledger/consent/erasures.h"

namespace clusterwire::notification {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class ConsentsTest : public ConsentFixture {};
INSTANTIATE_TEST_SUITE_P(Both, ConsentsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(ConsentsTest, AnAddressIsConfirmedByItsPageAndTheProofSaysWhoAskedAndWhoConfirmed) {
  const v1::Endpoint endpoint = AddMailbox("me");
  EXPECT_FALSE(endpoint.email().has_verify_time());
  EXPECT_EQ(endpoint.email().ask().subject(), "corp:anna");
  const v1::Subscription subscription = Subscribe(AsOwner(), "labels", endpoint);
  EXPECT_EQ(subscription.consent().state(), v1::Consent::STATE_WAITING)
      << "the address may be anybody's";
  const std::string mail = MakeMails();
  const auto asks = OpenIn(mail);
  ASSERT_THAT(asks, SizeIs(1));
  EXPECT_THAT(asks[0].subscriptions, ElementsAre("News of labels"));
  EXPECT_EQ(asks[0].asked_by, "corp:anna");
  EXPECT_EQ(asks[0].network, "ipv4:192.0.2.7");
  EXPECT_FALSE(GetEndpoint(endpoint.name()).email().has_verify_time()) << "looking does nothing";

  ConfirmAll(mail);
  EXPECT_TRUE(GetEndpoint(endpoint.name()).email().has_verify_time());
  EXPECT_EQ(ConsentOf(subscription.name()).state(), v1::Consent::STATE_GIVEN);
  EXPECT_EQ(ConsentOf(subscription.name()).way(), v1::Consent::WAY_CONFIRMATION);
  const auto proofs = ProofsOf("subscribers/x");
  EXPECT_THAT(proofs, SizeIs(4));
  EXPECT_THAT(proofs, Contains(testing::AllOf(Field(&Proof::event, Proof::Event::kAsked),
                                              Field(&Proof::subject, "corp:anna"),
                                              Field(&Proof::network, "ipv4:192.0.2.7"))));
  EXPECT_THAT(proofs, Contains(testing::AllOf(Field(&Proof::event, Proof::Event::kConfirmed),
                                              Field(&Proof::subscription, subscription.name()),
                                              Field(&Proof::network, "ipv4:198.51.100.9"),
                                              Field(&Proof::text, kConfirmPageText))));
  EXPECT_THAT(consents_.Confirm(mail, asks[0].id, store_.clock.Now(), ""), IsOk()) << "once more";
  EXPECT_THAT(ProofsOf("subscribers/x"), SizeIs(4));
}

TEST_P(ConsentsTest, WhatWasAddedAfterThePageWasShownIsNotConfirmedByIt) {
  const v1::Endpoint endpoint = AddMailbox("me");
  const std::string mail = MakeMails();
  const absl::Time shown = store_.clock.Now();
  const auto asks = OpenIn(mail);
  ASSERT_THAT(asks, SizeIs(1));
  store_.clock.Advance(absl::Seconds(1));
  const v1::Subscription later = Subscribe(AsOperator(), "later", endpoint);
  EXPECT_THAT(consents_.Confirm(mail, asks[0].id, shown, ""), IsOk());
  EXPECT_EQ(ConsentOf(later.name()).state(), v1::Consent::STATE_WAITING);
  EXPECT_TRUE(GetEndpoint(endpoint.name()).email().has_verify_time());
}

TEST_P(ConsentsTest, AfterSevenDaysALinkConfirmsNothing) {
  const v1::Endpoint endpoint = AddMailbox("me");
  const std::string mail = MakeMails();
  const auto asks = OpenIn(mail);
  store_.clock.Advance(Ask::kLife);
  EXPECT_TRUE(absl::IsNotFound(consents_.ViewAsks(mail).status()));
  EXPECT_TRUE(absl::IsNotFound(consents_.Confirm(mail, asks[0].id, store_.clock.Now(), "")));
  EXPECT_FALSE(GetEndpoint(endpoint.name()).email().has_verify_time());
  EXPECT_EQ(MakeMails(), "") << "nor does another mail go out by itself";
}

TEST_P(ConsentsTest, OneMailCannotConfirmWhatAnotherAddressIsAsked) {
  AddMailbox("me");
  const std::string of_anna = MakeMails();
  const v1::Endpoint bert = AddMailbox("bert", "bert@example.org");
  const std::string of_bert = MakeMails();
  const auto asks = OpenIn(of_bert);
  ASSERT_THAT(asks, SizeIs(1));
  EXPECT_TRUE(absl::IsNotFound(consents_.Confirm(of_anna, asks[0].id, store_.clock.Now(), "")));
  EXPECT_FALSE(GetEndpoint(bert.name()).email().has_verify_time());
}

TEST_P(ConsentsTest, TheOwnersOwnSubscriptionIsConsentAndOneOfAnOperatorWaits) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  const v1::Subscription own = Subscribe(AsOwner(), "own", endpoint);
  EXPECT_EQ(own.consent().state(), v1::Consent::STATE_GIVEN);
  EXPECT_EQ(own.consent().way(), v1::Consent::WAY_CALL);
  EXPECT_EQ(own.consent().subject(), "corp:anna");
  const v1::Subscription others = Subscribe(AsOperator(), "others", endpoint);
  EXPECT_EQ(others.consent().state(), v1::Consent::STATE_WAITING);
  // An operator who acts as the owner does isn't the owner.
  EXPECT_EQ(Subscribe(As("subscribers/x"), "viewed", endpoint).consent().state(),
            v1::Consent::STATE_WAITING);
  EXPECT_EQ(MakeMails(), "") << "the address got its mail for today";
  store_.clock.Advance(absl::Hours(24));
  const std::string mail = MakeMails();
  EXPECT_THAT(OpenIn(mail), SizeIs(2));
  ConfirmAll(mail);
  EXPECT_EQ(ConsentOf(others.name()).state(), v1::Consent::STATE_GIVEN);
}

TEST_P(ConsentsTest, WhatSomebodyElseMakesOfASubscriptionNeedsConsentAnew) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  v1::Subscription own = Subscribe(AsOwner(), "own", endpoint);
  const auto update = [&](const WriteCall& call, const char* type) {
    v1::Subscription next;
    next.set_name(own.name());
    next.mutable_filter()->add_types(type);
    google::protobuf::FieldMask mask;
    mask.add_paths("filter");
    EXPECT_THAT(store_.subscriptions->Update(call, next, mask), IsOk());
    return ConsentOf(own.name()).state();
  };
  EXPECT_EQ(update(AsOwner(), "event"), v1::Consent::STATE_GIVEN);
  EXPECT_EQ(update(AsOperator(), "event"), v1::Consent::STATE_GIVEN) << "nothing changed";
  EXPECT_EQ(update(AsOperator(), "cluster"), v1::Consent::STATE_WAITING);
}

TEST_P(ConsentsTest, UnsubscribingEndsItAtOnceAndForGood) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  const v1::Subscription own = Subscribe(AsOwner(), "own", endpoint);
  const v1::Subscription stays = Subscribe(AsOwner(), "stays", endpoint);
  const Links::Target target = {own.name(), WhenMade(own)};
  store_.clock.Advance(absl::Minutes(1));
  EXPECT_THAT(consents_.Unsubscribe(target, "ipv4:198.51.100.9"), IsOk());
  EXPECT_EQ(ConsentOf(own.name()).state(), v1::Consent::STATE_WITHDRAWN);
  EXPECT_EQ(ConsentOf(stays.name()).state(), v1::Consent::STATE_GIVEN);
  EXPECT_THAT(suppressed(), ElementsAre(own.name() + " consent: unsubscribed"));
  EXPECT_THAT(ProofsOf("subscribers/x"),
              testing::AllOf(Contains(Field(&Proof::event, Proof::Event::kGiven)),
                             Contains(Field(&Proof::event, Proof::Event::kWithdrawn))));
  const size_t proofs = ProofsOf("subscribers/x").size();
  EXPECT_THAT(consents_.Unsubscribe(target, ""), IsOk()) << "a replayed click";
  EXPECT_THAT(ProofsOf("subscribers/x"), SizeIs(proofs));

  // Its owner's own change doesn't bring it back: a mail has to be answered.
  v1::Subscription next;
  next.set_name(own.name());
  next.mutable_filter()->add_types("event");
  google::protobuf::FieldMask mask;
  mask.add_paths("filter");
  EXPECT_THAT(store_.subscriptions->Update(AsOwner(), next, mask), IsOk());
  EXPECT_EQ(ConsentOf(own.name()).state(), v1::Consent::STATE_WITHDRAWN);
  store_.clock.Advance(absl::Hours(24));
  EXPECT_THAT(consents_.Request(AsOwner(), own.name()), IsOk());
  EXPECT_EQ(ConsentOf(own.name()).state(), v1::Consent::STATE_WAITING);
}

TEST_P(ConsentsTest, AnAskThatWasWithdrawnMeanwhileIsNotConfirmedByItsOldMail) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  const v1::Subscription others = Subscribe(AsOperator(), "others", endpoint);
  store_.clock.Advance(absl::Hours(24));
  const std::string mail = MakeMails();
  const auto asks = OpenIn(mail);
  ASSERT_THAT(asks, SizeIs(1));
  EXPECT_THAT(consents_.Unsubscribe({others.name(), WhenMade(others)}, ""), IsOk());
  EXPECT_TRUE(absl::IsNotFound(consents_.Confirm(mail, asks[0].id, store_.clock.Now(), "")));
  EXPECT_EQ(ConsentOf(others.name()).state(), v1::Consent::STATE_WITHDRAWN);
}

TEST_P(ConsentsTest, APreferencesPageShowsAndEndsAllThatGoesToTheAddress) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  Subscribe(AsOwner(), "a", endpoint);
  // The same address in other letters, at another subscriber of hers.
  store_.AddSubscriber("y", "corp:anna");
  v1::Endpoint other;
  other.mutable_email()->set_address("Anna@example.org");
  const auto made = store_.endpoints->Create(AsOperator(), "subscribers/y", other, "me");
  ASSERT_THAT(made, IsOk());
  v1::Subscription subscription;
  subscription.set_title("Other");
  subscription.set_endpoint(made->name());
  ASSERT_THAT(store_.subscriptions->Create(AsOperator(), "subscribers/y", subscription, "b"),
              IsOk());
  const Links::Target target = {endpoint.name(), WhenMade(endpoint)};
  auto view = consents_.ViewAddress(target);
  ASSERT_THAT(view, IsOk());
  EXPECT_THAT(view->subscriptions, SizeIs(1)) << "nobody confirmed the other one";
  store_.clock.Advance(absl::Hours(24));
  ConfirmAll(MakeMails());
  view = consents_.ViewAddress(target);
  ASSERT_THAT(view, IsOk());
  EXPECT_THAT(view->subscriptions,
              UnorderedElementsAre(Field(&ShownSubscription::title, "News of a"),
                                   Field(&ShownSubscription::title, "Other")));
  EXPECT_THAT(consents_.Unsubscribe(target, "subscribers/z/subscriptions/nobody", ""), IsOk());
  EXPECT_THAT(suppressed(), IsEmpty()) << "what isn't on the page isn't touched";
  EXPECT_THAT(consents_.Unsubscribe(target, "", ""), IsOk());
  view = consents_.ViewAddress(target);
  for (const ShownSubscription& one : view->subscriptions) {
    EXPECT_EQ(one.state, v1::Consent::STATE_WITHDRAWN) << one.name;
  }
  EXPECT_THAT(consents_.SetLanguage(target, text::Language::kGerman), IsOk());
  EXPECT_EQ(consents_.ViewAddress(target)->language, "de");
}

TEST_P(ConsentsTest, ALinkOfWhatIsGoneOrMadeAnewDoesNothing) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  const v1::Subscription old = Subscribe(AsOwner(), "own", endpoint);
  const Links::Target target = {old.name(), WhenMade(old)};
  ASSERT_THAT(store_.subscriptions->Delete(AsOwner(), old.name(), ""), IsOk());
  EXPECT_THAT(consents_.Unsubscribe(target, ""), IsOk());
  EXPECT_TRUE(consents_.ViewSubscription(target)->gone);
  store_.clock.Advance(absl::Seconds(1));
  Subscribe(AsOwner(), "own", endpoint);
  EXPECT_THAT(consents_.Unsubscribe(target, ""), IsOk());
  EXPECT_EQ(ConsentOf(old.name()).state(), v1::Consent::STATE_GIVEN) << "another one of that name";
}

TEST_P(ConsentsTest, AMailsLinkEndsNothingThatGoesToAnotherMailbox) {
  const v1::Endpoint hers = AddMailbox("me");
  ConfirmAll(MakeMails());
  const v1::Subscription own = Subscribe(AsOwner(), "own", hers);
  store_.clock.Advance(absl::Hours(24));
  const v1::Endpoint another = AddMailbox("another", "mallory@example.org");
  ConfirmAll(MakeMails());
  v1::Subscription moved = Subscribe(AsOwner(), "moved", another);
  const Links::Target target = {moved.name(), WhenMade(moved), another.name(), WhenMade(another)};
  const Links::Target unbound = {moved.name(), WhenMade(moved)};

  // Now it goes to an unconfirmed endpoint with her address.
  store_.clock.Advance(absl::Minutes(1));
  const v1::Endpoint entered = AddMailbox("entered");
  const auto move_to = [&](const v1::Endpoint& endpoint) {
    v1::Subscription next;
    next.set_name(moved.name());
    next.set_endpoint(endpoint.name());
    google::protobuf::FieldMask mask;
    mask.add_paths("endpoint");
    EXPECT_THAT(store_.subscriptions->Update(AsOwner(), next, mask), IsOk());
    store_.CatchUp();
  };
  move_to(entered);
  EXPECT_TRUE(consents_.ViewSubscription(target)->gone) << "nothing goes by it to who holds it";
  EXPECT_THAT(consents_.UnsubscribeAllOf(target, ""), IsOk());
  EXPECT_THAT(consents_.UnsubscribeAllOf(unbound, ""), IsOk());
  EXPECT_EQ(ConsentOf(own.name()).state(), v1::Consent::STATE_GIVEN);
  const auto view = consents_.ViewAddress({entered.name(), WhenMade(entered)});
  ASSERT_THAT(view, IsOk());
  EXPECT_THAT(view->subscriptions, SizeIs(1)) << "nor is shown what goes to the address";

  // The same to one that she did confirm.
  move_to(hers);
  EXPECT_THAT(consents_.Unsubscribe(target, ""), IsOk());
  EXPECT_THAT(consents_.UnsubscribeAllOf(target, ""), IsOk());
  EXPECT_NE(ConsentOf(moved.name()).state(), v1::Consent::STATE_WITHDRAWN);
  EXPECT_EQ(ConsentOf(own.name()).state(), v1::Consent::STATE_GIVEN);
}

TEST_P(ConsentsTest, AfterAWithdrawalTheSubscribersCallsGiveNoConsentUntilAMailIsAnswered) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  const v1::Subscription own = Subscribe(AsOwner(), "own", endpoint);
  const v1::Endpoint other = AddMailbox("other", "other@example.org");
  ConfirmAll(MakeMails());
  EXPECT_THAT(consents_.Unsubscribe({endpoint.name(), WhenMade(endpoint)}, "", ""), IsOk());
  const auto move_to = [&](const std::string& to) {
    v1::Subscription next;
    next.set_name(own.name());
    next.set_endpoint(to);
    google::protobuf::FieldMask mask;
    mask.add_paths("endpoint");
    EXPECT_THAT(store_.subscriptions->Update(AsOwner(), next, mask), IsOk());
  };
  // Neither by going elsewhere and coming back, …
  for (const std::string& way : {other.name(), InboxNameOf("subscribers/x")}) {
    move_to(way);
    move_to(endpoint.name());
    EXPECT_EQ(ConsentOf(own.name()).state(), v1::Consent::STATE_WAITING) << way;
  }
  // … nor by another one.
  const v1::Subscription later = Subscribe(AsOwner(), "later", endpoint);
  EXPECT_EQ(ConsentOf(later.name()).state(), v1::Consent::STATE_WAITING);
  store_.clock.Advance(absl::Hours(24));
  ConfirmAll(MakeMails());
  EXPECT_EQ(ConsentOf(later.name()).state(), v1::Consent::STATE_GIVEN);
  EXPECT_EQ(ConsentOf(Subscribe(AsOwner(), "then", endpoint).name()).state(),
            v1::Consent::STATE_GIVEN);
}

TEST_P(ConsentsTest, ToBeInvitedIsMoreThanWhatWasConsentedTo) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  const v1::Subscription own = Subscribe(AsOwner(), "own", endpoint);
  v1::Subscription next;
  next.set_name(own.name());
  next.set_calendar(v1::CALENDAR_MODE_INVITE);
  google::protobuf::FieldMask mask;
  mask.add_paths("calendar");
  EXPECT_THAT(store_.subscriptions->Update(AsOperator(), next, mask), IsOk());
  EXPECT_EQ(ConsentOf(own.name()).state(), v1::Consent::STATE_WAITING);
}

TEST_P(ConsentsTest, ASignUpConfirmsNoOtherMailboxThatStandsInItsPlace) {
  const auto sign_up = [&] {
    ASSERT_THAT(consents_.SignUp(kAnna, text::Language::kEnglish, {"labels"}, ""), IsOk());
  };
  sign_up();
  ConfirmAll(MakeMails());
  const auto endpoints = store_.interests->EndpointsWith(kAnna);
  ASSERT_THAT(endpoints, SizeIs(1));
  const std::string name = endpoints[0]->name(), parent(store::RootOf(name));
  ASSERT_THAT(store_.subscriptions->Delete(AsOperator(), parent + "/subscriptions/labels", ""),
              IsOk());
  ASSERT_THAT(store_.endpoints->Delete(AsOperator(), name, ""), IsOk());
  v1::Endpoint other;
  other.mutable_email()->set_address("bert@example.org");
  ASSERT_THAT(store_.endpoints->Create(AsOperator(), parent, other, "mail"), IsOk());
  store_.clock.Advance(absl::Hours(24));
  sign_up();
  const std::string mail = MakeMails();
  for (const ShownAsk& ask : OpenIn(mail)) {
    if (ask.kind != Ask::Kind::kSignUp) continue;
    EXPECT_FALSE(consents_.Confirm(mail, ask.id, store_.clock.Now(), "").ok());
  }
  EXPECT_FALSE(GetEndpoint(name).email().has_verify_time());
}

TEST_P(ConsentsTest, WhoFollowsAClusterHearsOfItAlone) {
  ASSERT_THAT(consents_.SignUp(kAnna, text::Language::kGerman, {"about:clusters/x", "about:x"}, ""),
              IsOk());
  const std::string mail = MakeMails();
  const auto view = consents_.ViewAsks(mail);
  ASSERT_THAT(view, IsOk());
  ASSERT_THAT(view->asks, SizeIs(1));
  EXPECT_THAT(view->asks[0].subscriptions, ElementsAre("Alles über: x"));
  ConfirmAll(mail);
  const auto endpoints = store_.interests->EndpointsWith(kAnna);
  ASSERT_THAT(endpoints, SizeIs(1));
  const std::string parent(store::RootOf(endpoints[0]->name()));
  const auto subscriptions = store_.List(*store_.subscriptions, AsOperator(), {.parent = parent});
  ASSERT_THAT(subscriptions, IsOk());
  ASSERT_THAT(*subscriptions, SizeIs(1));
  EXPECT_THAT((*subscriptions)[0].filter().names(), ElementsAre("clusters/x"));
  EXPECT_EQ((*subscriptions)[0].consent().state(), v1::Consent::STATE_GIVEN);
  EXPECT_THAT(consents_.SignUp(kAnna, text::Language::kGerman, {"about:x"}, ""),
              HasFieldError("offers"));
}

TEST_P(ConsentsTest, SigningUpMakesNothingBeforeItIsConfirmed) {
  ASSERT_THAT(consents_.SignUp(kAnna, text::Language::kGerman, {"labels", "none", "events"},
                               "ipv4:203.0.113.5"),
              IsOk());
  const auto count = [&] { return store_.List(*store_.subscribers, AsOperator(), {})->size(); };
  EXPECT_EQ(count(), 1u);
  const std::string mail = MakeMails();
  const auto view = consents_.ViewAsks(mail);
  ASSERT_THAT(view, IsOk());
  EXPECT_EQ(view->language, "de");
  ASSERT_THAT(view->asks, SizeIs(1));
  EXPECT_THAT(view->asks[0].subscriptions, ElementsAre("Neue Labels", "Conferences"));
  EXPECT_EQ(count(), 1u);
  ConfirmAll(mail);
  EXPECT_EQ(count(), 2u);
  const auto endpoints = store_.interests->EndpointsWith(kAnna);
  ASSERT_THAT(endpoints, SizeIs(1));
  EXPECT_TRUE(endpoints[0]->email().has_verify_time());
  EXPECT_THAT(endpoints[0]->name(), testing::Not(testing::HasSubstr("anna")));
  const std::string parent(store::RootOf(endpoints[0]->name()));
  EXPECT_EQ(ConsentOf(parent + "/subscriptions/labels").state(), v1::Consent::STATE_GIVEN);
  EXPECT_EQ(ConsentOf(parent + "/subscriptions/events").state(), v1::Consent::STATE_GIVEN);
  EXPECT_THAT(ProofsOf(parent), Contains(Field(&Proof::network, "ipv4:203.0.113.5")));

  // Who unsubscribed and signs up again gets a mail again, and is back once it is answered.
  store_.clock.Advance(absl::Hours(24));
  EXPECT_THAT(consents_.Unsubscribe({endpoints[0]->name(), WhenMade(*endpoints[0])}, "", ""),
              IsOk());
  store_.clock.Advance(absl::Hours(1));
  ASSERT_THAT(consents_.SignUp(kAnna, text::Language::kGerman, {"labels"}, ""), IsOk());
  ConfirmAll(MakeMails());
  EXPECT_EQ(ConsentOf(parent + "/subscriptions/labels").state(), v1::Consent::STATE_GIVEN);
  EXPECT_EQ(ConsentOf(parent + "/subscriptions/events").state(), v1::Consent::STATE_WITHDRAWN);
  EXPECT_EQ(count(), 2u) << "the same subscriber";
}

TEST_P(ConsentsTest, ARepeatedRequestSaysWhenItsMailGoesOut) {
  const v1::Endpoint endpoint = AddMailbox("me");
  const absl::Time asked = store_.clock.Now();
  auto answer = consents_.Request(AsOwner(), endpoint.name());
  ASSERT_THAT(answer, IsOk());
  EXPECT_FALSE(answer->confirmed());
  EXPECT_EQ(ToTime(answer->mail_time()), asked);
  EXPECT_EQ(ToTime(answer->expire_time()), asked + absl::Hours(7 * 24));
  const v1::Endpoint second = AddMailbox("second");
  store_.clock.Advance(absl::Hours(1));
  answer = consents_.Request(AsOwner(), second.name());
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(ToTime(answer->mail_time()), asked + absl::Hours(24)) << "an address gets one a day";
  EXPECT_TRUE(absl::IsPermissionDenied(
      consents_.Request(As("subscribers/other"), endpoint.name()).status()));
  EXPECT_THAT(consents_.Request(AsOwner(), "subscribers/x/endpoints/inbox").status(),
              testing::Not(IsOk()));
}

TEST_P(ConsentsTest, WhatOthersHadAskedOfAnErasedAddressIsOver) {
  v1::Endpoint entered;
  entered.mutable_email()->set_address(kAnna);
  const auto made =
      store_.endpoints->Create(AsOperator(), "subscribers/x", entered, "by-an-operator");
  ASSERT_THAT(made, IsOk());
  store_.clock.Advance(absl::Minutes(1));
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return Erasures(connection).Remember(key_.Of(kAnna), store_.clock.Now());
  }),
              IsOk());
  store_.clock.Advance(absl::Hours(25));
  EXPECT_EQ(MakeMails(), "");
  EXPECT_THAT(consents_.Request(AsOperator(), made->name()).status(), ReasonIs("ADDRESS_ERASED"));
  EXPECT_EQ(MakeMails(), "");
  EXPECT_THAT(consents_.Request(AsOwner(), made->name()), IsOk());
}

TEST_P(ConsentsTest, AnErasedAddressIsRefusedToOperatorsAndNotToItsOwner) {
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return Erasures(connection).Remember(key_.Of(kAnna), store_.clock.Now());
  }),
              IsOk());
  v1::Endpoint endpoint;
  endpoint.mutable_email()->set_address("ANNA@example.org");
  EXPECT_THAT(consents_.CheckMayEnter(AsOperator().viewer, endpoint), ReasonIs("ADDRESS_ERASED"));
  EXPECT_THAT(consents_.CheckMayEnter(AsOwner().viewer, endpoint), IsOk());
  EXPECT_THAT(consents_.CheckMayEnter(As("subscribers/x").viewer, endpoint),
              ReasonIs("ADDRESS_ERASED"))
      << "an operator who acts as the owner does isn't the owner";
  AddMailbox("me");
  ConfirmAll(MakeMails());
  EXPECT_THAT(consents_.CheckMayEnter(AsOperator().viewer, endpoint), IsOk())
      << "its owner is back";
}

}  // namespace
}  // namespace clusterwire::notification
