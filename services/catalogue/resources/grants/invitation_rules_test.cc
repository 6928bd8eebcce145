#include "services/catalogue/resources/grants/invitation_rules.h"

#include <thread>

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/grants/grant_rules.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kAnna[] = "corp:anna";
constexpr char kBert[] = "corp:bert";
constexpr char kCluster[] = "clusters/silicon-saxony";

class InvitationsTest : public ::testing::Test {
 protected:
  InvitationsTest() {
    world_.NewCluster();
    EXPECT_THAT(world_.store->Write(
                    {}, [](store::Writer& writer) { return GiveOwner(writer, kAnna, kCluster); }),
                IsOk());
  }
  WriteCall By(const std::string& subject) {
    WriteCall call;
    const auto rights = *index_->RightsOf(subject);
    call.viewer = {
        .members = rights.members, .edits = rights.edits, .owns = rights.owns, .subject = subject};
    call.store.caller = subject;
    return call;
  }
  static v1::CreateInvitationRequest Request(v1::Grant::Role role = v1::Grant::ROLE_EDITOR) {
    v1::CreateInvitationRequest request;
    request.mutable_invitation()->set_resource(kCluster);
    request.mutable_invitation()->set_role(role);
    return request;
  }
  v1::Invitation Invite(v1::Grant::Role role = v1::Grant::ROLE_EDITOR) {
    const auto made = invitations_.Create(By(kAnna), Request(role));
    EXPECT_THAT(made, IsOk());
    return *made;
  }

  World world_;
  std::unique_ptr<GrantIndex> index_ =
      *GrantIndex::Open(*world_.store, world_.clock, world_.random);
  Invitations invitations_{*index_};
};

TEST_F(InvitationsTest, ATokenGivesItsGrantOnceAndAllOthersSayTheSame) {
  const v1::Invitation invitation = Invite();
  const auto accepted = invitations_.Accept(By(kBert), invitation.token());
  ASSERT_THAT(accepted, IsOk());
  EXPECT_EQ(accepted->subject(), kBert);
  EXPECT_EQ(accepted->role(), v1::Grant::ROLE_EDITOR);
  EXPECT_THAT(index_->RightsOf(kBert)->edits, ElementsAre(kCluster));
  const absl::Status used = invitations_.Accept(By("corp:carl"), invitation.token()).status();
  EXPECT_THAT(used, ReasonIs("INVITATION_INVALID"));
  const std::string open = Invite().token();
  for (const std::string& wrong :
       {std::string("x"), std::string("."), open.substr(0, open.size() - 1), open + "x",
        open.substr(0, open.find('.')), std::string(100'000, 'x'), std::string("../x"),
        "invitations/" + open}) {
    EXPECT_EQ(invitations_.Accept(By(kBert), wrong).status().message(), used.message());
  }
  EXPECT_THAT(invitations_.Accept(By(kBert), ""), HasFieldError("token"));
}

TEST_F(InvitationsTest, OfManyWhoAcceptAtTheSameTimeOneGetsIt) {
  const std::string token = Invite(v1::Grant::ROLE_VIEWER).token();
  std::vector<WriteCall> calls;
  for (int i = 0; i < 8; ++i) calls.push_back(By(absl::StrCat("corp:s", i)));
  std::atomic<int> accepted = 0;
  std::vector<std::thread> threads;
  for (const WriteCall& call : calls) {
    threads.emplace_back([&] { accepted += invitations_.Accept(call, token).ok() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(index_->On(kCluster)->size(), 2u);
}

TEST_F(InvitationsTest, OneThatHasExpiredGivesNothingAndIsRemoved) {
  v1::CreateInvitationRequest request = Request();
  request.mutable_lifetime()->set_seconds(3600);
  const auto invitation = invitations_.Create(By(kAnna), request);
  ASSERT_THAT(invitation, IsOk());
  world_.clock.Advance(absl::Hours(1));
  EXPECT_THAT(invitations_.Accept(By(kBert), invitation->token()), ReasonIs("INVITATION_INVALID"));
  EXPECT_THAT(invitations_.List(world_.Read(), kCluster)->invitations(), IsEmpty());
  const auto due = *world_.store->DueTimers(world_.clock.Now(), 10);
  ASSERT_EQ(due.size(), 1u);
  ASSERT_THAT(world_.store->Write({},
                                  [&](store::Writer& writer) {
                                    return TimerSteps().at("invitation")(writer, due[0].name,
                                                                         due[0].timer);
                                  }),
              IsOk());
  EXPECT_EQ(index_->On(kCluster)->size(), 1u);
  for (const int64_t seconds : {int64_t{0}, int64_t{59}, int64_t{31 * 24 * 3600}, int64_t{-1}}) {
    request.mutable_lifetime()->set_seconds(seconds);
    EXPECT_THAT(invitations_.Create(By(kAnna), request), HasFieldError("lifetime")) << seconds;
  }
}

TEST_F(InvitationsTest, OneOfAnInviterWhoOwnsNoMoreGivesNothing) {
  const std::string token = Invite().token();
  const std::string of_operator = invitations_.Create(world_.AsOperator(), Request())->token();
  ASSERT_THAT(Grants(*index_).Transfer(By(kAnna), kCluster, "corp:carl", ""), IsOk());
  EXPECT_THAT(invitations_.Accept(By(kBert), token), ReasonIs("INVITATION_INVALID"));
  EXPECT_THAT(invitations_.Accept(By(kBert), of_operator), IsOk());
}

TEST_F(InvitationsTest, WhoOwnsNoMoreWhenTheWriteHasItsTurnMakesNone) {
  const WriteCall under_way = By(kAnna);
  ASSERT_THAT(Grants(*index_).Transfer(By(kAnna), kCluster, "corp:carl", ""), IsOk());
  EXPECT_THAT(invitations_.Create(under_way, Request()), ReasonIs("NOT_YOURS"));
  EXPECT_EQ(index_->On(kCluster)->size(), 1u);
}

TEST_F(InvitationsTest, OneOnADeletedResourceGivesNothing) {
  const std::string token = Invite().token();
  ASSERT_THAT(world_.Of<Clusters>().Delete(world_.AsOperator(), kCluster, ""), IsOk());
  EXPECT_THAT(invitations_.Accept(By(kBert), token), ReasonIs("INVITATION_INVALID"));
}

TEST_F(InvitationsTest, WhoHasTheRoleAlreadyLeavesItForSomebodyElse) {
  const std::string token = Invite().token();
  EXPECT_THAT(invitations_.Accept(By(kAnna), token), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(index_->RightsOf(kAnna)->owns, ElementsAre(kCluster));
  EXPECT_THAT(invitations_.Accept(By(kBert), token), IsOk());
  EXPECT_THAT(invitations_.Accept(By(kBert), Invite(v1::Grant::ROLE_OWNER).token()), IsOk());
  EXPECT_THAT(index_->RightsOf(kBert)->owns, ElementsAre(kCluster));
}

TEST_F(InvitationsTest, WhoShowsNoIdentityOfTheirOwnIsToldSo) {
  EXPECT_THAT(invitations_.Accept(By("loopback"), Invite().token()), ReasonIs("NO_SUBJECT"));
}

TEST_F(InvitationsTest, OwnersAloneMakeSeeAndWithdrawThemAndTheTokenIsNowhere) {
  const v1::Invitation invitation = Invite();
  EXPECT_THAT(invitations_.Create(By(kBert), Request()), ReasonIs("NOT_YOURS"));
  EXPECT_THAT(invitations_.List({.viewer = By(kBert).viewer}, kCluster), ReasonIs("NOT_YOURS"));
  const auto listed = invitations_.List({.viewer = By(kAnna).viewer}, kCluster);
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->invitations_size(), 1);
  EXPECT_EQ(listed->invitations(0).token(), "");
  EXPECT_EQ(listed->invitations(0).inviter(), kAnna);
  const auto stored = world_.Get<v1::Invitation>(invitation.name());
  EXPECT_THAT(stored.token(), ::testing::Not(HasSubstr(invitation.token().substr(27))));
  for (const store::Change& change : world_.ChangesAfter({})) {
    if (change.type == "invitation") EXPECT_EQ(change.after, nullptr);
  }
  EXPECT_THAT(invitations_.Delete(By(kBert), invitation.name()),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(invitations_.Delete(By(kAnna), invitation.name()), IsOk());
  EXPECT_THAT(invitations_.Accept(By(kBert), invitation.token()), ReasonIs("INVITATION_INVALID"));
}

TEST_F(InvitationsTest, AResourceHasSoManyOpenOnesAtMost) {
  for (size_t i = 0; i < Invitations::kMost; ++i) Invite();
  EXPECT_THAT(invitations_.Create(By(kAnna), Request()), ReasonIs("TOO_MANY_INVITATIONS"));
}

}  // namespace
}  // namespace clusterwire::catalogue
