// Who may write what, by what they edit and whose it is.
#include "services/catalogue/common/access/access.h"

#include "absl/strings/str_replace.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/clock.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/grants/grant_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class AccessTest : public ::testing::Test {
 protected:
  v1::CalendarEvent Event(const std::string& owner,
                          v1::CalendarEvent::State state = v1::CalendarEvent::STATE_DRAFT) {
    v1::CalendarEvent event;
    event.set_title("Cluster Week");
    event.set_kind(v1::CalendarEvent::KIND_CONFERENCE);
    event.mutable_period()->set_start("2024-09-01");
    event.set_owner(owner);
    event.set_state(state);
    return event;
  }
  absl::StatusOr<v1::CalendarEvent> Create(const WriteCall& call, const v1::CalendarEvent& event,
                                           const std::string& id = "") {
    return world_.Of<Events>().Create(call, "", event, id);
  }
  v1::Cluster Draft(const std::string& title) {
    v1::Cluster draft = world_.GoodCluster(title);
    draft.set_state(v1::Cluster::STATE_DRAFT);
    return *world_.Of<Clusters>().Create(world_.AsOperator(), "", draft, "");
  }
  // A text that names `of`, said of `never` instead.
  static std::string SaidOf(const absl::Status& status, const std::string& of,
                            const std::string& never) {
    return absl::StrReplaceAll(std::string(status.message()), {{of, never}});
  }

  World world_{"2024-06-01"};
  const std::string cluster_ = world_.NewCluster().name();
  const WriteCall team_ = world_.As(cluster_);
  const WriteCall others_ = world_.As("clusters/other");
};

TEST_F(AccessTest, WhoEditsAClusterWritesItsEventsAndNobodyElseDoes) {
  const auto event = Create(team_, Event(cluster_));
  ASSERT_THAT(event, IsOk());
  EXPECT_EQ(event->owner(), cluster_);
  EXPECT_THAT(Create(others_, Event(cluster_)), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(Create(team_, Event("")), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(Create(team_, Event("clusters/other")), ReasonIs("NOT_YOURS"));

  Events events = world_.Of<Events>();
  v1::CalendarEvent changed = *event;
  changed.clear_etag();
  changed.set_summary("Three days");
  EXPECT_THAT(events.Update(others_, changed, {}), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(events.Update(team_, changed, {}), IsOk());
  EXPECT_THAT(events.Publish(team_, event->name(), ""), IsOk());
  EXPECT_THAT(events.Update(others_, changed, {}), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(events.Delete(others_, event->name(), ""), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(events.Delete(team_, event->name(), ""), IsOk());
  EXPECT_THAT(events.Undelete(others_, event->name(), ""), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(events.Undelete(team_, event->name(), ""), IsOk());
}

TEST_F(AccessTest, WhoEditedADeletedClusterEditsItsEventsNoMoreUntilItIsBack) {
  const auto event = Create(team_, Event(cluster_));
  ASSERT_THAT(event, IsOk());
  Events events = world_.Of<Events>();
  ASSERT_THAT(events.Publish(team_, event->name(), ""), IsOk());
  ASSERT_THAT(world_.Of<Clusters>().Delete(team_, cluster_, ""), IsOk());
  v1::CalendarEvent changed = *event;
  changed.clear_etag();
  changed.set_state(v1::CalendarEvent::STATE_PUBLISHED);
  changed.set_summary("Three days");
  google::protobuf::FieldMask mask;
  mask.add_paths("summary");
  EXPECT_THAT(events.Update(team_, changed, mask), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(events.Delete(team_, event->name(), ""), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(events.Update(world_.As(event->name()), changed, mask), IsOk());
  EXPECT_THAT(events.Delete(world_.AsOperator(), event->name(), ""), IsOk());
  EXPECT_THAT(events.Undelete(team_, event->name(), ""), ReasonIs("NOT_YOURS"));
  ASSERT_THAT(world_.Of<Clusters>().Undelete(team_, cluster_, ""), IsOk());
  EXPECT_THAT(events.Undelete(team_, event->name(), ""), IsOk());
}

TEST_F(AccessTest, ADraftOfAnEventIsSeenByItsOwnersPeople) {
  const auto event = Create(world_.AsOperator(), Event(cluster_), "week");
  ASSERT_THAT(event, IsOk());
  EXPECT_THAT(world_.FactsOf("events/week").audience().members(),
              ElementsAre(cluster_, "events/week"));
  const auto get = [&](const filter::Viewer& viewer) {
    return world_.Of<Events>().Get(world_.Read(viewer), "events/week").status();
  };
  EXPECT_THAT(get(filter::Viewer::As(cluster_)), IsOk());
  EXPECT_THAT(get(filter::Viewer::As("events/week")), IsOk());
  EXPECT_THAT(get(filter::Viewer::As("clusters/other")), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(get(filter::Viewer::Public()), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(AccessTest, AnOwnerIsThereAndStaysWhatItWas) {
  for (const char* owner : {"clusters/none", "events/week", "labelSchemes/ecei", "x"}) {
    EXPECT_THAT(Create(world_.AsOperator(), Event(owner)), HasFieldError("event.owner")) << owner;
  }
  const auto event = Create(team_, Event(cluster_));
  google::protobuf::FieldMask mask;
  mask.add_paths("owner");
  for (const char* other : {"", "programmes/go-cluster"}) {
    v1::CalendarEvent changed = *event;
    changed.clear_etag();
    changed.set_owner(other);
    for (const WriteCall& call : {world_.AsOperator(), team_}) {
      EXPECT_THAT(world_.Of<Events>().Update(call, changed, mask), HasFieldError("event.owner"));
    }
  }
}

TEST_F(AccessTest, APublicEventNamesNoDraft) {
  const std::string hidden = Draft("Hidden").name();
  const auto event = Create(world_.As(hidden), Event(hidden));
  ASSERT_THAT(event, IsOk());
  EXPECT_THAT(world_.Of<Events>().Publish(world_.As(hidden), event->name(), ""),
              HasFieldError("event.state"));
  ASSERT_THAT(world_.Of<Clusters>().Publish(world_.AsOperator(), hidden, ""), IsOk());
  EXPECT_THAT(world_.Of<Events>().Publish(world_.As(hidden), event->name(), ""), IsOk());
}

TEST_F(AccessTest, WhoHasSignedInCreatesFiveDraftsAndOwnsThem) {
  WriteCall call = world_.AsOperator();
  call.viewer = filter::Viewer{.subject = "corp:4711"};
  call.store.caller = "corp:4711";
  Clusters clusters = world_.Of<Clusters>();
  EXPECT_THAT(clusters.Create(call, "", world_.GoodCluster("Published"), ""),
              ReasonIs("NOT_YOURS"));
  v1::Cluster draft = world_.GoodCluster("Mine");
  draft.clear_state();
  std::string last;
  for (int i = 0; i < 5; ++i) {
    const auto made = clusters.Create(call, "", draft, "");
    ASSERT_THAT(made, IsOk());
    last = made->name();
    EXPECT_THAT(IsOwner(**world_.store->Read(), "corp:4711", last), IsOkAndHolds(true));
  }
  EXPECT_THAT(clusters.Create(call, "", draft, ""), ReasonIs("TOO_MANY_DRAFTS"));
  ASSERT_THAT(clusters.Delete(world_.AsOperator(), last, ""), IsOk());
  EXPECT_THAT(clusters.Create(call, "", draft, ""), ReasonIs("TOO_MANY_DRAFTS"));
  ASSERT_THAT(clusters.Undelete(world_.AsOperator(), last, ""), IsOk());
  // Nor does it help to give one away, or hurt to be given some.
  world_.clock.Advance(absl::Seconds(1));
  const auto give = [&](const std::string& name, const std::string& subject) {
    return world_.store->Write({}, [&](store::Writer& writer) -> absl::Status {
      ASSIGN_OR_RETURN(v1::Grant grant, LoadGrant(writer, "corp:4711", name));
      *grant.mutable_delete_time() = ToTimestamp(writer.now());
      RETURN_IF_ERROR(writer.Put(grant, "grant.deleted"));
      return GiveOwner(writer, subject, name);
    });
  };
  ASSERT_THAT(give(last, "corp:friend"), IsOk());
  EXPECT_THAT(clusters.Create(call, "", draft, ""), ReasonIs("TOO_MANY_DRAFTS"));
  WriteCall friends = call;
  friends.viewer.subject = "corp:friend";
  for (int i = 0; i < 5; ++i) EXPECT_THAT(clusters.Create(friends, "", draft, ""), IsOk());
  ASSERT_THAT(clusters.Publish(world_.AsOperator(), last, ""), IsOk());
  EXPECT_THAT(clusters.Create(call, "", draft, ""), IsOk());
  call.viewer.subject = "";
  EXPECT_THAT(clusters.Create(call, "", draft, ""), ReasonIs("NOT_YOURS"));
}

TEST_F(AccessTest, AnEventRefersToNothingThatItsWriterDoesNotSee) {
  const auto hidden =
      Create(world_.AsOperator(), Event("", v1::CalendarEvent::STATE_DRAFT), "dark");
  ASSERT_THAT(hidden, IsOk());
  v1::CalendarEvent event = Event(cluster_);
  event.set_parent("events/dark");
  const auto refused = Create(team_, event);
  EXPECT_THAT(refused, HasFieldError("event.parent"));
  event.set_parent("events/none");
  EXPECT_EQ(SaidOf(refused.status(), "events/dark", "events/none"),
            Create(team_, event).status().message());
}

TEST_F(AccessTest, WhoEditsASchemeWritesItsLabelsAndNoOthers) {
  v1::LabelScheme other;
  other.set_title("Other");
  ASSERT_THAT(world_.Of<LabelSchemes>().Create(world_.AsOperator(), "", other, "other"), IsOk());
  v1::Label label;
  label.set_scheme("labelSchemes/ecei");
  label.set_level("silver");
  Labels labels = world_.Of<Labels>();
  const WriteCall office = world_.As("labelSchemes/ecei");
  const auto awarded = labels.Award(office, cluster_, label, "");
  ASSERT_THAT(awarded, IsOk());
  EXPECT_THAT(labels.Award(team_, cluster_, label, "mine"), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(labels.Award(world_.As("labelSchemes/other"), cluster_, label, "x"),
              ReasonIs("NOT_YOURS"));
  // Nor is one made another's.
  v1::Label moved = *awarded;
  moved.clear_etag();
  moved.set_scheme("labelSchemes/other");
  moved.clear_level();
  google::protobuf::FieldMask mask;
  mask.add_paths("scheme");
  mask.add_paths("level");
  EXPECT_THAT(labels.Update(office, moved, mask), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(labels.Delete(team_, awarded->name(), ""), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(labels.Delete(office, awarded->name(), ""), IsOk());
  EXPECT_THAT(labels.Undelete(office, awarded->name(), ""), IsOk());
}

TEST_F(AccessTest, WhoEditsACodeListWritesIt) {
  v1::Taxonomy nuts = world_.Get<v1::Taxonomy>("taxonomies/nuts");
  nuts.clear_etag();
  nuts.set_version("2024");
  EXPECT_THAT(world_.Of<Taxonomies>().Update(team_, nuts, {}), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(world_.Of<Taxonomies>().Update(world_.As("taxonomies/nuts"), nuts, {}), IsOk());
  EXPECT_THAT(world_.Of<Taxonomies>().Create(world_.As("taxonomies/nuts"), "", nuts, ""),
              ReasonIs("NOT_YOURS"));
}

TEST_F(AccessTest, AnIdTellsNobodyWhatIsThere) {
  ASSERT_THAT(Create(world_.AsOperator(), Event(""), "cluster-week"), IsOk());
  // Made from the same title as the hidden one, and from one that nothing has.
  const auto made = Create(team_, Event(cluster_));
  ASSERT_THAT(made, IsOk());
  EXPECT_THAT(made->name(), ::testing::StartsWith("events/cluster-week-"));
  EXPECT_THAT(made->name(), ::testing::SizeIs(std::string("events/cluster-week-12345").size()));
  const auto taken = Create(team_, Event(cluster_), "cluster-week");
  const auto free = Create(team_, Event(cluster_), "cluster-free");
  EXPECT_THAT(taken, HasFieldError("event_id"));
  EXPECT_EQ(taken.status().message(), free.status().message());
}

TEST_F(AccessTest, AMembershipOfWhatIsNotSeenTakesNoNameFromOthers) {
  const std::string hidden = Draft("Hidden").name();
  v1::Membership membership;
  membership.set_cluster(hidden);
  ASSERT_THAT(world_.Of<Memberships>().Create(world_.AsOperator(), "programmes/go-cluster",
                                              membership, "silicon-saxony"),
              IsOk());
  membership.set_cluster(cluster_);
  const WriteCall office = world_.As("programmes/go-cluster");
  const auto made =
      world_.Of<Memberships>().Create(office, "programmes/go-cluster", membership, "");
  ASSERT_THAT(made, IsOk());
  EXPECT_THAT(made->name(), Not(::testing::EndsWith("silicon-saxony")));
  membership.set_cluster(world_.NewCluster("Another").name());
  const auto chosen = world_.Of<Memberships>().Create(office, "programmes/go-cluster", membership,
                                                      "silicon-saxony");
  EXPECT_THAT(chosen, StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("can't be had")));
}

TEST_F(AccessTest, NobodyBringsBackWhatIsAboutSomethingTheyDoNotSee) {
  const std::string hidden = Draft("Hidden").name();
  Memberships memberships = world_.Of<Memberships>();
  v1::Membership membership;
  membership.set_cluster(hidden);
  const std::string programme = "programmes/go-cluster";
  const std::string name =
      memberships.Create(world_.AsOperator(), programme, membership, "")->name();
  const WriteCall office = world_.As(programme);
  const auto refused = [&](const std::string& of, const char* etag) {
    return SaidOf(memberships.Undelete(office, of, etag).status(), of, "it");
  };
  const std::string never = programme + "/memberships/never";
  for (const bool deleted : {false, true}) {
    if (deleted) ASSERT_THAT(memberships.Delete(world_.AsOperator(), name, ""), IsOk());
    for (const char* etag : {"", "wrong"}) EXPECT_EQ(refused(name, etag), refused(never, etag));
  }
  EXPECT_THAT(memberships.Undelete(world_.AsOperator(), name, ""), IsOk());
}

TEST_F(AccessTest, WhatNeedsASchemeIsNamedOnlyToThoseWhoSeeIt) {
  const std::string hidden = Draft("Hidden").name();
  v1::Label label;
  label.set_scheme("labelSchemes/ecei");
  label.set_level("silver");
  ASSERT_THAT(world_.Of<Labels>().Award(world_.AsOperator(), hidden, label, ""), IsOk());
  const auto refused =
      world_.Of<LabelSchemes>().Delete(world_.As("labelSchemes/ecei"), "labelSchemes/ecei", "");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, Not(HasSubstr("hidden"))));
  EXPECT_THAT(ErrorInfoOf(refused.status()).metadata().at("user"), "something");
  EXPECT_THAT(world_.Of<LabelSchemes>().Delete(world_.AsOperator(), "labelSchemes/ecei", ""),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(hidden)));
}

TEST(OwnersOfTest, AreWhatARightMustBeOn) {
  v1::Label label;
  label.set_scheme("labelSchemes/ecei");
  EXPECT_THAT(OwnersOf("clusters/x/labels/y", &label), ElementsAre("labelSchemes/ecei"));
  EXPECT_THAT(OwnersOf("clusters/x/labels/y", nullptr), ::testing::IsEmpty());
  EXPECT_THAT(OwnersOf("programmes/p/memberships/m", nullptr), ElementsAre("programmes/p"));
  EXPECT_THAT(OwnersOf("clusters/x", nullptr), ElementsAre("clusters/x"));
  v1::CalendarEvent event;
  EXPECT_THAT(OwnersOf("events/e", &event), ElementsAre("events/e"));
  event.set_owner("clusters/x");
  EXPECT_THAT(OwnersOf("events/e", &event), UnorderedElementsAre("events/e", "clusters/x"));
}

}  // namespace
}  // namespace clusterwire::catalogue
