#include "services/catalogue/resources/bookings/booking_rules.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/filter/predicate.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/resources/bookings/testing/office.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"

namespace clusterwire::catalogue {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using v1::Booking;

class BookingsTest : public ::testing::Test {
 protected:
  absl::StatusOr<Booking> Ask(const v1::AskForBookingRequest& request) {
    return office_.bookings().Ask(office_.AsTeam(cluster_), request);
  }
  absl::StatusOr<Booking> Ask(const std::string& offering) {
    return Ask(Office::Wish(cluster_, offering));
  }
  void Leave() {
    v1::Membership membership;
    membership.set_name(
        absl::StrCat(Office::kProgramme, "/memberships/", cluster_.substr(cluster_.find('/') + 1)));
    membership.mutable_period()->set_end("2026-05-31");
    ASSERT_THAT(world().Of<Memberships>().Update(world().AsOperator(), membership, {}), IsOk());
  }
  void ChangeProgramme(const std::function<void(v1::Programme*)>& change) {
    auto programme = world().Get<v1::Programme>(Office::kProgramme);
    change(&programme);
    programme.clear_etag();
    google::protobuf::FieldMask mask;
    for (const char* path : {"offerings", "period"}) mask.add_paths(path);
    ASSERT_THAT(world().Of<Programmes>().Update(office_.AsOffice(), programme, mask), IsOk());
  }
  World& world() { return office_.world; }

  Office office_;
  const std::string cluster_ = office_.NewMember();
};

TEST_F(BookingsTest, ABookingIsAskedForInTwoWords) {
  const auto asked = Ask("consulting");
  ASSERT_THAT(asked, IsOk());
  EXPECT_THAT(asked->name(), StartsWith("programmes/go-cluster/bookings/cluster-1-consulting-"));
  EXPECT_EQ(asked->state(), Booking::STATE_ASKED);
  EXPECT_EQ(asked->kind(), v1::Offering::KIND_CONSULTING);
  EXPECT_EQ(asked->title(), "Individual consulting");
  ASSERT_EQ(asked->moves_size(), 1);
  EXPECT_EQ(asked->moves(0).date(), Office::kToday);
  EXPECT_FALSE(asked->has_coverage());
}

TEST_F(BookingsTest, TheOfficeAsksForAClusterAndNobodyElseDoes) {
  const auto wish = Office::Wish(cluster_, "consulting");
  EXPECT_THAT(office_.bookings().Ask(office_.AsOffice(), wish), IsOk());
  for (const char* other : {"clusters/other", "programmes/other"}) {
    EXPECT_THAT(office_.bookings().Ask(world().As(other), wish), ReasonIs("NOT_YOURS")) << other;
  }
}

TEST_F(BookingsTest, AllThatIsWrongIsNamedAtOnce) {
  v1::AskForBookingRequest wish = Office::Wish(cluster_, "training");
  wish.set_date("2026-05");
  wish.set_note(std::string(2001, 'n'));
  const auto refused = Ask(wish);
  EXPECT_THAT(refused, HasFieldError("offering"));
  EXPECT_THAT(refused, HasFieldError("date"));
  EXPECT_THAT(refused, HasFieldError("note"));
  EXPECT_THAT(refused.status().message(), HasSubstr("consulting, display, silver-label, share"));
  wish = Office::Wish("clusters/none", "consulting");
  wish.set_level("silver");
  wish.set_budget_year(2026);
  *wish.mutable_amount() = MoneyOf("EUR", 100);
  *wish.mutable_price() = MoneyOf("EUR", 100);
  const auto office = office_.bookings().Ask(office_.AsOffice(), wish);
  for (const char* path : {"cluster", "level", "budget_year", "amount", "price"}) {
    EXPECT_THAT(office, HasFieldError(path)) << path;
  }
  v1::RecordInvoiceRequest invoice;
  invoice.set_name("bookings/none");
  invoice.set_date("last week");
  invoice.set_note(std::string(2001, 'n'));
  *invoice.mutable_amount() = MoneyOf("euro", 100);
  const auto unnamed = office_.bookings().RecordInvoice(office_.AsOffice(), invoice);
  for (const char* path : {"name", "date", "note", "amount.currency_code"}) {
    EXPECT_THAT(unnamed, HasFieldError(path)) << path;
  }
}

TEST_F(BookingsTest, OnlyMembersBookAndWhatWasApprovedIsKeptToThoseWhoLeave) {
  const std::string stranger = world().NewCluster("Stranger").name();
  EXPECT_THAT(office_.bookings().Ask(office_.AsTeam(stranger), Office::Wish(stranger, "display")),
              ReasonIs("NOT_A_MEMBER"));
  const std::string approved = office_.Ask(cluster_, "silver-label");
  ASSERT_THAT(office_.Move("ApproveBooking", approved), IsOk());
  const std::string asked = office_.Ask(cluster_, "consulting");
  Leave();
  EXPECT_THAT(Ask("display"), ReasonIs("NOT_A_MEMBER"));
  EXPECT_THAT(office_.Move("ApproveBooking", asked), ReasonIs("NOT_A_MEMBER"));
  EXPECT_THAT(office_.Move("RefuseBooking", asked), IsOk());
  EXPECT_THAT(office_.Approve(approved, 4'300'00), IsOk());
  EXPECT_THAT(office_.Move("RecordInvoice", approved), IsOk());
  EXPECT_THAT(office_.Move("RecordPayment", approved), IsOk());
}

TEST_F(BookingsTest, AProgrammeThatHasEndedTakesAndApprovesNothingNew) {
  const std::string asked = office_.Ask(cluster_, "consulting");
  ChangeProgramme([](v1::Programme* p) { p->mutable_period()->set_end("2026-05"); });
  EXPECT_THAT(Ask("display"), ReasonIs("PROGRAMME_ENDED"));
  EXPECT_THAT(office_.Move("ApproveBooking", asked), ReasonIs("PROGRAMME_ENDED"));
  EXPECT_THAT(office_.Move("CancelBooking", asked), IsOk());
}

TEST_F(BookingsTest, AnOfferingInUseStaysAndAnotherAmountOfItChangesNoApproval) {
  const std::string name = office_.Ask(cluster_, "silver-label");
  ASSERT_THAT(office_.Move("ApproveBooking", name), IsOk());
  auto programme = world().Get<v1::Programme>(Office::kProgramme);
  programme.mutable_offerings()->DeleteSubrange(3, 1);
  programme.clear_etag();
  google::protobuf::FieldMask mask;
  mask.add_paths("offerings");
  EXPECT_THAT(world().Of<Programmes>().Update(office_.AsOffice(), programme, mask),
              HasFieldError("programme.offerings"));
  ChangeProgramme([](v1::Programme* p) {
    *p->mutable_offerings(3)->mutable_amount() = MoneyOf("EUR", 1'000'00);
    p->mutable_offerings(3)->set_title("Cheaper");
  });
  const Booking kept = office_.Get(name);
  EXPECT_EQ(TextOf(kept.coverage().approved()), "EUR 4,307.80");
  EXPECT_EQ(kept.title(), "Cost of the Silver label");
  EXPECT_THAT(office_.Invoice(name, 4'307'80), IsOk());
  EXPECT_THAT(office_.Approve(name, 4'307'81), HasFieldError("amount"));
  EXPECT_THAT(office_.Approve(name, 4'307'80, 2027), IsOk());
}

TEST_F(BookingsTest, WhenAServiceTakesPlaceIsWantedThenAgreedThenKnown) {
  v1::AskForBookingRequest wish = Office::Wish(cluster_, "consulting");
  wish.set_date("2026-Q3");
  const std::string name = Ask(wish)->name();
  v1::ApproveBookingRequest approve;
  approve.set_name(name);
  approve.set_takes_place("2026-09-08");
  EXPECT_EQ(office_.bookings().Approve(office_.AsOffice(), approve)->date(), "2026-09-08");
  EXPECT_EQ(world().FactsOf(name).period().start(), "2026-09-08");
  v1::CompleteBookingRequest complete;
  complete.set_name(name);
  complete.set_date("2026-09-09");
  EXPECT_THAT(office_.bookings().Complete(office_.AsOffice(), complete), HasFieldError("date"));
  world().SetToday("2026-09-10");
  EXPECT_EQ(office_.bookings().Complete(office_.AsOffice(), complete)->date(), "2026-09-09");
}

TEST_F(BookingsTest, AMoveIsNeitherInTheFutureNorBeforeTheOneBefore) {
  const std::string name = office_.Ask(cluster_, "consulting");
  v1::ApproveBookingRequest request;
  request.set_name(name);
  for (const char* date : {"2026-05-31", "2026-06-02", "2027", "yesterday", "2026-02-30"}) {
    request.set_date(date);
    EXPECT_THAT(office_.bookings().Approve(office_.AsOffice(), request), HasFieldError("date"))
        << date;
  }
  request.set_date("2026-06");
  EXPECT_THAT(office_.bookings().Approve(office_.AsOffice(), request), IsOk());
}

TEST_F(BookingsTest, ARefusalSaysWhy) {
  v1::RefuseBookingRequest request;
  request.set_name(office_.Ask(cluster_, "consulting"));
  EXPECT_THAT(office_.bookings().Refuse(office_.AsOffice(), request), HasFieldError("note"));
  request.set_note("No consultant is free this year.");
  EXPECT_THAT(office_.bookings().Refuse(office_.AsOffice(), request), IsOk());
}

TEST_F(BookingsTest, TheOfficeAndTheClusterSeeABookingAndNobodyElse) {
  const std::string name = office_.Ask(cluster_, "consulting");
  const std::string other = office_.NewMember();
  office_.Ask(other, "consulting");
  EXPECT_THAT(world().FactsOf(name).audience().members(),
              ElementsAre(cluster_, Office::kProgramme));
  const auto count = [&](const filter::Viewer& viewer) {
    const auto page = office_.bookings().List(world().Read(viewer), {.parent = Office::kProgramme});
    return page.ok() ? page->resources.size() : 99;
  };
  EXPECT_EQ(count(filter::Viewer::As(Office::kProgramme)), 2u);
  EXPECT_EQ(count(filter::Viewer::As(cluster_)), 1u);
  EXPECT_EQ(count(filter::Viewer::As("programmes/other")), 0u);
  EXPECT_EQ(count(filter::Viewer::Public()), 0u);
  EXPECT_THAT(office_.bookings().Get(world().Read(filter::Viewer::As(other)), name),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(BookingsTest, AnOrganisationThatIsNoMoreBooksNothing) {
  const std::string asked = office_.Ask(cluster_, "consulting");
  v1::EndClusterRequest end;
  end.set_name(cluster_);
  ASSERT_THAT(world().Of<Clusters>().End(world().AsOperator(), end), IsOk());
  EXPECT_THAT(office_.bookings().Ask(office_.AsTeam(cluster_), Office::Wish(cluster_, "display")),
              ReasonIs("CLUSTER_ENDED"));
  EXPECT_THAT(office_.Move("ApproveBooking", asked), ReasonIs("CLUSTER_ENDED"));
  EXPECT_THAT(office_.Move("RefuseBooking", asked, "It is no more."), IsOk());
}

TEST_F(BookingsTest, ItsTitleAndSummaryReadLikeAPersonsSentence) {
  const std::string name = office_.Ask(cluster_, "silver-label");
  ASSERT_THAT(office_.Approve(name, 4'000'00), IsOk());
  const facts::Facts facts = world().FactsOf(name);
  EXPECT_EQ(facts.title(), "Cost of ECEI Silver: Cluster 1");
  EXPECT_EQ(facts.summary(), "EUR 4,000.00 approved, budget of 2026.");
  EXPECT_EQ(facts.summary_de(), "4.000,00 EUR genehmigt, Budget von 2026.");
  EXPECT_EQ(facts.kind(), "cost_coverage");
  EXPECT_EQ(facts.state(), "approved");
  const facts::Facts talk = world().FactsOf(office_.Ask(cluster_, "consulting"));
  EXPECT_EQ(talk.title(), "Individual consulting: Cluster 1");
  EXPECT_EQ(talk.summary(), "To take place: no date yet.");
  EXPECT_EQ(talk.summary_de(), "Soll stattfinden: noch ohne Termin.");
  ASSERT_THAT(office_.Move("CancelBooking", talk.name()), IsOk());
  EXPECT_EQ(world().FactsOf(talk.name()).summary(), "Was to take place: no date yet.");
  ASSERT_THAT(office_.Move("RecordNoAward", name), IsOk());
  EXPECT_THAT(world().FactsOf(name).summary(), ::testing::EndsWith(": the label was not awarded."));
}

TEST_F(BookingsTest, NotesAndActorsStandInTheBookingAlone) {
  v1::AskForBookingRequest wish = Office::Wish(cluster_, "consulting");
  wish.set_note("Ask Jane about the strategy");
  WriteCall call = office_.AsTeam(cluster_);
  call.viewer.subject = "corp:jane";
  const store::Revision before = *world().store->revision();
  const auto asked = office_.bookings().Ask(call, wish);
  ASSERT_THAT(asked, IsOk());
  EXPECT_EQ(office_.Get(asked->name()).moves(0).note(), "Ask Jane about the strategy");
  EXPECT_EQ(office_.Get(asked->name()).moves(0).actor(), "corp:jane");
  for (const store::Change& change : world().ChangesAfter(before)) {
    const std::string image = change.after == nullptr ? "" : change.after->SerializeAsString();
    EXPECT_FALSE(absl::StrContains(image, "Jane") || absl::StrContains(image, "jane"));
    EXPECT_FALSE(absl::StrContains(change.facts_after.value_or(""), "ane"));
  }
}

TEST_F(BookingsTest, AClusterHasTwentyOpenBookingsAtMost) {
  std::string last;
  for (int i = 0; i < 20; ++i) last = office_.Ask(cluster_, i % 2 == 0 ? "consulting" : "display");
  EXPECT_THAT(Ask("consulting"), ReasonIs("TOO_MANY_BOOKINGS"));
  EXPECT_THAT(office_.bookings().Ask(office_.AsTeam(office_.NewMember()),
                                     Office::Wish("clusters/cluster-2", "display")),
              IsOk());
  ASSERT_THAT(office_.Move("CancelBooking", last), IsOk());
  EXPECT_THAT(Ask("consulting"), IsOk());
}

TEST_F(BookingsTest, WhatIsOfADeletedClusterIsOutOfSightAndComesBack) {
  const std::string name = office_.Ask(cluster_, "silver-label");
  ASSERT_THAT(world().Of<Clusters>().Delete(world().AsOperator(), cluster_, ""), IsOk());
  EXPECT_THAT(office_.Move("CancelBooking", name), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_THAT(world().Of<Clusters>().Undelete(world().AsOperator(), cluster_, ""), IsOk());
  EXPECT_THAT(office_.Move("CancelBooking", name), IsOk());
}

TEST_F(BookingsTest, WhatIsApprovedOfAClusterThatIsDeletedIsFreeAgainAndWhatIsOwedStays) {
  const std::string open = office_.Ask(cluster_, "silver-label");
  ASSERT_THAT(office_.Approve(open, 4'000'00), IsOk());
  const std::string other = office_.NewMember();
  const std::string owed = office_.Ask(other, "silver-label");
  ASSERT_THAT(office_.Approve(owed, 3'000'00), IsOk());
  ASSERT_THAT(office_.Move("RecordNoAward", owed), IsOk());
  ASSERT_THAT(world().Of<Clusters>().Delete(world().AsOperator(), cluster_, ""), IsOk());
  EXPECT_EQ(office_.BudgetText(), "given 10000 = approved 3000 + invoiced 0 + paid 0 + free 7000");
  ASSERT_THAT(world().Of<Clusters>().Delete(world().AsOperator(), other, ""), IsOk());
  EXPECT_EQ(office_.BudgetText(), "given 10000 = approved 3000 + invoiced 0 + paid 0 + free 7000");
  ASSERT_THAT(world().Of<Clusters>().Undelete(world().AsOperator(), cluster_, ""), IsOk());
  EXPECT_EQ(office_.Get(open).state(), Booking::STATE_CANCELLED);
  EXPECT_EQ(office_.Get(open).moves().rbegin()->note(), "The cluster was deleted.");
}

}  // namespace
}  // namespace clusterwire::catalogue
