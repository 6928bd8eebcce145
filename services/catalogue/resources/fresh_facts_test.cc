// Random operations of the domain; what is stored must equal a projection from nothing.
#include "libs/facts/testing/fresh_facts.h"

#include <gmock/gmock.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/date.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/resources/admissions/admission_rules.h"
#include "services/catalogue/resources/bookings/booking_rules.h"
#include "services/catalogue/resources/bookings/budget_rules.h"
#include "services/catalogue/resources/calls/call_rules.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/events/event_rules.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/memberships/standing_rules.h"
#include "services/catalogue/resources/organisations/member_rules.h"
#include "services/catalogue/resources/organisations/organisation_rules.h"
#include "services/catalogue/resources/partnering/interest_rules.h"
#include "services/catalogue/resources/partnering/partner_request_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/resources/publications/publication_rules.h"
#include "services/catalogue/resources/registrations/registration_rules.h"
#include "services/catalogue/resources/taxonomies/taxonomy_rules.h"
#include "services/catalogue/testing/world.h"
#include "services/catalogue/timers/timer_runner.h"
#include "services/catalogue/types.h"

namespace clusterwire::catalogue {
namespace {

constexpr char kProgramme[] = "programmes/go-cluster";
constexpr char kPlatform[] = "programmes/platform";

class FreshFactsTest : public ::testing::Test {
 protected:
  FreshFactsTest() {
    OfferBookings();
    MakePlatform();
  }

  // The programme offers something that can be booked.
  void OfferBookings() {
    v1::Programme programme;
    programme.set_name(kProgramme);
    v1::Offering& consulting = *programme.add_offerings();
    consulting.set_id("consulting");
    consulting.set_kind(v1::Offering::KIND_CONSULTING);
    consulting.set_title("Consulting");
    v1::Offering& label = *programme.add_offerings();
    label.set_id("silver-label");
    label.set_kind(v1::Offering::KIND_COST_COVERAGE);
    label.set_title("Cost of the label");
    label.set_scheme("labelSchemes/ecei");
    label.add_levels("silver");
    *label.mutable_amount() = MoneyOf("EUR", 4'000'00);
    EXPECT_THAT(world_.Of<Programmes>().Update(call_, programme, {}), IsOk());
  }
  void MakePlatform() {
    v1::Programme platform;
    platform.set_title("Platform");
    platform.set_kind(v1::Programme::KIND_PLATFORM);
    platform.set_country("EU");
    platform.set_state(v1::Programme::STATE_PUBLISHED);
    platform.mutable_admission()->set_takes_applications(true);
    platform.mutable_admission()->set_lists_drafts(true);
    EXPECT_THAT(world_.Of<Programmes>().Create(call_, "", platform, "platform"), IsOk());
  }

  bool Toss(uint64_t in) { return dice_.Below(in) == 0; }
  std::string Cluster() { return absl::StrCat("clusters/c", dice_.Below(3)); }
  std::string Label() { return absl::StrCat(Cluster(), "/labels/l", dice_.Below(2)); }
  std::string Booking() { return absl::StrCat(kProgramme, "/bookings/b", dice_.Below(6)); }
  std::string Membership() { return absl::StrCat(kProgramme, "/memberships/m", dice_.Below(3)); }
  static std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }
  std::string Today() { return FormatDay(DayOf(world_.clock.Now(), kDefaultZone)); }

  // Each may be refused: there may be no such resource now, or it may be there already.
  void CreateCluster() {
    v1::Cluster cluster = world_.GoodCluster();
    if (Toss(3)) cluster.set_state(v1::Cluster::STATE_DRAFT);
    Note(world_.Of<Clusters>().Create(call_, "", cluster, IdOf(Cluster())));
  }
  void ChangeCluster() {
    v1::Cluster cluster = world_.GoodCluster(absl::StrCat("Title ", dice_.Below(3)));
    cluster.set_name(Cluster());
    if (Toss(2)) cluster.set_sectors(0, "esca:health");
    if (Toss(2)) {
      cluster.mutable_seat()->mutable_point()->set_precision(type::v1::POINT_PRECISION_CITY);
    }
    google::protobuf::FieldMask mask;
    for (const char* path : {"title", "sectors", "seat"}) mask.add_paths(path);
    Note(world_.Of<Clusters>().Update(call_, cluster, mask));
  }
  void MoveCluster() {
    const std::string name = Cluster();
    Note(Toss(3)   ? world_.Of<Clusters>().Delete(call_, name, "")
         : Toss(2) ? world_.Of<Clusters>().Undelete(call_, name, "")
                   : world_.Of<Clusters>().Publish(call_, name, ""));
  }
  void AwardLabel() {
    v1::Label label;
    label.set_scheme("labelSchemes/ecei");
    label.set_level(Toss(2) ? "bronze" : "silver");
    if (!Toss(3)) label.set_valid_until(Toss(2) ? "2025" : "2024-07");
    const std::string name = Label();
    Note(world_.Of<Labels>().Award(call_, std::string(store::ParentOf(name)), label, IdOf(name)));
  }
  void MoveLabel() {
    if (Toss(3)) {
      v1::RevokeLabelRequest request;
      request.set_name(Label());
      request.set_revoked(Today());
      request.set_reason("so it is");
      Note(world_.Of<Labels>().Revoke(call_, request));
    } else {
      v1::RenewLabelRequest request;
      request.set_name(Label());
      request.set_renewed(Today());
      Note(world_.Of<Labels>().Renew(call_, request));
    }
  }
  void CreateMembership() {
    v1::Membership membership;
    membership.set_cluster(Cluster());
    if (Toss(3)) membership.set_state(v1::Membership::STATE_DRAFT);
    if (Toss(2)) membership.mutable_period()->set_start("2024-08");
    Note(world_.Of<Memberships>().Create(call_, kProgramme, membership, IdOf(Membership())));
  }
  void MoveMembership() {
    const std::string name = Membership();
    switch (dice_.Below(4)) {
      case 0:
        return Note(world_.Of<Memberships>().Delete(call_, name, ""));
      case 1:
        return Note(world_.Of<Memberships>().Undelete(call_, name, ""));
      case 2:
        return Note(world_.Of<Memberships>().Publish(call_, name, ""));
      default:
        return EndMembership(name);
    }
  }
  void EndMembership(const std::string& name) {
    v1::EndMembershipRequest request;
    request.set_name(name);
    request.set_end(Toss(3) ? "2025" : "2024-05");
    if (!Toss(3)) request.set_reason(v1::Standing::END_REASON_LEFT);
    Note(world_.Of<Memberships>().End(call_, request));
  }
  void ChangeStanding() {
    v1::Standing standing;
    standing.set_name(absl::StrCat(Membership(), "/standing"));
    if (Toss(2)) {
      standing.set_probation_until(Today());
    } else {
      standing.set_extended_until("2025-01");
    }
    Note(world_.Of<Standings>().Update(call_, standing, {}));
  }
  // Silver or better, or Bronze, or nothing; then the members follow.
  void ChangeDuty() {
    v1::Programme programme;
    programme.set_name(kProgramme);
    programme.set_probation_months(static_cast<int>(dice_.Below(4)));
    google::protobuf::FieldMask mask;
    for (const char* path : {"duty", "probation_months"}) mask.add_paths(path);
    if (!Toss(3)) {
      v1::RequiredLabel* duty = programme.mutable_duty();
      duty->set_scheme("labelSchemes/ecei");
      duty->set_level(Toss(2) ? "silver" : "bronze");
      duty->set_since("2024");
      duty->set_new_member_grace_months(static_cast<int>(dice_.Below(3)));
      duty->set_expiry_grace_months(static_cast<int>(dice_.Below(3)));
    }
    Note(world_.Of<Programmes>().Update(call_, programme, mask));
    while (*world_.store->Refresh()) {
    }
  }
  void MoveProgramme() {
    Note(Toss(2) ? world_.Of<Programmes>().Delete(call_, kProgramme, "")
                 : world_.Of<Programmes>().Undelete(call_, kProgramme, ""));
  }
  // Clusters, drafts too, come to a platform and go, or are admitted.
  void ComeOrGo() {
    if (Toss(2)) {
      v1::SubmitApplicationRequest request;
      request.set_parent(kPlatform);
      request.set_cluster(Cluster());
      return Note(world_.Of<Admissions>().Submit(call_, request));
    }
    const std::string name = absl::StrCat(kPlatform, "/admissions/", IdOf(Cluster()));
    if (Toss(2)) {
      v1::AssessApplicationRequest request;
      request.set_name(name);
      Note(world_.Of<Admissions>().Assess(call_, request));
    } else if (Toss(2)) {
      v1::AdmitApplicantRequest request;
      request.set_name(name);
      Note(world_.Of<Admissions>().Admit(call_, request));
    } else {
      v1::WithdrawApplicationRequest request;
      request.set_name(name);
      Note(world_.Of<Admissions>().Withdraw(call_, request));
    }
  }
  // Dresden under Saxony or right under Germany; then the refresh spreads it.
  void ChangeNuts() {
    auto nuts = world_.Get<v1::Taxonomy>("taxonomies/nuts");
    nuts.mutable_codes(2)->set_parent(Toss(2) ? "DE" : "DED");
    Note(world_.Of<Taxonomies>().Update(call_, nuts, {}));
    while (*world_.store->Refresh()) {
    }
  }
  void LetTimePass() {
    world_.clock.Advance(absl::Hours(24) * static_cast<int64_t>(dice_.Below(20)));
    ASSERT_THAT(timers_.CatchUp(), IsOk());
  }

  void AskForBooking() {
    v1::AskForBookingRequest request;
    request.set_parent(kProgramme);
    request.set_cluster(Cluster());
    request.set_offering(Toss(2) ? "consulting" : "silver-label");
    request.set_booking_id(IdOf(Booking()));
    Note(world_.Of<Bookings>().Ask(call_, request));
  }
  template <typename Request>
  Request AboutBooking() {
    Request request;
    request.set_name(Booking());
    request.set_note("as agreed");
    return request;
  }
  void MoveBooking() {
    Bookings bookings = world_.Of<Bookings>();
    switch (dice_.Below(9)) {
      case 0:
        return Note(bookings.Refuse(call_, AboutBooking<v1::RefuseBookingRequest>()));
      case 1:
        return Note(bookings.Cancel(call_, AboutBooking<v1::CancelBookingRequest>()));
      case 2:
        return Note(bookings.Complete(call_, AboutBooking<v1::CompleteBookingRequest>()));
      case 3:
        return Note(bookings.RecordInvoice(call_, AboutBooking<v1::RecordInvoiceRequest>()));
      case 4:
        return Note(bookings.RecordPayment(call_, AboutBooking<v1::RecordPaymentRequest>()));
      case 6:
        return Note(bookings.WithdrawPayment(call_, AboutBooking<v1::WithdrawPaymentRequest>()));
      case 5:
        return Note(bookings.RecordNoAward(call_, AboutBooking<v1::RecordNoAwardRequest>()));
      default:
        return Note(bookings.Approve(call_, AboutBooking<v1::ApproveBookingRequest>()));
    }
  }
  void GiveBudget() {
    v1::CreateBudgetRequest request;
    request.set_parent(kProgramme);
    request.set_budget_id(FormatDay(DayOf(world_.clock.Now(), kDefaultZone)).substr(0, 4));
    *request.mutable_budget()->mutable_given() =
        MoneyOf("EUR", static_cast<int64_t>(dice_.Below(1'000'000)));
    Note(world_.Of<Budgets>().CreateOfYear(call_, request));
    v1::Budget budget = request.budget();
    budget.set_name(absl::StrCat(kProgramme, "/budgets/", request.budget_id()));
    Note(world_.Of<Budgets>().Update(call_, budget, {}));
  }

  void MoveOrganisation() {
    const std::string id = absl::StrCat("o", dice_.Below(2));
    v1::Organisation organisation;
    organisation.set_title(absl::StrCat("Firm ", dice_.Below(2)));
    organisation.set_kind(v1::Organisation::KIND_SME);
    organisation.set_country("DE");
    if (!Toss(3)) organisation.set_state(v1::Organisation::STATE_PUBLISHED);
    Organisations organisations = world_.Of<Organisations>();
    Note(organisations.Create(call_, "", organisation, id));
    organisation.set_name("organisations/" + id);
    if (Toss(2)) Note(organisations.Update(call_, organisation, {}));
    if (Toss(4)) Note(organisations.Delete(call_, organisation.name(), ""));
    if (Toss(4)) Note(organisations.Undelete(call_, organisation.name(), ""));
  }
  void MoveMember() {
    v1::Member member;
    member.set_organisation(absl::StrCat("organisations/o", dice_.Below(2)));
    if (Toss(2)) member.mutable_period()->set_start("2024-08");
    if (Toss(3)) member.mutable_period()->set_end("2024-09");
    Members members = world_.Of<Members>();
    const auto made = members.Create(call_, Cluster(), member, "");
    Note(made);
    if (made.ok() && Toss(3)) Note(members.Delete(call_, made->name(), ""));
  }
  void MovePublication() {
    const std::string id = absl::StrCat("p", dice_.Below(2));
    v1::Publication publication;
    publication.set_title("Report");
    publication.set_kind(v1::Publication::KIND_REPORT);
    publication.set_owner(Cluster());
    publication.add_clusters(Cluster());
    Publications publications = world_.Of<Publications>();
    Note(publications.Create(call_, "", publication, id));
    if (Toss(2)) Note(publications.Publish(call_, "publications/" + id, ""));
    if (Toss(4)) Note(publications.Delete(call_, "publications/" + id, ""));
  }
  void AskForPartners() {
    const std::string id = absl::StrCat("r", dice_.Below(2));
    v1::PartnerRequest request;
    request.set_title("Request");
    request.set_kind(v1::PartnerRequest::KIND_PROJECT);
    request.set_sought("Somebody.");
    request.set_owner(Cluster());
    request.add_sectors("esca:ict");
    if (Toss(2)) request.set_deadline("2024-09");
    PartnerRequests requests = world_.Of<PartnerRequests>();
    Note(requests.Create(call_, "", request, id));
    Note(requests.Publish(call_, "partnerRequests/" + id, ""));
    v1::ExpressInterestRequest interest;
    interest.set_parent("partnerRequests/" + id);
    interest.set_cluster(Cluster());
    Note(world_.Of<Interests>().Express(call_, interest));
  }
  // One in a while, so that there is something to be merged.
  void EndOrMerge() {
    if (Toss(2)) return Note(world_.Of<Clusters>().Archive(call_, Cluster(), ""));
    if (!Toss(4)) return;
    v1::MergeClustersRequest request;
    request.set_name(Cluster());
    request.set_into(Cluster());
    Note(world_.Of<Clusters>().Merge(call_, request));
  }

  std::string Event() { return absl::StrCat("events/e", dice_.Below(2)); }
  std::string Call() { return absl::StrCat("calls/k", dice_.Below(2)); }
  // Organised by the programme and a cluster, with two seats.
  void CreateEvent() {
    v1::CalendarEvent event;
    event.set_title("Matchmaking");
    event.set_kind(v1::CalendarEvent::KIND_MATCHMAKING);
    event.set_owner(kPlatform);
    event.add_organisers(Cluster());
    event.mutable_period()->set_start("2024-12-01");
    event.mutable_period()->set_end("2024-12-02");
    event.set_registration_closes("2024-11-01");
    event.mutable_registration()->set_opens("2024-06-10");
    event.mutable_registration()->set_capacity(2);
    event.mutable_registration()->set_waiting_list(true);
    if (!Toss(4)) event.set_state(v1::CalendarEvent::STATE_PUBLISHED);
    Note(world_.Of<Events>().Create(call_, "", event, IdOf(Event())));
  }
  void MoveEvent() {
    Events events = world_.Of<Events>();
    const std::string name = Event();
    v1::UpdateEventRequest update;
    update.mutable_event()->set_name(name);
    switch (dice_.Below(6)) {
      case 0:
        return Note(events.Delete(call_, name, ""));
      case 1:
        return Note(events.Undelete(call_, name, ""));
      case 2: {
        v1::CancelEventRequest request;
        request.set_name(name);
        request.set_reason("so it is");
        return Note(events.Cancel(call_, request));
      }
      case 3:
        return Note(events.Reinstate(call_, name, ""));
      case 4:
        update.mutable_event()->mutable_registration()->set_capacity(
            static_cast<int>(1 + dice_.Below(4)));
        return Note(events.Update(call_, update));
      default:
        update.mutable_event()->mutable_period()->set_start(Toss(2) ? "2024-12-01" : "2024-12-02");
        return Note(events.Update(call_, update));
    }
  }
  void RegisterCluster() {
    if (Toss(2)) {
      v1::CreateRegistrationRequest request;
      request.set_parent(Event());
      request.set_cluster(Cluster());
      return Note(world_.Of<Registrations>().Register(call_, request));
    }
    v1::JoinWaitingListRequest request;
    request.set_parent(Event());
    request.set_cluster(Cluster());
    Note(world_.Of<Registrations>().Join(call_, request));
  }
  void MoveRegistration() {
    Registrations registrations = world_.Of<Registrations>();
    const auto all = registrations.List(world_.Read(), {.parent = "events/-", .limit = 100});
    if (!all.ok() || all->resources.empty()) return;
    const std::string& name = all->resources[dice_.Below(all->resources.size())].name();
    if (Toss(2)) {
      v1::ChangeSeatsRequest request;
      request.set_name(name);
      request.set_seats(static_cast<int>(1 + dice_.Below(2)));
      return Note(registrations.ChangeSeats(call_, request));
    }
    v1::CancelRegistrationRequest request;
    request.set_name(name);
    Note(registrations.Cancel(call_, request));
  }
  void CreateOrMoveCall() {
    Calls calls = world_.Of<Calls>();
    v1::Call call;
    call.set_name(Call());
    call.set_title("Hosts wanted");
    call.set_kind(v1::Call::KIND_HOSTING);
    call.set_opens("2024-06-20");
    call.add_cut_offs()->set_date("2024-08-01");
    call.add_cut_offs()->set_date(Toss(2) ? "2024-10-01" : "2024-11-01");
    call.set_state(Toss(3) ? v1::Call::STATE_DRAFT : v1::Call::STATE_PUBLISHED);
    v1::WithdrawCallRequest withdrawal;
    withdrawal.set_name(call.name());
    withdrawal.set_reason("so it is");
    switch (dice_.Below(5)) {
      case 0:
        return Note(calls.Create(call_, "", call, IdOf(call.name())));
      case 1:
        return Note(calls.Update(call_, call, {}));
      case 2:
        return Note(calls.Publish(call_, call.name(), ""));
      case 3:
        return Note(Toss(3) ? calls.Withdraw(call_, withdrawal)
                            : calls.Undelete(call_, call.name(), ""));
      default:
        return Note(calls.Delete(call_, call.name(), ""));
    }
  }

  void DoSomething() {
    using Step = void (FreshFactsTest::*)();
    static constexpr Step kSteps[] = {
        &FreshFactsTest::AskForBooking,    &FreshFactsTest::MoveBooking,
        &FreshFactsTest::GiveBudget,       &FreshFactsTest::CreateCluster,
        &FreshFactsTest::ChangeCluster,    &FreshFactsTest::MoveCluster,
        &FreshFactsTest::AwardLabel,       &FreshFactsTest::MoveLabel,
        &FreshFactsTest::CreateMembership, &FreshFactsTest::MoveMembership,
        &FreshFactsTest::MoveProgramme,    &FreshFactsTest::ChangeNuts,
        &FreshFactsTest::LetTimePass,      &FreshFactsTest::ChangeStanding,
        &FreshFactsTest::ChangeDuty,       &FreshFactsTest::ComeOrGo,
        &FreshFactsTest::ComeOrGo,         &FreshFactsTest::MoveOrganisation,
        &FreshFactsTest::MoveMember,       &FreshFactsTest::MovePublication,
        &FreshFactsTest::AskForPartners,   &FreshFactsTest::EndOrMerge,
        &FreshFactsTest::CreateEvent,      &FreshFactsTest::MoveEvent,
        &FreshFactsTest::RegisterCluster,  &FreshFactsTest::RegisterCluster,
        &FreshFactsTest::MoveRegistration, &FreshFactsTest::CreateOrMoveCall};
    (this->*kSteps[dice_.Below(std::size(kSteps))])();
  }

  void ExpectFresh() {
    const auto reader = *world_.store->Read();
    for (const auto& [name, fresh] :
         facts::testing::FreshFacts(*reader, world_.store->registry())) {
      const std::optional<facts::Facts> stored = *facts::Get(*reader, name);
      ASSERT_EQ(stored.has_value(), fresh.has_value()) << name;
      if (!stored) continue;
      ASSERT_EQ(stored->ShortDebugString(), fresh->ShortDebugString()) << name;
    }
  }

  template <typename T>
  void Note(const absl::StatusOr<T>& result) {
    if (result.ok()) ++done_;
  }

  SeededRandom dice_{TestSeed()};
  World world_{"2024-06-01"};
  const WriteCall call_ = world_.AsOperator();
  telemetry::Metrics metrics_;
  TimerRunner timers_{*world_.store, TimerSteps(), world_.clock, world_.random, metrics_};
  int done_ = 0;
};

TEST_F(FreshFactsTest, StoredFactsEqualAFreshProjectionWhateverTheDomainDid) {
  auto ecei = world_.Get<v1::LabelScheme>("labelSchemes/ecei");
  for (const int days : {90, 30, 7}) ecei.add_reminder_days(days);
  ASSERT_THAT(world_.Of<LabelSchemes>().Update(call_, ecei, {}), IsOk());
  for (int step = 0; step < 400; ++step) {
    ASSERT_NO_FATAL_FAILURE(DoSomething());
    ASSERT_NO_FATAL_FAILURE(ExpectFresh()) << "after step " << step;
  }
  EXPECT_GT(done_, 50) << "nearly everything was refused: this tests nothing";
}

}  // namespace
}  // namespace clusterwire::catalogue
