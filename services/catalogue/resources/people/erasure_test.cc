#include <algorithm>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/clock.h"
#include "services/catalogue/erasures/erasures.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/people/people.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/timers/timer_runner.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ErasureTest : public ::testing::Test {
 protected:
  ErasureTest() { erasures_.Open(); }

  static v1::Person Grace(std::string owner = "") {
    v1::Person person;
    person.set_display_name("Grace Hopper");
    person.add_emails("grace@example.org");
    person.set_owner(std::move(owner));
    auto* id = person.add_external_ids();
    id->set_scheme("eccp");
    id->set_id("4711");
    return person;
  }
  v1::Consent ConsentAt(absl::Time time) const {
    v1::Consent consent;
    consent.set_purpose("named as a contact");
    consent.set_asked_by("programmes/go-cluster");
    consent.set_origin("form 12");
    consent.set_text_version("v1");
    *consent.mutable_give_time() = ToTimestamp(time);
    return consent;
  }
  absl::StatusOr<v1::Person> Create(const v1::Person& person, const WriteCall& call) {
    return people_.Create(call, "", person, "");
  }
  absl::Status Erase(const std::string& name, bool may_return = false) {
    v1::ErasePersonRequest request;
    request.set_name(name);
    request.set_may_return(may_return);
    return people_.Erase(world_.AsOperator(), request).status();
  }
  // A cluster that names the person.
  v1::Cluster Named(const std::string& person) {
    v1::Cluster cluster = world_.NewCluster();
    auto* contact = cluster.add_contacts();
    contact->set_person(person);
    contact->set_role(type::v1::PERSON_ROLE_CLUSTER_MANAGER);
    return *world_.Of<Clusters>().Update(world_.AsOperator(), cluster, {});
  }

  World world_;
  Erasures erasures_{*world_.store, ErasureKey("a key for tests alone")};
  People people_{erasures_, world_.random};
};

TEST_F(ErasureTest, InOneWriteThePersonGoesAndAllThatNamesIt) {
  const v1::Person grace = *Create(Grace(), world_.AsOperator());
  const v1::Cluster cluster = Named(grace.name());
  const auto held = people_.Export(world_.Read(), grace.name());
  ASSERT_THAT(held, IsOk());
  EXPECT_EQ(held->references(0).resource(), cluster.name());
  EXPECT_EQ(held->history(0).kind(), "person.created");
  const store::Revision before = *world_.store->revision();
  ASSERT_THAT(Erase(grace.name()), IsOk());
  EXPECT_EQ(world_.store->revision()->value, before.value + 1);
  EXPECT_THAT(people_.Get(world_.Read(), grace.name()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(world_.Get<v1::Cluster>(cluster.name()).contacts(), IsEmpty());
  const auto told = world_.ChangesAfter(before);
  EXPECT_TRUE(std::ranges::all_of(told, [](const auto& change) { return change.quiet; }));
  EXPECT_THAT(Erase(grace.name()), StatusIs(absl::StatusCode::kNotFound));
  const Erasures::Records kept = *erasures_.Some("", 1000);
  EXPECT_THAT(kept, SizeIs(3));
  for (const auto& [name, record] : kept) {
    EXPECT_EQ(record.SerializeAsString().find("race"), std::string::npos);
    EXPECT_EQ(record.SerializeAsString().find(grace.name()), std::string::npos);
  }
}

TEST_F(ErasureTest, WhoSpeaksInAnAgendaGoesFromItToo) {
  const v1::Person grace = *Create(Grace(), world_.AsOperator());
  v1::CalendarEvent event;
  event.set_title("Info session");
  event.set_kind(v1::CalendarEvent::KIND_INFO_SESSION);
  event.mutable_period()->set_start("2024-07-01");
  for (const char* title : {"Welcome", "The programme"}) event.add_agenda()->set_title(title);
  auto* speaker = event.mutable_agenda(1)->add_contacts();
  speaker->set_person(grace.name());
  speaker->set_role(type::v1::PERSON_ROLE_SPEAKER);
  const auto made = world_.Of<Events>().Create(world_.AsOperator(), "", event, "info");
  ASSERT_THAT(made, IsOk());
  const auto held = people_.Export(world_.Read(), grace.name());
  ASSERT_THAT(held, IsOk());
  EXPECT_EQ(held->references(0).resource(), made->name());
  ASSERT_THAT(Erase(grace.name()), IsOk());
  const auto after = world_.Get<v1::CalendarEvent>(made->name());
  EXPECT_THAT(after.agenda(), SizeIs(2));
  EXPECT_THAT(after.agenda(1).contacts(), IsEmpty());
}

TEST_F(ErasureTest, WhatNamesThePersonWhileTheyAreErasedDoesSoNoMore) {
  const v1::Person grace = *Create(Grace(), world_.AsOperator());
  const store::Revision looked = *world_.store->revision();
  const v1::Cluster late = Named(grace.name());
  const auto erase = [&](store::Writer& writer) {
    return erasures_.Erase(writer, {.person = grace.name(), .owner = ""});
  };
  ASSERT_THAT(world_.store->Write({}, erase), IsOk());
  ASSERT_EQ(world_.Get<v1::Cluster>(late.name()).contacts_size(), 1);
  ASSERT_THAT(erasures_.DropLateContacts(grace.name(), looked), IsOk());
  EXPECT_THAT(world_.Get<v1::Cluster>(late.name()).contacts(), IsEmpty());
}

TEST_F(ErasureTest, AnExportNamesNoDraftsThatItsReaderDoesNotSee) {
  const std::string owner = world_.NewCluster("A").name();
  const v1::Person grace = *Create(Grace(owner), world_.AsOperator());
  const std::string seen = Named(grace.name()).name();
  v1::Cluster draft = world_.GoodCluster("Hidden");
  draft.set_state(v1::Cluster::STATE_DRAFT);
  auto* contact = draft.add_contacts();
  contact->set_person(grace.name());
  contact->set_role(type::v1::PERSON_ROLE_CONTACT);
  ASSERT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "", draft, "hidden"), IsOk());
  const auto cut = people_.Export(world_.Read(filter::Viewer::As(owner)), grace.name());
  ASSERT_THAT(cut, IsOk());
  ASSERT_EQ(cut->references_size(), 1);
  EXPECT_EQ(cut->references(0).resource(), seen);
  EXPECT_EQ(people_.Export(world_.Read(), grace.name())->references_size(), 2);
}

TEST_F(ErasureTest, ARefusedOrTriedErasureLeavesEverything) {
  const std::string cluster = world_.NewCluster("A").name();
  const std::string other = world_.NewCluster("B").name();
  const v1::Person grace = *Create(Grace(cluster), world_.AsOperator());
  v1::ErasePersonRequest request;
  request.set_name(grace.name());
  EXPECT_THAT(people_.Erase(world_.As(other), request), StatusIs(absl::StatusCode::kNotFound));
  request.set_etag("1");
  EXPECT_THAT(people_.Erase(world_.As(cluster), request), ReasonIs("ETAG_MISMATCH"));
  request.clear_etag();
  WriteCall dry = world_.As(cluster);
  dry.store.validate_only = true;
  EXPECT_THAT(people_.Erase(dry, request), IsOk());
  EXPECT_THAT(people_.Get(world_.Read(), grace.name()), IsOk());
  EXPECT_THAT(people_.Erase(world_.As(cluster), request), IsOk());
}

TEST_F(ErasureTest, WhoWasErasedIsNotRecordedAgainHoweverTheNameIsWritten) {
  const v1::Person grace = *Create(Grace(), world_.AsOperator());
  ASSERT_THAT(Erase(grace.name()), IsOk());
  v1::Person again = Grace();
  again.clear_external_ids();
  again.set_display_name("HOPPER, Grâce");
  again.set_emails(0, "Grace@Example.org");
  EXPECT_THAT(Create(again, world_.AsOperator()), ReasonIs("PERSON_ERASED"));
  again = Grace();
  again.set_display_name("Somebody Else");
  again.set_emails(0, "else@example.org");
  EXPECT_THAT(Create(again, world_.AsOperator()), ReasonIs("PERSON_ERASED"));  // by the id
  again.clear_external_ids();
  ASSERT_THAT(Create(again, world_.AsOperator()), IsOk());
  // The address alone is none: several share one.
  again.set_emails(0, "grace@example.org");
  again.set_display_name("Another Person");
  v1::Person another = *Create(again, world_.AsOperator());
  another.set_display_name("Grace Hopper");
  EXPECT_THAT(people_.Update(world_.AsOperator(), another, {}), ReasonIs("PERSON_ERASED"));
}

TEST_F(ErasureTest, AConsentThatWasGivenAfterTheErasureAllowsIt) {
  ASSERT_THAT(Erase(Create(Grace(), world_.AsOperator())->name()), IsOk());
  v1::Person again = Grace();
  *again.add_consents() = ConsentAt(world_.clock.Now() - absl::Hours(1));
  EXPECT_THAT(Create(again, world_.AsOperator()), ReasonIs("PERSON_ERASED"));
  world_.clock.Advance(absl::Hours(2));
  *again.add_consents() = ConsentAt(world_.clock.Now() - absl::Hours(1));
  EXPECT_THAT(Create(again, world_.AsOperator()), IsOk());
}

TEST_F(ErasureTest, WhatWasAMistakeMayBeRecordedAgain) {
  ASSERT_THAT(Erase(Create(Grace(), world_.AsOperator())->name(), /*may_return=*/true), IsOk());
  EXPECT_THAT(Create(Grace(), world_.AsOperator()), IsOk());
}

TEST_F(ErasureTest, NobodyLearnsByTryingWhomAnotherOwnerKnew) {
  const std::string cluster = world_.NewCluster("A").name();
  const std::string other = world_.NewCluster("B").name();
  ASSERT_THAT(Erase(Create(Grace(cluster), world_.As(cluster))->name()), IsOk());
  EXPECT_THAT(Create(Grace(cluster), world_.As(cluster)), ReasonIs("PERSON_ERASED"));
  EXPECT_THAT(Create(Grace(other), world_.As(other)), IsOk());
}

TEST_F(ErasureTest, ProofOfConsentStaysThreeYearsAndNotLonger) {
  v1::Person grace = Grace();
  const v1::Consent given = ConsentAt(world_.clock.Now() - absl::Hours(5));
  *grace.add_consents() = given;
  *grace.mutable_consents(0)->mutable_withdraw_time() = ToTimestamp(world_.clock.Now());
  const std::string name = Create(grace, world_.AsOperator())->name();
  ASSERT_THAT(Erase(name), IsOk());
  v1::CheckErasureRequest request;
  *request.mutable_person() = Grace();
  request.mutable_person()->set_name(name);
  *request.mutable_person()->add_consents() = given;
  *request.mutable_person()->add_consents() = ConsentAt(world_.clock.Now());
  EXPECT_THAT(people_.CheckErasure(world_.Read(), request)->consents_recorded(),
              ElementsAre(true, false));
  telemetry::Metrics metrics;
  const auto after = [&](const char* day) {
    world_.SetToday(day);
    TimerRunner timers(*world_.store, TimerSteps(), world_.clock, world_.random, metrics);
    EXPECT_THAT(timers.CatchUp(), IsOk());
    return people_.CheckErasure(world_.Read(), request)->consents_recorded(0);
  };
  EXPECT_TRUE(after("2027-05-31"));
  EXPECT_FALSE(after("2027-06-02"));
  EXPECT_TRUE(people_.CheckErasure(world_.Read(), request)->has_erase_time());
}

TEST_F(ErasureTest, ARestoredDatabaseErasesAgainWhomOthersKnowToBeErased) {
  const v1::Person grace = *Create(Grace(), world_.AsOperator());
  ASSERT_THAT(Erase(grace.name()), IsOk());
  const Erasures::Records known = *erasures_.Some("", 1000);

  World restored;
  const Erasures there(*restored.store, ErasureKey("a key for tests alone"));
  v1::Person old = grace;
  old.clear_etag();
  v1::Cluster cluster = restored.GoodCluster();
  cluster.set_name("clusters/x");
  auto* contact = cluster.add_contacts();
  contact->set_person(old.name());
  contact->set_role(type::v1::PERSON_ROLE_CONTACT);
  ASSERT_THAT(restored.store->Write({},
                                    [&](store::Writer& writer) -> absl::Status {
                                      RETURN_IF_ERROR(writer.Put(cluster, "cluster.created"));
                                      return writer.Put(old, "person.created");
                                    }),
              IsOk());
  ASSERT_THAT(there.Replay(known), IsOk());
  EXPECT_FALSE(restored.store->Read().value()->Get<v1::Person>(grace.name()).ok());
  EXPECT_THAT(restored.Get<v1::Cluster>("clusters/x").contacts(), IsEmpty());
  EXPECT_THAT(*there.Some("", 1000), SizeIs(known.size()));
  const store::Revision once = *restored.store->revision();
  ASSERT_THAT(there.Replay(known), IsOk());
  EXPECT_EQ(*restored.store->revision(), once);
  const Erasures other(*restored.store, ErasureKey("another key"));
  EXPECT_THAT(other.Replay(known), ReasonIs("ERASURE_KEY_UNKNOWN"));
}

TEST_F(ErasureTest, ABackupMayNameThePersonMoreOftenThanOneWriteTakes) {
  const v1::Person grace = *Create(Grace(), world_.AsOperator());
  ASSERT_THAT(Erase(grace.name()), IsOk());
  const Erasures::Records known = *erasures_.Some("", 1000);

  World restored;
  v1::Person old = grace;
  old.clear_etag();
  const auto put = [&](store::Writer& writer) { return writer.Put(old, "person.created"); };
  ASSERT_THAT(restored.store->Write({}, put), IsOk());
  for (int round = 0; round < 2; ++round) {
    const auto fill = [&](store::Writer& writer) -> absl::Status {
      for (int i = 0; i < 600; ++i) {
        v1::Cluster cluster = restored.GoodCluster();
        cluster.set_name(absl::StrCat("clusters/c-", round, "-", i));
        auto* contact = cluster.add_contacts();
        contact->set_person(old.name());
        contact->set_role(type::v1::PERSON_ROLE_CONTACT);
        RETURN_IF_ERROR(writer.Put(cluster, "cluster.created"));
      }
      return absl::OkStatus();
    };
    ASSERT_THAT(restored.store->Write({}, fill), IsOk());
  }
  const Erasures there(*restored.store, ErasureKey("a key for tests alone"));
  ASSERT_THAT(there.Replay(known), IsOk());
  EXPECT_FALSE(restored.store->Read().value()->Get<v1::Person>(grace.name()).ok());
  EXPECT_THAT(*ContactsOf(**restored.store->Read(), restored.store->registry(), grace.name()),
              IsEmpty());
}

TEST_F(ErasureTest, UntilItIsKnownWhoWasErasedPeopleAreKeptBack) {
  const v1::Person grace = *Create(Grace(), world_.AsOperator());
  const Erasures unread(*world_.store, ErasureKey("a key for tests alone"));
  People people(unread, world_.random);
  EXPECT_THAT(people.Get(world_.Read(), grace.name()), ReasonIs("ERASURES_UNREAD"));
  EXPECT_THAT(people.List(world_.Read(), {}), ReasonIs("ERASURES_UNREAD"));
  EXPECT_THAT(people.Create(world_.AsOperator(), "", Grace(), ""), ReasonIs("ERASURES_UNREAD"));
  EXPECT_THAT(people.Update(world_.AsOperator(), grace, {}), ReasonIs("ERASURES_UNREAD"));
  EXPECT_THAT(people.Export(world_.Read(), grace.name()), ReasonIs("ERASURES_UNREAD"));
}

TEST_F(ErasureTest, WhatAPersonWasKnownByBeforeIsErasedToo) {
  v1::Person grace = *Create(Grace(), world_.AsOperator());
  EXPECT_THAT(grace.earlier_hashes(), IsEmpty());
  grace.set_emails(0, "hopper@example.org");
  grace.clear_external_ids();
  google::protobuf::FieldMask mask;
  mask.add_paths("emails");
  mask.add_paths("external_ids");
  grace = *people_.Update(world_.AsOperator(), grace, mask);
  EXPECT_THAT(grace.earlier_hashes(), SizeIs(2));
  grace.set_display_name("Grace Murray");
  grace = *people_.Update(world_.AsOperator(), grace, {});
  EXPECT_THAT(grace.earlier_hashes(), SizeIs(3));
  // What she is known by again is no earlier one, and no caller writes them by hand.
  grace.set_display_name("Grace Hopper");
  grace.add_earlier_hashes("erasures/mine");
  grace = *people_.Update(world_.AsOperator(), grace, {});
  EXPECT_THAT(grace.earlier_hashes(), SizeIs(3));
  ASSERT_THAT(Erase(grace.name()), IsOk());
  v1::Person first = Grace();
  first.clear_external_ids();
  EXPECT_THAT(Create(first, world_.AsOperator()), ReasonIs("PERSON_ERASED"));
  v1::Person by_id = Grace();
  by_id.set_emails(0, "new@example.org");
  EXPECT_THAT(Create(by_id, world_.AsOperator()), ReasonIs("PERSON_ERASED"));
  first.set_emails(0, "new@example.org");
  EXPECT_THAT(Create(first, world_.AsOperator()), IsOk());
}

TEST_F(ErasureTest, AMistakeLeavesNothingOfEarlierOnes) {
  v1::Person grace = *Create(Grace(), world_.AsOperator());
  grace.set_emails(0, "hopper@example.org");
  grace = *people_.Update(world_.AsOperator(), grace, {});
  ASSERT_THAT(Erase(grace.name(), /*may_return=*/true), IsOk());
  EXPECT_THAT(*erasures_.Some("", 1000), SizeIs(1));
  EXPECT_THAT(Create(Grace(), world_.AsOperator()), IsOk());
}

TEST_F(ErasureTest, TheAnswerSaysWhetherKafkaHasIt) {
  const v1::Person grace = *Create(Grace(), world_.AsOperator());
  v1::ErasePersonRequest request;
  request.set_name(grace.name());
  WriteCall call = world_.AsOperator();
  call.store.request_id = "r";
  call.store.method = "ErasePerson";
  const auto first = people_.Erase(call, request);
  ASSERT_THAT(first, IsOk());
  EXPECT_FALSE(first->on_topic());
  erasures_.SetOnTopic(*world_.store->revision());
  const auto again = people_.Erase(call, request);
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->on_topic());
  EXPECT_EQ(ToTime(again->erase_time()), ToTime(first->erase_time()));
}

}  // namespace
}  // namespace clusterwire::catalogue
