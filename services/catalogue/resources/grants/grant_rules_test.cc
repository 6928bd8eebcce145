#include "services/catalogue/resources/grants/grant_rules.h"

#include <thread>

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/grants/grant_access.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kAnna[] = "corp:anna";
constexpr char kBert[] = "corp:bert";
constexpr char kOffice[] = "programmes/go-cluster";

class GrantsTest : public ::testing::Test {
 protected:
  GrantsTest() {
    v1::Cluster draft = world_.GoodCluster("Hidden");
    draft.set_state(v1::Cluster::STATE_DRAFT);
    EXPECT_THAT(world_.Of<Clusters>().Create(world_.AsOperator(), "", draft, "hidden"), IsOk());
    world_.NewCluster("Other");
  }

  // With what grants give the subject now, as a call has it.
  filter::Viewer ViewerOf(const std::string& subject) {
    const auto rights = index_->RightsOf(subject);
    EXPECT_THAT(rights, IsOk());
    return {.members = rights->members,
            .edits = rights->edits,
            .owns = rights->owns,
            .subject = subject};
  }
  WriteCall By(const std::string& subject) {
    WriteCall call;
    call.viewer = ViewerOf(subject);
    call.store.caller = subject;
    return call;
  }
  static v1::Grant Of(const std::string& subject, const std::string& resource,
                      v1::Grant::Role role) {
    v1::Grant grant;
    grant.set_subject(subject);
    grant.set_resource(resource);
    grant.set_role(role);
    return grant;
  }
  absl::StatusOr<v1::Grant> Give(const WriteCall& call, const std::string& subject,
                                 const std::string& resource, v1::Grant::Role role) {
    return grants_.Create(call, Of(subject, resource, role));
  }
  v1::Grant MustGive(const std::string& subject, v1::Grant::Role role,
                     const std::string& resource = "clusters/hidden") {
    const auto given = Give(world_.AsOperator(), subject, resource, role);
    EXPECT_THAT(given, IsOk());
    return *given;
  }
  std::vector<std::string> Listed(const filter::Viewer& viewer, GrantQuery query = {}) {
    const auto page = grants_.List(world_.Read(viewer), query);
    EXPECT_THAT(page, IsOk());
    std::vector<std::string> subjects;
    for (const v1::Grant& grant : page->grants) subjects.push_back(grant.subject());
    std::ranges::sort(subjects);
    return subjects;
  }
  absl::Status Lower(const WriteCall& call, const v1::Grant& grant) {
    v1::Grant next = grant;
    next.clear_etag();
    next.set_role(v1::Grant::ROLE_VIEWER);
    return grants_.Update(call, next, {}).status();
  }

  World world_;
  std::unique_ptr<GrantIndex> index_ =
      *GrantIndex::Open(*world_.store, Clock::System(), world_.random);
  Grants grants_{*index_};
};

TEST_F(GrantsTest, WhatIsGivenHoldsFromTheNextLookupOnAndWhatIsWithdrawnIsGone) {
  EXPECT_THAT(ViewerOf(kAnna).members, IsEmpty());
  const v1::Grant grant = MustGive(kAnna, v1::Grant::ROLE_EDITOR);
  EXPECT_THAT(ViewerOf(kAnna).members, ElementsAre("clusters/hidden"));
  EXPECT_THAT(ViewerOf(kAnna).edits, ElementsAre("clusters/hidden"));
  EXPECT_THAT(ViewerOf(kAnna).owns, IsEmpty());
  EXPECT_THAT(world_.Of<Clusters>().Get(world_.Read(ViewerOf(kAnna)), "clusters/hidden"), IsOk());
  ASSERT_THAT(grants_.Delete(world_.AsOperator(), grant.name(), ""), IsOk());
  EXPECT_THAT(ViewerOf(kAnna).members, IsEmpty());
  EXPECT_THAT(ViewerOf(kAnna).edits, IsEmpty());
}

TEST_F(GrantsTest, APatternHoldsForAllThatBeginSoAndForNobodyElse) {
  MustGive("k8s:system:serviceaccount:map:*", v1::Grant::ROLE_VIEWER);
  for (const char* inside :
       {"k8s:system:serviceaccount:map:page", "k8s:system:serviceaccount:map:x"}) {
    EXPECT_THAT(ViewerOf(inside).members, ElementsAre("clusters/hidden")) << inside;
  }
  for (const char* outside :
       {"k8s:system:serviceaccount:map", "k8s:system:serviceaccount:maps:page",
        "k8s:system:serviceaccount:", "corp:k8s"}) {
    EXPECT_THAT(ViewerOf(outside).members, IsEmpty()) << outside;
  }
  EXPECT_THAT(Give(world_.AsOperator(), "k8s:*", "clusters/hidden", v1::Grant::ROLE_OWNER),
              HasFieldError("grant.role"));
}

TEST_F(GrantsTest, EverybodyOfAnIssuerIsOperatorsToGrantTo) {
  MustGive(kAnna, v1::Grant::ROLE_OWNER);
  for (const char* everybody :
       {"corp:*", "dns:*", "spiffe:*", "spiffe:/*", "spiffe://*", "spiffe://example.org/*"}) {
    EXPECT_THAT(Give(By(kAnna), everybody, "clusters/hidden", v1::Grant::ROLE_VIEWER),
                HasFieldError("grant.subject"))
        << everybody;
    EXPECT_THAT(Give(world_.AsOperator(), everybody, "clusters/hidden", v1::Grant::ROLE_VIEWER),
                IsOk())
        << everybody;
  }
  for (const char* some : {"k8s:system:serviceaccount:map:*", "spiffe://example.org/ns/map/*",
                           "spiffe://example.org/ns/*"}) {
    EXPECT_THAT(Give(By(kAnna), some, "clusters/hidden", v1::Grant::ROLE_VIEWER), IsOk()) << some;
  }
}

TEST_F(GrantsTest, APatternWithinTheNameOfAHostIsNobodys) {
  for (const char* strangers : {"dns:map.*", "spiffe://example.*"}) {
    EXPECT_THAT(Give(world_.AsOperator(), strangers, "clusters/hidden", v1::Grant::ROLE_VIEWER),
                HasFieldError("grant.subject"))
        << strangers;
  }
}

TEST_F(GrantsTest, WhatAnOwnerHasUnderWayEndsWithTheirOwnership) {
  MustGive(kAnna, v1::Grant::ROLE_OWNER);
  const v1::Grant bert = MustGive(kBert, v1::Grant::ROLE_VIEWER);
  const WriteCall under_way = By(kAnna);
  ASSERT_THAT(grants_.Transfer(By(kAnna), "clusters/hidden", "corp:carl", ""), IsOk());
  EXPECT_THAT(Give(under_way, "corp:dora", "clusters/hidden", v1::Grant::ROLE_OWNER),
              ReasonIs("NOT_YOURS"));
  EXPECT_THAT(Lower(under_way, bert), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(grants_.Delete(under_way, bert.name(), ""), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(grants_.Transfer(under_way, "clusters/hidden", kAnna, "corp:carl"),
              ReasonIs("NOT_YOURS"));
}

TEST_F(GrantsTest, WhatIsNoSubjectIsRefusedWithAllElseThatIsWrong) {
  for (const std::string& subject :
       {std::string(""), std::string("anna"), std::string("public"), std::string("loopback"),
        std::string("corp:a b"), std::string("corp:\x01"), std::string("corp:\n"), std::string("*"),
        std::string("corp:a*"), std::string("corp:*x"), "corp:" + std::string(300, 'x')}) {
    const auto refused = Give(world_.AsOperator(), subject, "clusters/hidden/labels/x",
                              static_cast<v1::Grant::Role>(9));
    EXPECT_THAT(refused, HasFieldError("grant.subject")) << subject;
    EXPECT_THAT(refused, HasFieldError("grant.resource")) << subject;
    EXPECT_THAT(refused, HasFieldError("grant.role")) << subject;
  }
}

TEST_F(GrantsTest, OnlyRootsThatHaveFactsHoldGrants) {
  const std::string name = MustGive(kAnna, v1::Grant::ROLE_VIEWER).name();
  for (const std::string& resource :
       {name, std::string("invitations/x"), std::string("clusters/hidden/labels/x"),
        std::string("programmes/go-cluster/memberships/x"), std::string("birds/x"),
        std::string("clusters/"), std::string("clusters/-"), std::string("clusters/HIDDEN")}) {
    EXPECT_THAT(Give(world_.AsOperator(), kBert, resource, v1::Grant::ROLE_VIEWER),
                HasFieldError("grant.resource"))
        << resource;
  }
  for (const char* resource : {kOffice, "labelSchemes/ecei", "taxonomies/nuts"}) {
    EXPECT_THAT(Give(world_.AsOperator(), kBert, resource, v1::Grant::ROLE_VIEWER), IsOk())
        << resource;
  }
}

TEST_F(GrantsTest, WhatIsMissingDeletedOrNotSeenIsWordedAlike) {
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), "clusters/other", ""), IsOk());
  MustGive(kAnna, v1::Grant::ROLE_OWNER, kOffice);
  const auto text = [&](const std::string& resource) {
    const auto refused = Give(By(kAnna), kBert, resource, v1::Grant::ROLE_VIEWER);
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kNotFound)) << resource;
    std::string message(refused.status().message());
    if (const size_t at = message.find(resource); at != message.npos) {
      message.replace(at, resource.size(), "IT");
    }
    return message;
  };
  EXPECT_EQ(text("clusters/hidden"), text("clusters/nowhere"));
  EXPECT_EQ(text("clusters/other"), text("clusters/nowhere"));
  EXPECT_THAT(Give(world_.AsOperator(), kBert, "clusters/other", v1::Grant::ROLE_VIEWER),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(GrantsTest, OwnersGiveOnWhatTheyOwnAndAnOfficeNeverOnACluster) {
  MustGive(kAnna, v1::Grant::ROLE_OWNER, kOffice);
  EXPECT_THAT(Give(By(kAnna), kBert, kOffice, v1::Grant::ROLE_EDITOR), IsOk());
  EXPECT_THAT(Give(By(kAnna), kBert, "clusters/other", v1::Grant::ROLE_VIEWER),
              ReasonIs("NOT_YOURS"));
  EXPECT_THAT(Give(By(kBert), "corp:carl", kOffice, v1::Grant::ROLE_VIEWER), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(Give(By("corp:nobody"), kBert, "clusters/other", v1::Grant::ROLE_VIEWER),
              ReasonIs("NOT_YOURS"));
}

TEST_F(GrantsTest, WhoOwnsAProgrammeGivesOnWhatItOwnsAndNobodyMustStayThere) {
  v1::CalendarEvent event;
  event.set_title("Hidden talks");
  event.set_kind(v1::CalendarEvent::KIND_CONFERENCE);
  event.mutable_period()->set_start("2024-07-01");
  event.set_owner(kOffice);
  const auto made = world_.Of<Events>().Create(world_.AsOperator(), "", event, "");
  ASSERT_THAT(made, IsOk());
  MustGive(kAnna, v1::Grant::ROLE_OWNER, kOffice);
  MustGive(kBert, v1::Grant::ROLE_EDITOR, kOffice);
  MustGive("corp:carl", v1::Grant::ROLE_OWNER, "clusters/other");
  EXPECT_THAT(Give(By(kBert), "corp:dora", made->name(), v1::Grant::ROLE_VIEWER),
              ReasonIs("NOT_YOURS"));
  EXPECT_THAT(Give(By("corp:carl"), "corp:dora", made->name(), v1::Grant::ROLE_VIEWER),
              StatusIs(absl::StatusCode::kNotFound));
  const auto given = Give(By(kAnna), "corp:dora", made->name(), v1::Grant::ROLE_OWNER);
  ASSERT_THAT(given, IsOk());
  EXPECT_THAT(Give(By("corp:dora"), kBert, made->name(), v1::Grant::ROLE_VIEWER), IsOk());
  GrantQuery query;
  query.resource = made->name();
  EXPECT_THAT(Listed(ViewerOf(kAnna), query), ElementsAre(kBert, "corp:dora"));
  EXPECT_THAT(grants_.Delete(By("corp:dora"), given->name(), ""), IsOk());
}

TEST_F(GrantsTest, ASecondGrantChangesNothingAndOneThatIsGivenAgainHasItsName) {
  const v1::Grant first = MustGive(kAnna, v1::Grant::ROLE_VIEWER);
  const auto revision = *world_.store->revision();
  EXPECT_THAT(Give(world_.AsOperator(), kAnna, "clusters/hidden", v1::Grant::ROLE_OWNER),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("UpdateGrant")));
  EXPECT_EQ(*world_.store->revision(), revision);
  ASSERT_THAT(grants_.Delete(world_.AsOperator(), first.name(), first.etag()), IsOk());
  EXPECT_THAT(grants_.Get(world_.Read(), first.name()), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(grants_.Delete(world_.AsOperator(), first.name(), ""),
              StatusIs(absl::StatusCode::kNotFound));
  const v1::Grant again = MustGive(kAnna, v1::Grant::ROLE_OWNER);
  EXPECT_EQ(again.name(), first.name());
  EXPECT_FALSE(again.has_delete_time());
  EXPECT_THAT(ViewerOf(kAnna).owns, ElementsAre("clusters/hidden"));
}

TEST_F(GrantsTest, AnUpdateChangesTheRoleAloneAndAStaleEtagIsAborted) {
  const v1::Grant grant = MustGive(kAnna, v1::Grant::ROLE_VIEWER);
  v1::Grant next = grant;
  next.set_role(v1::Grant::ROLE_EDITOR);
  next.set_subject(kBert);
  const auto updated = grants_.Update(world_.AsOperator(), next, {});
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->subject(), kAnna);
  EXPECT_EQ(updated->role(), v1::Grant::ROLE_EDITOR);
  EXPECT_THAT(grants_.Update(world_.AsOperator(), next, {}), ReasonIs("ETAG_MISMATCH"));
  google::protobuf::FieldMask mask;
  mask.add_paths("rolle");
  EXPECT_THAT(grants_.Update(world_.AsOperator(), next, mask), HasFieldError("update_mask"));
}

TEST_F(GrantsTest, TheLastOwnerNeitherLeavesNorIsLoweredAndAnOperatorMayDoBoth) {
  const v1::Grant anna = MustGive(kAnna, v1::Grant::ROLE_OWNER);
  EXPECT_THAT(grants_.Delete(By(kAnna), anna.name(), ""), ReasonIs("LAST_OWNER"));
  EXPECT_THAT(Lower(By(kAnna), anna), ReasonIs("LAST_OWNER"));
  const v1::Grant bert = MustGive(kBert, v1::Grant::ROLE_OWNER);
  EXPECT_THAT(Lower(By(kAnna), bert), IsOk());
  EXPECT_THAT(grants_.Delete(By(kAnna), anna.name(), ""), ReasonIs("LAST_OWNER"));
  EXPECT_THAT(Lower(world_.AsOperator(), anna), IsOk());
}

TEST_F(GrantsTest, OfTwoOwnersWhoLeaveAtTheSameTimeOneStays) {
  for (int round = 0; round < 10; ++round) {
    const std::string resource = world_.NewCluster(absl::StrCat("Round ", round)).name();
    const v1::Grant anna = MustGive(kAnna, v1::Grant::ROLE_OWNER, resource);
    const v1::Grant bert = MustGive(kBert, v1::Grant::ROLE_OWNER, resource);
    const WriteCall by_anna = By(kAnna);
    const WriteCall by_bert = By(kBert);
    std::thread other([&] { grants_.Delete(by_bert, bert.name(), "").IgnoreError(); });
    grants_.Delete(by_anna, anna.name(), "").IgnoreError();
    other.join();
    GrantQuery query;
    query.resource = resource;
    EXPECT_EQ(Listed(filter::Viewer::Operator(), query).size(), 1u);
  }
}

TEST_F(GrantsTest, OwnershipGoesToAnotherInOneWrite) {
  MustGive(kAnna, v1::Grant::ROLE_OWNER);
  EXPECT_THAT(grants_.Transfer(By(kAnna), "clusters/hidden", kAnna, ""), HasFieldError("subject"));
  EXPECT_THAT(grants_.Transfer(By(kAnna), "clusters/hidden", "corp:*", ""),
              HasFieldError("subject"));
  const auto revision = *world_.store->revision();
  const auto given = grants_.Transfer(By(kAnna), "clusters/hidden", kBert, "");
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->subject(), kBert);
  EXPECT_EQ(world_.store->revision()->value, revision.value + 1);
  EXPECT_THAT(ViewerOf(kAnna).members, IsEmpty());
  EXPECT_THAT(ViewerOf(kBert).owns, ElementsAre("clusters/hidden"));
  EXPECT_THAT(grants_.Transfer(world_.AsOperator(), "clusters/hidden", kAnna, ""),
              ReasonIs("NOT_AN_OWNER"));
  EXPECT_THAT(grants_.Transfer(world_.AsOperator(), "clusters/hidden", kAnna, kBert), IsOk());
  EXPECT_THAT(grants_.Transfer(By(kBert), "clusters/hidden", kBert, kAnna),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(GrantsTest, EverybodySeesTheirOwnOwnersWhatIsOnTheirsAndNobodyElseAnything) {
  const v1::Grant anna = MustGive(kAnna, v1::Grant::ROLE_OWNER);
  const v1::Grant all = MustGive("corp:*", v1::Grant::ROLE_VIEWER);
  const v1::Grant elsewhere = MustGive("dns:map.example", v1::Grant::ROLE_VIEWER, "clusters/other");
  EXPECT_THAT(Listed(ViewerOf(kAnna)), ElementsAre("corp:*", kAnna));
  EXPECT_THAT(Listed(ViewerOf(kBert)), ElementsAre("corp:*"));
  EXPECT_THAT(Listed(ViewerOf("other:anna")), IsEmpty());
  EXPECT_THAT(Listed(filter::Viewer::Operator()), ElementsAre("corp:*", kAnna, "dns:map.example"));
  GrantQuery query;
  query.resource = "clusters/hidden";
  EXPECT_THAT(Listed(ViewerOf(kBert), query), ElementsAre("corp:*"));
  EXPECT_THAT(Listed(ViewerOf("other:anna"), query), IsEmpty());
  query.resource = "clusters/nowhere";
  EXPECT_THAT(Listed(ViewerOf("other:anna"), query), IsEmpty());
  query = {.subject = kAnna};
  EXPECT_THAT(Listed(ViewerOf(kBert), query), IsEmpty());
  query = {.subject = "dns:map.example"};
  EXPECT_THAT(Listed(ViewerOf(kAnna), query), IsEmpty()) << "an owner of something else";
  EXPECT_THAT(grants_.Get(world_.Read(ViewerOf(kBert)), all.name()), IsOk());
  EXPECT_THAT(grants_.Get(world_.Read(ViewerOf(kBert)), anna.name()),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(grants_.Get(world_.Read(ViewerOf(kAnna)), elsewhere.name()),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(grants_.Delete(By(kBert), all.name(), ""), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(grants_.Delete(By(kBert), anna.name(), ""), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(GrantsTest, WhoHasOneMayLeave) {
  const v1::Grant bert = MustGive(kBert, v1::Grant::ROLE_VIEWER);
  ASSERT_THAT(grants_.Delete(By(kBert), bert.name(), ""), IsOk());
  EXPECT_THAT(ViewerOf(kBert).members, IsEmpty());
}

TEST_F(GrantsTest, GrantsOutlastTheirResourceAndBringItBack) {
  MustGive(kAnna, v1::Grant::ROLE_OWNER);
  ASSERT_THAT(world_.Of<Clusters>().Delete(By(kAnna), "clusters/hidden", ""), IsOk());
  EXPECT_THAT(world_.Of<Clusters>().Get(world_.Read(ViewerOf(kAnna)), "clusters/hidden"),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(world_.Of<Clusters>().Undelete(By(kAnna), "clusters/hidden", ""), IsOk());
  EXPECT_THAT(world_.Of<Clusters>().Get(world_.Read(ViewerOf(kAnna)), "clusters/hidden"), IsOk());
}

TEST_F(GrantsTest, ThereIsALimitOfEachResourceAndOfEachSubject) {
  const auto fill = [](store::Writer& writer) -> absl::Status {
    for (size_t i = 0; i < Grants::kMost; ++i) {
      RETURN_IF_ERROR(
          PutGrant(writer, absl::StrCat("corp:s", i), "clusters/hidden", v1::Grant::ROLE_VIEWER));
    }
    return absl::OkStatus();
  };
  ASSERT_THAT(world_.store->Write({}, fill), IsOk());
  EXPECT_THAT(Give(world_.AsOperator(), kAnna, "clusters/hidden", v1::Grant::ROLE_VIEWER),
              ReasonIs("TOO_MANY_GRANTS"));
  EXPECT_THAT(Give(world_.AsOperator(), kAnna, "clusters/other", v1::Grant::ROLE_VIEWER), IsOk());
  GrantQuery query;
  query.limit = 1000;
  const auto first = grants_.List(world_.Read(), query);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->grants.size(), 1000u);
  query.after = first->next;
  EXPECT_EQ(grants_.List(world_.Read(), query)->grants.size(), 1u);
}

TEST_F(GrantsTest, NobodyIsGivenMoreByTransfersEither) {
  MustGive(kAnna, v1::Grant::ROLE_OWNER);
  const auto fill = [](store::Writer& writer) -> absl::Status {
    for (size_t i = 0; i < Grants::kMost; ++i) {
      RETURN_IF_ERROR(
          PutGrant(writer, kBert, absl::StrCat("clusters/c-", i), v1::Grant::ROLE_VIEWER));
    }
    return absl::OkStatus();
  };
  ASSERT_THAT(world_.store->Write({}, fill), IsOk());
  EXPECT_THAT(grants_.Transfer(By(kAnna), "clusters/hidden", kBert, ""),
              ReasonIs("TOO_MANY_GRANTS"));
  EXPECT_THAT(ViewerOf(kAnna).owns, ElementsAre("clusters/hidden"));
}

TEST_F(GrantsTest, WhoCreatesSomethingOwnsItFromTheSameWrite) {
  ASSERT_THAT(
      world_.store->Write(
          {}, [](store::Writer& writer) { return GiveOwner(writer, kAnna, "clusters/other"); }),
      IsOk());
  EXPECT_THAT(ViewerOf(kAnna).owns, ElementsAre("clusters/other"));
}

TEST_F(GrantsTest, AnIndexIsAsNewAsTheStoreWhoeverWrote) {
  MustGive(kAnna, v1::Grant::ROLE_VIEWER);
  const auto other = *GrantIndex::Open(*world_.store, Clock::System(), world_.random);
  EXPECT_THAT(other->RightsOf(kAnna)->members, ElementsAre("clusters/hidden"));
  for (int i = 0; i < 100; ++i) {
    const std::string subject = absl::StrCat("corp:s", i);
    MustGive(subject, v1::Grant::ROLE_VIEWER);
    EXPECT_THAT(other->RightsOf(subject)->members, ElementsAre("clusters/hidden"));
    world_.NewCluster(absl::StrCat("In between ", i));
  }
}

}  // namespace
}  // namespace clusterwire::catalogue
