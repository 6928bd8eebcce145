#include "services/catalogue/resources/bookings/booking_moves.h"

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/resources/bookings/testing/office.h"
#include "services/catalogue/resources/labels/label_rules.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::HasSubstr;
using v1::Booking;
using v1::Coverage;

// The moves that lead to each state, from having asked on.
const std::map<int, std::vector<std::string>> kServiceWays = {
    {Booking::STATE_ASKED, {}},
    {Booking::STATE_APPROVED, {"ApproveBooking"}},
    {Booking::STATE_REFUSED, {"RefuseBooking"}},
    {Booking::STATE_COMPLETED, {"ApproveBooking", "CompleteBooking"}},
    {Booking::STATE_CANCELLED, {"CancelBooking"}}};
const std::map<int, std::vector<std::string>> kMoneyWays = {
    {Booking::STATE_ASKED, {}},
    {Booking::STATE_APPROVED, {"ApproveBooking"}},
    {Booking::STATE_REFUSED, {"RefuseBooking"}},
    {Booking::STATE_CANCELLED, {"ApproveBooking", "CancelBooking"}},
    {Booking::STATE_INVOICED, {"ApproveBooking", "RecordInvoice"}},
    {Booking::STATE_PAID, {"ApproveBooking", "RecordInvoice", "RecordPayment"}}};
const std::map<int, std::vector<std::string>> kOutcomeWays = {
    {Coverage::OUTCOME_OPEN, {}},
    {Coverage::OUTCOME_AWARDED, {"RecordAward"}},
    {Coverage::OUTCOME_RENEWED, {"RecordRenewal"}},
    {Coverage::OUTCOME_NOT_AWARDED, {"RecordNoAward"}}};

class BookingMovesTest : public ::testing::Test {
 protected:
  BookingMovesTest() { office_.Give(1'000'000'00); }
  // Takes a booking of a new member along the way; its name.
  std::string At(const std::string& offering, const std::vector<std::string>& way) {
    cluster_ = office_.NewMember();
    label_ = RenewedSilver();
    const std::string name = office_.Ask(cluster_, offering);
    for (const std::string& method : way) {
      EXPECT_THAT(office_.Move(method, name, "", label_), IsOk()) << method;
    }
    return name;
  }
  // Of the cluster: both RecordAward and RecordRenewal take it.
  std::string RenewedSilver() {
    const std::string name = office_.NewSilver(cluster_);
    v1::RenewLabelRequest request;
    request.set_name(name);
    request.set_renewed("2026-06-01");
    EXPECT_THAT(world().Of<Labels>().Renew(world().AsOperator(), request), IsOk());
    return name;
  }
  World& world() { return office_.world; }

  // Tries each move of the table in each state that a way leads to; each is as the table says.
  void ExpectAsTold(const MoveTable& table, const std::string& offering,
                    const std::map<int, std::vector<std::string>>& ways) {
    for (const auto& [state, way] : ways) {
      for (const catalogue::Move& move : table.moves()) {
        if (move.method == "AskForBooking") continue;
        const std::string told = absl::StrCat(table.WordOf(state), ", ", ToAbsl(move.method));
        const std::string name = At(offering, way);
        const store::Revision before = *world().store->revision();
        const auto moved = office_.Move(move.method, name, "once more", label_);
        if (table.Allows(move.method, state)) {
          ASSERT_THAT(moved, IsOk()) << told;
          EXPECT_EQ(
              &table == &OutcomeMoves() ? int{moved->coverage().outcome()} : int{moved->state()},
              move.to);
          EXPECT_EQ(moved->moves().rbegin()->method(), move.method);
          EXPECT_EQ(world().KindsAfter(before).front(), change::KindText(move.kind));
        } else {
          EXPECT_THAT(moved, ReasonIs("ILLEGAL_MOVE")) << told;
          EXPECT_THAT(moved, StatusIs(absl::StatusCode::kFailedPrecondition)) << told;
          const auto info = ErrorInfoOf(moved.status());
          EXPECT_EQ(info.metadata().at("possible"), Possible(table, state)) << told;
          EXPECT_EQ(*world().store->revision(), before) << told;
        }
      }
    }
  }
  static std::string Possible(const MoveTable& table, int state) {
    std::vector<std::string> methods;
    for (const catalogue::Move& move : table.moves()) {
      if (table.Allows(move.method, state)) methods.emplace_back(move.method);
    }
    return absl::StrJoin(methods, ",");
  }

  Office office_;
  std::string cluster_;
  std::string label_;
};

TEST_F(BookingMovesTest, EachMoveOfAServiceInEachStateIsAsItsTableSays) {
  ExpectAsTold(ServiceMoves(), "consulting", kServiceWays);
  ExpectAsTold(ServiceMoves(), "display", {{Booking::STATE_ASKED, {}}});
}

TEST_F(BookingMovesTest, EachMoveOfTheMoneyInEachStateIsAsItsTableSays) {
  ExpectAsTold(MoneyMoves(), "silver-label", kMoneyWays);
}

TEST_F(BookingMovesTest, EachMoveOfTheOutcomeInEachStateIsAsItsTableSays) {
  ExpectAsTold(OutcomeMoves(), "silver-label", kOutcomeWays);
}

TEST_F(BookingMovesTest, OutcomeAndMoneyMoveApartUntilTheMoneyIsOff) {
  for (const auto& [state, way] : kMoneyWays) {
    const std::string name = At("silver-label", way);
    const auto failed = office_.Move("RecordNoAward", name);
    if (IsOff(office_.Get(name))) {
      EXPECT_THAT(failed, ReasonIs("ILLEGAL_MOVE")) << state;
    } else {
      ASSERT_THAT(failed, IsOk()) << state;
      EXPECT_EQ(failed->state(), state);
    }
  }
}

TEST_F(BookingMovesTest, AMoveOfAnotherKindOfBookingIsRefusedAsSuch) {
  for (const auto& [method, offering] :
       {std::pair("RecordInvoice", "consulting"), std::pair("RecordNoAward", "display"),
        std::pair("CompleteBooking", "silver-label")}) {
    const auto refused = office_.Move(method, At(offering, {}));
    EXPECT_THAT(refused, ReasonIs("ILLEGAL_MOVE")) << method;
    EXPECT_EQ(ErrorInfoOf(refused.status()).metadata().at("possible"),
              "ApproveBooking,RefuseBooking,CancelBooking");
  }
  const auto late = office_.Move("RecordNoAward", At("silver-label", {"CancelBooking"}));
  EXPECT_THAT(late, ReasonIs("ILLEGAL_MOVE"));
  EXPECT_THAT(late.status().message(), HasSubstr("possible now: nothing, it is over"));
}

TEST_F(BookingMovesTest, TheTeamAsksAndCancelsAndAllElseIsTheOffices) {
  for (const MoveTable* table : {&ServiceMoves(), &MoneyMoves(), &OutcomeMoves()}) {
    const std::string offering = table == &ServiceMoves() ? "consulting" : "silver-label";
    for (const catalogue::Move& move : table->moves()) {
      if (move.method == "AskForBooking") continue;
      const std::string name = At(offering, {});
      const auto by_team = office_.MoveAs(office_.AsTeam(cluster_), move.method, name, "", label_);
      if (move.method == "CancelBooking") {
        EXPECT_THAT(by_team, IsOk());
      } else {
        EXPECT_THAT(by_team, ReasonIs("NOT_YOURS")) << move.method;
      }
      EXPECT_THAT(office_.MoveAs(world().As("clusters/other"), move.method, name, "", label_),
                  StatusIs(absl::StatusCode::kNotFound));
    }
  }
}

TEST_F(BookingMovesTest, TheLastMoveOverAgainChangesNothing) {
  for (const auto& [offering, ways] :
       {std::pair("consulting", kServiceWays), std::pair("silver-label", kMoneyWays),
        std::pair("silver-label", kOutcomeWays)}) {
    for (const auto& [state, way] : ways) {
      if (way.empty()) continue;
      const std::string name = At(offering, way);
      const Booking before = office_.Get(name);
      const auto again = office_.Move(way.back(), name, "", label_);
      ASSERT_THAT(again, IsOk()) << way.back();
      EXPECT_EQ(again->revision(), before.revision()) << way.back();
      EXPECT_EQ(again->moves_size(), before.moves_size());
    }
  }
}

// The lines of a table as the comment of the service repeats them.
std::string AsComment(const MoveTable& table) {
  return absl::StrCat("//   ", absl::StrReplaceAll(table.Text(), {{"\n", "\n//   "}}), "\n");
}

TEST_F(BookingMovesTest, TheContractRepeatsTheTables) {
  std::ifstream file(CLUSTERWIRE_PROTO "/clusterwire/catalogue/v1/booking.proto");
  const std::string contract((std::istreambuf_iterator<char>(file)), {});
  ASSERT_FALSE(contract.empty());
  for (const MoveTable* table : {&ServiceMoves(), &MoneyMoves(), &OutcomeMoves()}) {
    EXPECT_THAT(contract, HasSubstr(AsComment(*table)));
  }
}

}  // namespace
}  // namespace clusterwire::catalogue
