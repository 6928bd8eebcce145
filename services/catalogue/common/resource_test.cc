#include "services/catalogue/common/resource.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/common/fields/edited.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ResourceTest : public ::testing::Test {
 protected:
  google::protobuf::FieldMask Mask(std::initializer_list<const char*> paths) {
    google::protobuf::FieldMask mask;
    for (const char* path : paths) mask.add_paths(path);
    return mask;
  }
  absl::StatusOr<Clusters::Page> List(filter::Viewer viewer, bool show_deleted = false) {
    ListQuery query;
    query.show_deleted = show_deleted;
    return world_.Of<Clusters>().List(world_.Read(std::move(viewer)), query);
  }

  World world_;
};

TEST_F(ResourceTest, TheIdIsMadeFromTheTitleAndTakenIdsAreRefused) {
  const auto cluster = world_.Of<Clusters>().Create(world_.AsOperator(), "",
                                                    world_.GoodCluster("Pôle Énergie Übersee"), "");
  EXPECT_EQ(cluster->name(), "clusters/pole-energie-ubersee");
  EXPECT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "",
                                           world_.GoodCluster("Pole Energie Ubersee"), ""),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(ResourceTest, EverythingWrongWithAClusterIsNamedAtOnceAndNothingIsKept) {
  v1::Cluster cluster = world_.GoodCluster();
  cluster.set_title(" ");
  cluster.set_country("XX");
  cluster.add_sectors("esca:alchemy");
  cluster.add_regions("DED2");
  cluster.set_founded("1998-13");
  cluster.set_website("ftp://x");
  cluster.mutable_members()->set_total(-1);
  const store::Revision before = *world_.store->revision();
  const auto created = world_.Of<Clusters>().Create(world_.AsOperator(), "", cluster, "x");
  for (const char* path :
       {"cluster.title", "cluster.country", "cluster.sectors[1]", "cluster.regions[1]",
        "cluster.founded", "cluster.website", "cluster.members.total"}) {
    EXPECT_THAT(created, HasFieldError(path));
  }
  EXPECT_EQ(*world_.store->revision(), before);
}

TEST(EmptyCatalogueTest, ACountryIsRefusedForWantOfTheListAndNotOfTheCountry) {
  World world("2024-06-01", World::Holds::kNothing);
  const auto created = world.Of<Clusters>().Create(world.AsOperator(), "", world.GoodCluster(), "");
  EXPECT_THAT(created, HasFieldError("cluster.country"));
  EXPECT_THAT(std::string(created.status().message()), HasSubstr("import taxonomies.ndjson first"));
}

TEST_F(ResourceTest, ADraftIsSeenByItsOwnPeopleAndOperatorsAlone) {
  v1::Cluster draft = world_.GoodCluster("Draft");
  draft.clear_state();
  ASSERT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "", draft, ""), IsOk());
  EXPECT_THAT(List(filter::Viewer::Public())->resources, IsEmpty());
  EXPECT_EQ(List(filter::Viewer::As("clusters/draft"))->resources.size(), 1u);
  EXPECT_EQ(List(filter::Viewer::Operator())->resources.size(), 1u);
  EXPECT_THAT(
      world_.Of<Clusters>().BatchGet(world_.Read(filter::Viewer::Public()), {"clusters/draft"}),
      StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(world_.Of<Clusters>().Publish(world_.AsOperator(), "clusters/draft", ""), IsOk());
  EXPECT_EQ(List(filter::Viewer::Public())->resources.size(), 1u);
  const store::Revision before = *world_.store->revision();
  EXPECT_THAT(world_.Of<Clusters>().Publish(world_.AsOperator(), "clusters/draft", ""), IsOk());
  EXPECT_EQ(*world_.store->revision(), before) << "published once";
}

TEST_F(ResourceTest, AnUpdateChangesWhatItsMaskNamesAndNothingElse) {
  v1::Cluster cluster = world_.NewCluster();
  cluster.set_acronym("SiSa");
  cluster.set_title("Other");
  const auto updated =
      world_.Of<Clusters>().Update(world_.AsOperator(), cluster, Mask({"acronym"}));
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->acronym(), "SiSa");
  EXPECT_EQ(updated->title(), "Silicon Saxony");
  EXPECT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), *updated, Mask({"acronyms"})),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("acronyms")));
}

TEST_F(ResourceTest, AStaleEtagIsAbortedAndAnUpdateThatChangesNothingTakesNoRevision) {
  v1::Cluster cluster = world_.NewCluster();
  v1::Cluster changed = cluster;
  changed.set_acronym("A");
  ASSERT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), changed, Mask({"acronym"})),
              IsOk());
  EXPECT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), changed, Mask({"acronym"})),
              ReasonIs("ETAG_MISMATCH"));
  changed.clear_etag();
  const store::Revision before = *world_.store->revision();
  EXPECT_THAT(world_.Of<Clusters>().Update(world_.AsOperator(), changed, Mask({"acronym"})),
              IsOk());
  EXPECT_EQ(*world_.store->revision(), before);
}

TEST_F(ResourceTest, WhatIsDeletedIsGoneForEverybodyAndComesBackAsItWas) {
  const v1::Cluster cluster = world_.NewCluster();
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster.name(), ""), IsOk());
  EXPECT_THAT(List(filter::Viewer::Operator())->resources, IsEmpty());
  EXPECT_EQ(List(filter::Viewer::Operator(), true)->resources.size(), 1u);
  EXPECT_THAT(List(filter::Viewer::Public(), true), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), cluster.name(), ""),
              StatusIs(absl::StatusCode::kNotFound));
  const auto back = world_.Of<Clusters>().Undelete(world_.AsOperator(), cluster.name(), "");
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(back->title(), cluster.title());
  EXPECT_THAT(world_.Of<Clusters>().Undelete(world_.AsOperator(), cluster.name(), ""),
              ReasonIs("NOT_DELETED"));
}

TEST_F(ResourceTest, PagesGoOnBehindTheLastName) {
  for (const char* title : {"A", "B", "C"}) world_.NewCluster(title);
  ListQuery query;
  query.limit = 2;
  const auto first = world_.Of<Clusters>().List(world_.Read(), query);
  ASSERT_EQ(first->resources.size(), 2u);
  query.after = first->next;
  const auto second = world_.Of<Clusters>().List(world_.Read(), query);
  ASSERT_EQ(second->resources.size(), 1u);
  EXPECT_EQ(second->resources[0].name(), "clusters/c");
  EXPECT_EQ(second->next, "");
}

TEST_F(ResourceTest, APageOfOneFindsWhatStandsBehindManyThatAreHidden) {
  v1::Cluster draft = world_.GoodCluster("Draft");
  draft.set_state(v1::Cluster::STATE_DRAFT);
  const auto fill = [&](store::Writer& writer) -> absl::Status {
    for (int i = 0; i < 50; ++i) {
      draft.set_name(absl::StrCat("clusters/d-", i));
      RETURN_IF_ERROR(writer.Put(draft, "cluster.created"));
    }
    return absl::OkStatus();
  };
  ASSERT_THAT(world_.store->Write({}, fill), IsOk());
  for (const char* title : {"A", "X", "Y", "Z"}) world_.NewCluster(title);
  ListQuery query;
  query.limit = 1;
  std::vector<std::string> names;
  do {
    const auto page = world_.Of<Clusters>().List(world_.Read(filter::Viewer::Public()), query);
    ASSERT_THAT(page, IsOk());
    for (const v1::Cluster& cluster : page->resources) names.push_back(cluster.name());
    query.after = page->next;
  } while (!query.after.empty());
  EXPECT_THAT(names, ElementsAre("clusters/a", "clusters/x", "clusters/y", "clusters/z"));
}

TEST_F(ResourceTest, ValidateOnlyAnswersAsIfAndKeepsNothing) {
  WriteCall call = world_.AsOperator();
  call.store.validate_only = true;
  const store::Revision before = *world_.store->revision();
  EXPECT_THAT(world_.Of<Clusters>().Create(call, "", world_.GoodCluster(), ""), IsOk());
  EXPECT_EQ(*world_.store->revision(), before);
}

TEST_F(ResourceTest, AClusterGathersItsMembershipsAndLendsItsCodes) {
  const v1::Cluster cluster = world_.NewCluster();
  v1::Membership membership;
  membership.set_cluster(cluster.name());
  const auto member =
      world_.Of<Memberships>().Create(world_.AsOperator(), "programmes/go-cluster", membership, "");
  ASSERT_THAT(member, IsOk());
  EXPECT_EQ(member->name(), "programmes/go-cluster/memberships/silicon-saxony");
  EXPECT_THAT(world_.FactsOf(cluster.name()).programmes(), ElementsAre("programmes/go-cluster"));
  EXPECT_THAT(world_.FactsOf(member->name()).codes(), ::testing::Contains("nuts:DED"));
  EXPECT_EQ(world_.FactsOf(member->name()).title(), "Member of go-cluster: Silicon Saxony");
  v1::EndMembershipRequest end;
  end.set_name(member->name());
  end.set_end("2024-05-31");
  ASSERT_THAT(world_.Of<Memberships>().End(world_.AsOperator(), end), IsOk());
  EXPECT_THAT(world_.FactsOf(cluster.name()).programmes(), IsEmpty());
}

TEST_F(ResourceTest, ADraftMembershipGivesNothingToAPublicCluster) {
  const v1::Cluster cluster = world_.NewCluster();
  v1::Membership membership;
  membership.set_cluster(cluster.name());
  membership.set_state(v1::Membership::STATE_DRAFT);
  ASSERT_THAT(
      world_.Of<Memberships>().Create(world_.AsOperator(), "programmes/go-cluster", membership, ""),
      IsOk());
  EXPECT_THAT(world_.FactsOf(cluster.name()).programmes(), IsEmpty());
}

TEST_F(ResourceTest, GreeceAndTheUnitedKingdomHaveOtherCodesInNuts) {
  v1::Cluster cluster = world_.GoodCluster("Hellas");
  cluster.clear_regions();
  cluster.set_country("GR");
  const auto created = world_.Of<Clusters>().Create(world_.AsOperator(), "", cluster, "");
  EXPECT_THAT(world_.FactsOf(created->name()).codes(),
              ElementsAre("esca:ict", "iso:GR", "nuts:EL"));
}

TEST_F(ResourceTest, AnEventThatTakesPlaceOnAnotherDayIsMoved) {
  v1::CalendarEvent event;
  event.set_title("Conference");
  event.set_kind(v1::CalendarEvent::KIND_CONFERENCE);
  event.mutable_period()->set_start("2024-09-10");
  event.set_state(v1::CalendarEvent::STATE_PUBLISHED);
  v1::CalendarEvent created = *world_.Of<Events>().Create(world_.AsOperator(), "", event, "");
  const store::Revision before = *world_.store->revision();
  created.mutable_period()->set_start("2024-09-11");
  created = *world_.Of<Events>().Update(world_.AsOperator(), created, Mask({"period"}));
  created.set_attendance(10);
  ASSERT_THAT(world_.Of<Events>().Update(world_.AsOperator(), created, Mask({"attendance"})),
              IsOk());
  EXPECT_THAT(world_.KindsAfter(before), ElementsAre("event.moved", "event.updated"));
}

TEST_F(ResourceTest, AnEventIsNoPartOfItself) {
  v1::CalendarEvent event;
  event.set_title("A");
  event.set_kind(v1::CalendarEvent::KIND_CONFERENCE);
  event.mutable_period()->set_start("2024");
  const v1::CalendarEvent a = *world_.Of<Events>().Create(world_.AsOperator(), "", event, "a");
  event.set_parent(a.name());
  const v1::CalendarEvent b = *world_.Of<Events>().Create(world_.AsOperator(), "", event, "b");
  v1::CalendarEvent circle = a;
  circle.set_parent(b.name());
  EXPECT_THAT(world_.Of<Events>().Update(world_.AsOperator(), circle, Mask({"parent"})),
              HasFieldError("event.parent"));
}

TEST_F(ResourceTest, WhatSomebodySetByHandIsRemembered) {
  v1::Cluster cluster = world_.NewCluster();
  EXPECT_THAT(cluster.edited_fields(), ElementsAre("country", "regions", "sectors", "title"));
  v1::Cluster imported = world_.GoodCluster("Imported title");
  imported.set_acronym("IMP");
  KeepEdited(cluster, world_.Of<Clusters>().rules().output_only, &imported);
  EXPECT_EQ(imported.title(), "Silicon Saxony");
  EXPECT_EQ(imported.acronym(), "IMP");
  EXPECT_EQ(imported.etag(), cluster.etag());
}

TEST_F(ResourceTest, CodesAreFoundByTheirBeginningAndByWordsOfTheirNames) {
  const auto by_code = world_.Of<Taxonomies>().SearchCodes(world_.Read(), "nuts:DED", "", 20);
  ASSERT_EQ(by_code->size(), 2u);
  EXPECT_EQ((*by_code)[0].code(), "nuts:DED");
  const auto by_name = world_.Of<Taxonomies>().SearchCodes(world_.Read(), "SACHSEN", "", 20);
  ASSERT_EQ(by_name->size(), 1u);
  EXPECT_EQ((*by_name)[0].parent(), "nuts:DE");
}

TEST_F(ResourceTest, ACodeIsFoundAsSoonAsItsListHasItAndNoLongerWithoutIt) {
  Taxonomies taxonomies(*world_.store);  // one, which keeps what it made of the lists
  const auto found = [&] {
    return taxonomies.SearchCodes(world_.Read(), "Quantum", "", 20)->size();
  };
  EXPECT_EQ(found(), 0u);
  auto nuts = world_.Get<v1::Taxonomy>("taxonomies/nuts");
  v1::TaxonomyCode& code = *nuts.add_codes();
  code.set_code("Q1");
  code.set_title("Quantum technologies");
  const auto with = taxonomies.Update(world_.AsOperator(), nuts, {});
  ASSERT_THAT(with, IsOk());
  EXPECT_EQ(found(), 1u);
  world_.NewCluster();  // which changes no list
  EXPECT_EQ(found(), 1u);
  nuts = *with;
  nuts.mutable_codes()->RemoveLast();
  ASSERT_THAT(taxonomies.Update(world_.AsOperator(), nuts, {}), IsOk());
  EXPECT_EQ(found(), 0u);
}

}  // namespace
}  // namespace clusterwire::catalogue
