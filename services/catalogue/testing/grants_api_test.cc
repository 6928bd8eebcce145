// Grants and invitations as clients meet them.

#include <gmock/gmock.h>

#include "clusterwire/catalogue/v1/grant.pb.h"
#include "clusterwire/catalogue/v1/invitation.pb.h"
#include "clusterwire/change/v1/change_service.pb.h"

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/testing/api_bench.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::IsEmpty;

class GrantsApiTest : public ::testing::Test {
 protected:
  GrantsApiTest() : cluster_(bench_.world.NewCluster().name()) {}

  v1::CreateGrantRequest Giving(const std::string& subject) {
    v1::CreateGrantRequest request;
    request.mutable_grant()->set_subject(subject);
    request.mutable_grant()->set_resource(cluster_);
    request.mutable_grant()->set_role(v1::Grant::ROLE_VIEWER);
    return request;
  }
  absl::StatusOr<v1::Grant> Give(const v1::CreateGrantRequest& request,
                                 const std::string& view_as = "") {
    return bench_.Call<v1::Grant>("GrantService/CreateGrant", request, view_as);
  }
  absl::StatusOr<v1::ListGrantsResponse> List(const v1::ListGrantsRequest& request,
                                              const std::string& view_as = "") {
    return bench_.Call<v1::ListGrantsResponse>("GrantService/ListGrants", request, view_as);
  }

  ApiBench bench_;
  const std::string cluster_;
};

TEST_F(GrantsApiTest, WhoAmISaysWhatTheCallerIsAlsoThroughOtherEyes) {
  const auto mine = bench_.Call<v1::WhoAmIResponse>("GrantService/WhoAmI", v1::WhoAmIRequest());
  ASSERT_THAT(mine, IsOk());
  EXPECT_TRUE(mine->operator_());
  EXPECT_EQ(mine->proof(), v1::WhoAmIResponse::PROOF_LOOPBACK);
  EXPECT_EQ(mine->access(), type::v1::ACCESS_OPERATOR);
  const auto theirs =
      bench_.Call<v1::WhoAmIResponse>("GrantService/WhoAmI", v1::WhoAmIRequest(), cluster_);
  ASSERT_THAT(theirs, IsOk());
  EXPECT_FALSE(theirs->operator_());
  EXPECT_EQ(theirs->access(), type::v1::ACCESS_CLUSTER);
  ASSERT_EQ(theirs->rights_size(), 1);
  EXPECT_EQ(theirs->rights(0).resource(), cluster_);
  EXPECT_EQ(theirs->rights(0).role(), v1::Grant::ROLE_OWNER);
}

TEST_F(GrantsApiTest, AGrantIsReadAtItsRevisionAndARepeatedCallGetsTheFirstAnswer) {
  v1::CreateGrantRequest request = Giving("corp:anna");
  request.set_request_id("once");
  const auto given = Give(request);
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(Give(request)->SerializeAsString(), given->SerializeAsString());
  request.clear_request_id();
  EXPECT_THAT(Give(request), StatusIs(absl::StatusCode::kAlreadyExists));
  v1::GetGrantRequest get;
  get.set_name(given->name());
  EXPECT_THAT(bench_.Call<v1::Grant>("GrantService/GetGrant", get), IsOk());
  EXPECT_EQ(bench_.metadata("clusterwire-revision"), absl::StrCat(given->revision()));
  get.set_min_revision(1'000'000);
  EXPECT_THAT(bench_.Call<v1::Grant>("GrantService/GetGrant", get), ReasonIs("FUTURE_REVISION"));
  get.set_name("clusters/x");
  EXPECT_THAT(bench_.Call<v1::Grant>("GrantService/GetGrant", get), HasFieldError("name"));
}

TEST_F(GrantsApiTest, ValidateOnlyGivesNothing) {
  v1::CreateGrantRequest request = Giving("corp:anna");
  request.set_validate_only(true);
  EXPECT_THAT(Give(request), IsOk());
  EXPECT_THAT(List({})->grants(), IsEmpty());
}

TEST_F(GrantsApiTest, ListsGoOnPageByPage) {
  for (const char* subject : {"corp:a", "corp:b", "corp:c"}) {
    ASSERT_THAT(Give(Giving(subject)), IsOk());
  }
  for (const bool narrowed : {false, true}) {
    v1::ListGrantsRequest request;
    request.set_page_size(2);
    if (narrowed) request.set_resource(cluster_);
    const auto first = List(request, narrowed ? cluster_ : "");
    ASSERT_THAT(first, IsOk());
    EXPECT_EQ(first->grants_size(), 2);
    request.set_page_token(first->next_page_token());
    const auto second = List(request, narrowed ? cluster_ : "");
    ASSERT_THAT(second, IsOk());
    EXPECT_EQ(second->grants_size(), 1);
    EXPECT_EQ(second->next_page_token(), "");
    request.set_subject("corp:a");
    EXPECT_THAT(List(request), ReasonIs("PAGE_TOKEN_MISMATCH"));
  }
}

TEST_F(GrantsApiTest, WhoOwnsNothingGivesNothing) {
  EXPECT_THAT(Give(Giving("corp:anna"), "public"), ::testing::Not(IsOk()));
  EXPECT_THAT(Give(Giving("corp:anna"), "programmes/go-cluster"), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(Give(Giving("corp:anna"), cluster_), IsOk());
}

TEST_F(GrantsApiTest, NoListOfChangesShowsGrants) {
  const int64_t before = bench_.world.store->revision()->value;
  ASSERT_THAT(Give(Giving("corp:anna")), IsOk());
  change::v1::ListChangesRequest request;
  request.set_after_revision(before);
  const auto listed =
      bench_.Call<change::v1::ListChangesResponse>("ChangeService/ListChanges", request);
  ASSERT_THAT(listed, IsOk());
  EXPECT_THAT(listed->changes(), IsEmpty());
}

TEST_F(GrantsApiTest, AnInvitationOfAnOperatorIsForWhoHasAnIdentity) {
  v1::CreateInvitationRequest invite;
  invite.mutable_invitation()->set_resource(cluster_);
  invite.mutable_invitation()->set_role(v1::Grant::ROLE_OWNER);
  const auto made = bench_.Call<v1::Invitation>("InvitationService/CreateInvitation", invite);
  ASSERT_THAT(made, IsOk());
  v1::AcceptInvitationRequest accept;
  accept.set_token(made->token());
  EXPECT_THAT(bench_.Call<v1::Grant>("InvitationService/AcceptInvitation", accept),
              ReasonIs("NO_SUBJECT"));
  v1::ListInvitationsRequest list;
  list.set_resource(cluster_);
  const auto listed =
      bench_.Call<v1::ListInvitationsResponse>("InvitationService/ListInvitations", list);
  ASSERT_THAT(listed, IsOk());
  EXPECT_EQ(listed->invitations_size(), 1);
  v1::DeleteInvitationRequest withdraw;
  withdraw.set_name(made->name());
  EXPECT_THAT(bench_.Call<v1::Invitation>("InvitationService/DeleteInvitation", withdraw), IsOk());
  EXPECT_THAT(bench_.Call<v1::Invitation>("InvitationService/DeleteInvitation", withdraw),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace clusterwire::catalogue
