#include "services/catalogue/resources/people/person_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/people/people.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class PersonRulesTest : public ::testing::Test {
 protected:
  PersonRulesTest() { erasures_.Open(); }

  static v1::Person Ada(std::string owner = "") {
    v1::Person person;
    person.set_display_name("Ada Lovelace");
    person.add_emails("ada@example.org");
    person.set_owner(std::move(owner));
    return person;
  }
  v1::Person MustCreate(const v1::Person& person, const WriteCall& call) {
    const auto made = people_.Create(call, "", person, "");
    EXPECT_THAT(made, IsOk());
    return made.value_or(v1::Person());
  }
  absl::Status CreateError(const v1::Person& person) {
    return people_.Create(world_.AsOperator(), "", person, "").status();
  }

  World world_;
  Erasures erasures_{*world_.store, ErasureKey("a key for tests alone")};
  People people_{erasures_, world_.random};
};

TEST_F(PersonRulesTest, ThoseWhoMayEditTheOwnerSeeAndWriteAPersonAndForOthersThereIsNone) {
  const std::string cluster = world_.NewCluster("Silicon Saxony").name();
  const std::string other = world_.NewCluster("BioCon Valley").name();
  v1::Person ada = MustCreate(Ada(cluster), world_.As(cluster));
  EXPECT_THAT(people_.Get(world_.Read(filter::Viewer::As(cluster)), ada.name()), IsOk());
  filter::Viewer viewer;  // sees the inside of the cluster, and may write nothing
  viewer.members = {cluster};
  const auto missing = people_.Get(world_.Read(), "people/absent0absent");
  for (const filter::Viewer& none : {filter::Viewer::Public(), viewer, filter::Viewer::As(other)}) {
    const auto refused = people_.Get(world_.Read(none), ada.name());
    EXPECT_THAT(refused, StatusIs(missing.status().code()));
    EXPECT_THAT(people_.List(world_.Read(none), {})->resources, SizeIs(0));
    EXPECT_THAT(people_.List(world_.Read(none), {.owner = cluster})->resources, SizeIs(0));
  }
  ada.add_phones("+49 351 8925880");
  EXPECT_THAT(people_.Update(world_.As(other), ada, {}), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(people_.Update(world_.As(cluster), ada, {}), IsOk());
  EXPECT_THAT(people_.Create(world_.As(other), "", Ada(cluster), ""),
              StatusIs(absl::StatusCode::kPermissionDenied));
  MustCreate(Ada(), world_.AsOperator());
  EXPECT_THAT(people_.List(world_.Read(), {})->resources, SizeIs(2));
  EXPECT_THAT(people_.List(world_.Read(), {.owner = cluster})->resources, SizeIs(1));
}

TEST_F(PersonRulesTest, AnOwnerStaysWhatItWas) {
  const std::string cluster = world_.NewCluster().name();
  v1::Person ada = MustCreate(Ada(cluster), world_.AsOperator());
  ada.set_owner("programmes/go-cluster");
  EXPECT_THAT(people_.Update(world_.AsOperator(), ada, {}), HasFieldError("person.owner"));
}

TEST_F(PersonRulesTest, WhatIsNoAddressIsNamedByItsPlaceAndNotRepeated) {
  for (const char* wrong : {"plain", "@example.org", "a@b", "a b@example.org", "a@@example.org",
                            "a@example..org", "a@-example.org", "a@example.org.", ".a@example.org",
                            "a@exa\nmple.org", "<a@example.org>"}) {
    v1::Person person = Ada();
    person.set_emails(0, wrong);
    const absl::Status refused = CreateError(person);
    EXPECT_THAT(refused, HasFieldError("person.emails[0]")) << wrong;
    EXPECT_EQ(refused.message(), "person.emails[0]: must look like name@example.org");
  }
  v1::Person person = Ada();
  person.add_phones("call me");
  EXPECT_THAT(CreateError(person), HasFieldError("person.phones[0]"));
  for (const char* right :
       {"a@example.org", "o'neil+x@mail.example.co.uk", "jörg@müller.example"}) {
    person = Ada();
    person.set_emails(0, right);
    EXPECT_THAT(CreateError(person), IsOk()) << right;
  }
}

TEST_F(PersonRulesTest, AConsentNeedsAllThatProvesIt) {
  v1::Person person = Ada();
  person.add_consents();
  const absl::Status refused = CreateError(person);
  for (const char* field : {"purpose", "asked_by", "origin", "text_version", "give_time"}) {
    EXPECT_THAT(refused, HasFieldError(absl::StrCat("person.consents[0].", field)));
  }
}

TEST_F(PersonRulesTest, NoLogRowHoldsMoreThanTheRandomName) {
  const store::Revision before = *world_.store->revision();
  const v1::Person ada = MustCreate(Ada(), world_.AsOperator());
  const auto changes = world_.ChangesAfter(before);
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].name, ada.name());
  EXPECT_EQ(changes[0].after, nullptr);
  EXPECT_FALSE(changes[0].facts_after.has_value());
  EXPECT_FALSE(world_.HasFacts(ada.name()));
  EXPECT_THAT(ada.name(), Not(HasSubstr("ada")));
}

TEST_F(PersonRulesTest, AContactIsAPersonWhomItsWriterSees) {
  const std::string cluster = world_.NewCluster("Silicon Saxony").name();
  const v1::Person own = MustCreate(Ada(cluster), world_.As(cluster));
  const v1::Person hidden = MustCreate(Ada(), world_.AsOperator());
  Clusters clusters = world_.Of<Clusters>();
  v1::Cluster next;
  next.set_name(cluster);
  next.add_contacts()->set_person(hidden.name());
  next.mutable_contacts(0)->set_role(type::v1::PERSON_ROLE_CLUSTER_MANAGER);
  const auto refused = clusters.Update(world_.As(cluster), next, {});
  EXPECT_THAT(refused, HasFieldError("cluster.contacts[0].person"));
  next.mutable_contacts(0)->set_person("people/absent0absent");
  const auto absent = clusters.Update(world_.As(cluster), next, {});
  EXPECT_THAT(absent, HasFieldError("cluster.contacts[0].person"));
  next.mutable_contacts(0)->set_person(own.name());
  EXPECT_THAT(clusters.Update(world_.As(cluster), next, {}), IsOk());
  next.mutable_contacts(0)->clear_role();
  EXPECT_THAT(clusters.Update(world_.As(cluster), next, {}),
              HasFieldError("cluster.contacts[0].role"));
  // What an operator has put there stays when others change the rest.
  next.mutable_contacts(0)->set_person(hidden.name());
  next.mutable_contacts(0)->set_role(type::v1::PERSON_ROLE_CONTACT);
  EXPECT_THAT(clusters.Update(world_.AsOperator(), next, {}), IsOk());
  next.set_acronym("SiSax");
  EXPECT_THAT(clusters.Update(world_.As(cluster), next, {}), IsOk());
}

}  // namespace
}  // namespace clusterwire::catalogue
