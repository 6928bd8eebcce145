// What the answers and refusals that all types share say.
#include <functional>

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AnswersTest : public ::testing::Test {
 protected:
  google::protobuf::FieldMask Mask(std::initializer_list<const char*> paths) {
    google::protobuf::FieldMask mask;
    for (const char* path : paths) mask.add_paths(path);
    return mask;
  }
  // The country's list without Saxony: what carries its code keeps it.
  void DropSaxony() {
    auto nuts = world_.Get<v1::Taxonomy>("taxonomies/nuts");
    for (int i = nuts.codes_size() - 1; i >= 0; --i) {
      if (nuts.codes(i).code().starts_with("DED")) nuts.mutable_codes()->DeleteSubrange(i, 1);
    }
    ASSERT_THAT(world_.Of<Taxonomies>().Update(world_.AsOperator(), nuts, Mask({"codes"})), IsOk());
  }
  v1::CalendarEvent NewEvent(v1::CalendarEvent event = {}) {
    event.set_title("Conference");
    event.set_kind(v1::CalendarEvent::KIND_CONFERENCE);
    event.mutable_period()->set_start("2024-09-10");
    event.mutable_period()->set_end("2024-09-11");
    return *world_.Of<Events>().Create(world_.AsOperator(), "", event, "");
  }

  World world_{"2024-06-01"};
};

TEST_F(AnswersTest, AClusterWhoseRegionWasDroppedCanChangeItsTitleAndIsToldOfTheRegion) {
  v1::Cluster cluster = world_.NewCluster();
  DropSaxony();
  cluster.set_title("Silicon Saxony e. V.");
  const auto updated = world_.Of<Clusters>().Update(world_.AsOperator(), cluster, Mask({"title"}));
  ASSERT_THAT(updated, IsOk());
  EXPECT_THAT(updated->notes(), Contains(HasSubstr("cluster.regions[0] stands as it was")));
  EXPECT_THAT(world_.Get<v1::Cluster>(cluster.name()).notes(), IsEmpty()) << "notes aren't kept";
  // What is new is looked at.
  v1::Cluster more = *updated;
  more.add_regions("nuts:DED4");
  const auto refused = world_.Of<Clusters>().Update(world_.AsOperator(), more, Mask({"regions"}));
  EXPECT_THAT(refused, HasFieldError("cluster.regions[1]"));
  EXPECT_EQ(BadRequestOf(refused.status()).field_violations_size(), 1);
  // Another cluster can't take the code.
  EXPECT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "", world_.GoodCluster("New"), ""),
              HasFieldError("cluster.regions[0]"));
}

TEST_F(AnswersTest, AClusterThatIsUndeletedKeepsACodeThatWasDroppedMeanwhile) {
  const v1::Cluster cluster = world_.NewCluster();
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster.name(), ""), IsOk());
  DropSaxony();
  const auto back = world_.Of<Clusters>().Undelete(world_.AsOperator(), cluster.name(), "");
  ASSERT_THAT(back, IsOk());
  EXPECT_THAT(back->notes(), Contains(HasSubstr("cluster.regions[0]")));
}

TEST_F(AnswersTest, AnEventWhoseProgrammeAndParentWereDeletedCanBeChangedAndPublished) {
  const v1::CalendarEvent parent = NewEvent();
  v1::CalendarEvent event;
  event.add_programmes("programmes/go-cluster");
  event.set_parent(parent.name());
  event.set_title("Side event");
  event.set_kind(v1::CalendarEvent::KIND_SIDE_EVENT);
  event.mutable_period()->set_start("2024-09-10");
  event = *world_.Of<Events>().Create(world_.AsOperator(), "", event, "");
  ASSERT_THAT(world_.Of<Programmes>().Delete(world_.AsOperator(), "programmes/go-cluster", ""),
              IsOk());
  ASSERT_THAT(world_.Of<Events>().Delete(world_.AsOperator(), parent.name(), ""), IsOk());
  event.set_organiser("Somebody");
  const auto updated = world_.Of<Events>().Update(world_.AsOperator(), event, Mask({"organiser"}));
  ASSERT_THAT(updated, IsOk());
  EXPECT_THAT(updated->notes(), Contains(HasSubstr("event.programmes[0]")));
  EXPECT_THAT(updated->notes(), Contains(HasSubstr("event.parent")));
  EXPECT_THAT(world_.Of<Events>().Publish(world_.AsOperator(), event.name(), ""), IsOk());
}

TEST_F(AnswersTest, AMembershipOfADeletedClusterDoesNotComeBackBeforeIt) {
  const std::string cluster = world_.NewCluster().name();
  v1::Membership membership;
  membership.set_cluster(cluster);
  membership = *world_.Of<Memberships>().Create(world_.AsOperator(), "programmes/go-cluster",
                                                membership, "");
  ASSERT_THAT(world_.Of<Memberships>().Delete(world_.AsOperator(), membership.name(), ""), IsOk());
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster, ""), IsOk());
  EXPECT_THAT(world_.Of<Memberships>().Undelete(world_.AsOperator(), membership.name(), ""),
              ReasonIs("CLUSTER_DELETED"));
}

TEST_F(AnswersTest, ANameOfAnotherFormIsInvalidForEveryTypeAndMethodAndTheTextHasThePattern) {
  const WriteCall call = world_.AsOperator();
  const auto check = [&](auto resources, const std::string& pattern) {
    using Resource = std::decay_t<decltype(*resources.Get(world_.Read(), ""))>;
    for (const char* name : {"", "clusters", "nonsense/x", "clusters/X", "clusters/x/labels",
                             "clusters//labels/y", "/clusters/x", "clusters/x/"}) {
      Resource resource;
      resource.set_name(name);
      const absl::Status got = resources.Get(world_.Read(), name).status();
      EXPECT_THAT(got, HasFieldError("name")) << name;
      EXPECT_THAT(std::string(got.message()), HasSubstr(pattern));
      EXPECT_THAT(resources.BatchGet(world_.Read(), {name, "x"}), HasFieldError("names[0]"));
      EXPECT_THAT(resources.BatchGet(world_.Read(), {name, "x"}), HasFieldError("names[1]"));
      EXPECT_THAT(resources.Update(call, resource, {}),
                  HasFieldError((std::string(resources.type()) + ".name").c_str()));
      EXPECT_THAT(resources.Delete(call, name, ""), HasFieldError("name"));
      EXPECT_THAT(resources.Undelete(call, name, ""), HasFieldError("name"));
    }
  };
  check(world_.Of<Clusters>(), "clusters/{cluster}");
  check(world_.Of<Labels>(), "clusters/{cluster}/labels/{label}");
  check(world_.Of<LabelSchemes>(), "labelSchemes/{label_scheme}");
  check(world_.Of<Programmes>(), "programmes/{programme}");
  check(world_.Of<Memberships>(), "programmes/{programme}/memberships/{membership}");
  check(world_.Of<Events>(), "events/{event}");
  check(world_.Of<Taxonomies>(), "taxonomies/{taxonomy}");
  EXPECT_THAT(std::string(world_.Of<Clusters>().Get(world_.Read(), "").status().message()),
              HasSubstr("is required"));
  EXPECT_THAT(world_.Of<Clusters>().Get(world_.Read(), "clusters/nobody"),
              ReasonIs("RESOURCE_NOT_FOUND"));
}

TEST_F(AnswersTest, WhatIsWrongBesideANameIsNamedWithIt) {
  v1::RenewLabelRequest renewal;
  renewal.set_name("labels/x");
  renewal.set_renewed("soon");
  renewal.mutable_score()->set_percent(120);
  const auto renewed = world_.Of<Labels>().Renew(world_.AsOperator(), renewal);
  for (const char* path : {"name", "renewed", "score.percent"}) {
    EXPECT_THAT(renewed, HasFieldError(path));
  }
  v1::Cluster cluster;
  const auto updated = world_.Of<Clusters>().Update(world_.AsOperator(), cluster, Mask({"titel"}));
  EXPECT_THAT(updated, HasFieldError("cluster.name"));
  EXPECT_THAT(updated, HasFieldError("update_mask"));
  const auto awarded = world_.Of<Labels>().Award(world_.AsOperator(), "programmes/x", {}, "A B");
  for (const char* path : {"parent", "label_id", "label.scheme"}) {
    EXPECT_THAT(awarded, HasFieldError(path));
  }
}

TEST_F(AnswersTest, AListSaysEverythingThatIsWrongWithItsRequest) {
  ListQuery query;
  query.parent = "nobody";
  query.errors.Add("page_size", "is -1");
  const auto listed = world_.Of<Labels>().List(world_.Read(), query);
  EXPECT_THAT(listed, HasFieldError("page_size"));
  EXPECT_THAT(listed, HasFieldError("parent"));
}

TEST_F(AnswersTest, WhatExistsAlreadyIsChangedByUpdateAndWhatIsDeletedComesBackByUndelete) {
  const auto twice = [&](std::string_view noun, const std::function<absl::Status()>& create,
                         const std::function<absl::Status()>& remove) {
    ASSERT_THAT(create(), IsOk());
    const absl::Status exists = create();
    EXPECT_THAT(exists, ReasonIs("RESOURCE_EXISTS"));
    EXPECT_THAT(std::string(exists.message()), HasSubstr("Update" + std::string(noun)));
    ASSERT_THAT(remove(), IsOk());
    const absl::Status deleted = create();
    EXPECT_THAT(deleted, StatusIs(absl::StatusCode::kAlreadyExists));
    EXPECT_THAT(std::string(deleted.message()), HasSubstr("Undelete" + std::string(noun)));
    const absl::Status again = remove();
    EXPECT_THAT(again, StatusIs(absl::StatusCode::kNotFound));
    EXPECT_THAT(std::string(again.message()), HasSubstr("Undelete" + std::string(noun)));
  };
  const WriteCall call = world_.AsOperator();
  twice(
      "Cluster",
      [&] { return world_.Of<Clusters>().Create(call, "", world_.GoodCluster(), "x").status(); },
      [&] { return world_.Of<Clusters>().Delete(call, "clusters/x", "").status(); });
  twice(
      "LabelScheme",
      [&] {
        v1::LabelScheme scheme;
        scheme.set_title("Scheme");
        return world_.Of<LabelSchemes>().Create(call, "", scheme, "x").status();
      },
      [&] { return world_.Of<LabelSchemes>().Delete(call, "labelSchemes/x", "").status(); });
  twice(
      "Event",
      [&] {
        v1::CalendarEvent event;
        event.set_title("Event");
        event.set_kind(v1::CalendarEvent::KIND_MEETING);
        event.mutable_period()->set_start("2024");
        return world_.Of<Events>().Create(call, "", event, "x").status();
      },
      [&] { return world_.Of<Events>().Delete(call, "events/x", "").status(); });
  const std::string cluster = world_.NewCluster().name();
  std::string level = "gold";
  twice(
      "Label",
      [&] {
        v1::Label label;
        label.set_scheme("labelSchemes/ecei");
        label.set_level(std::exchange(level, "silver"));  // another one: the same is the same
        return world_.Of<Labels>().Award(call, cluster, label, "x").status();
      },
      [&] { return world_.Of<Labels>().Delete(call, cluster + "/labels/x", "").status(); });
}

TEST_F(AnswersTest, ADraftThatNobodyAskedForIsSaidToBeOne) {
  v1::Cluster cluster = world_.GoodCluster("Draft");
  cluster.clear_state();
  const auto created = world_.Of<Clusters>().Create(world_.AsOperator(), "", cluster, "");
  EXPECT_THAT(created->notes(), ElementsAre(HasSubstr("PublishCluster")));
  EXPECT_THAT(NewEvent().notes(), ElementsAre(HasSubstr("PublishEvent")));
  EXPECT_THAT(world_.NewCluster("Public").notes(), IsEmpty());
  v1::Membership membership;
  membership.set_cluster("clusters/public");
  const auto member =
      world_.Of<Memberships>().Create(world_.AsOperator(), "programmes/go-cluster", membership, "");
  EXPECT_THAT(member->notes(), ElementsAre(HasSubstr("STATE_CURRENT")));
}

TEST_F(AnswersTest, ALabelOnADraftIsSaidToBeOutOfSight) {
  v1::Cluster cluster = world_.GoodCluster("Draft");
  cluster.clear_state();
  cluster = *world_.Of<Clusters>().Create(world_.AsOperator(), "", cluster, "");
  v1::Label label;
  label.set_scheme("labelSchemes/ecei");
  label.set_level("silver");
  label.set_valid_until("2025");
  const auto awarded = world_.Of<Labels>().Award(world_.AsOperator(), cluster.name(), label, "");
  EXPECT_THAT(awarded->notes(), Contains(HasSubstr("is a draft")));
}

TEST_F(AnswersTest, ARepetitionByRequestIdGetsItsNotesToo) {
  WriteCall call = world_.AsOperator();
  call.store.request_id = "r1";
  call.store.method = "/test/Create";
  v1::Cluster cluster = world_.GoodCluster("Draft");
  cluster.clear_state();
  const auto first = world_.Of<Clusters>().Create(call, "", cluster, "");
  const auto second = world_.Of<Clusters>().Create(call, "", cluster, "");
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->SerializeAsString(), first->SerializeAsString());
  EXPECT_FALSE(first->notes().empty());
}

TEST_F(AnswersTest, NotesThatACallerSendsAreIgnored) {
  v1::Cluster cluster = world_.GoodCluster();
  cluster.add_notes("mine");
  cluster = *world_.Of<Clusters>().Create(world_.AsOperator(), "", cluster, "");
  EXPECT_THAT(cluster.notes(), IsEmpty());
  cluster.add_notes("mine");
  const store::Revision before = *world_.store->revision();
  for (const auto& mask : {Mask({}), Mask({"*"}), Mask({"notes"})}) {
    EXPECT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), cluster, mask)->notes(),
                IsEmpty());
  }
  EXPECT_EQ(*world_.store->revision(), before);
}

}  // namespace
}  // namespace clusterwire::catalogue
