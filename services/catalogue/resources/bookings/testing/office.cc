#include "services/catalogue/resources/bookings/testing/office.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/catalogue/common/fields/money.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/resources/memberships/membership_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"

namespace clusterwire::catalogue {
namespace {

constexpr char kOfferings[] = R"pb(
  name: "programmes/go-cluster"
  offerings { id: "consulting" kind: KIND_CONSULTING title: "Individual consulting" }
  offerings { id: "display" kind: KIND_PUBLIC_DISPLAY title: "Success story" }
  offerings { id: "training" kind: KIND_TRAINING title: "Training" }
  offerings {
    id: "silver-label"
    kind: KIND_COST_COVERAGE
    title: "Cost of the Silver label"
    scheme: "labelSchemes/ecei"
    levels: "silver"
    amount { currency_code: "EUR" units: 4307 nanos: 800000000 }
  }
  offerings {
    id: "share"
    kind: KIND_COST_COVERAGE
    title: "Share of a label's cost"
    scheme: "labelSchemes/ecei"
    levels: "bronze"
    levels: "gold"
    share_percent: 80
  })pb";

template <typename Request>
Request About(const std::string& name, const std::string& note) {
  Request request;
  request.set_name(name);
  request.set_note(note);
  return request;
}

template <typename Request>
Request WithLabel(const std::string& name, const std::string& note, const std::string& label) {
  Request request = About<Request>(name, note);
  request.set_label(label);
  return request;
}

}  // namespace

Office::Office(sql::Dialect dialect) : world(kToday, World::Holds::kLists, dialect) {
  v1::Programme programme;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kOfferings, &programme));
  EXPECT_THAT(world.Of<Programmes>().Update(world.AsOperator(), programme, {}), IsOk());
  for (const int year : {2026, 2027}) {
    v1::CreateBudgetRequest request;
    request.set_parent(kProgramme);
    request.mutable_budget()->set_year(year);
    *request.mutable_budget()->mutable_given() = MoneyOf("EUR", 10'000'00);
    EXPECT_THAT(world.Of<Budgets>().CreateOfYear(AsOffice(), request), IsOk());
  }
}

std::string Office::NewMember() {
  const std::string cluster = world.NewCluster(absl::StrCat("Cluster ", ++members_)).name();
  v1::Membership membership;
  membership.set_cluster(cluster);
  membership.mutable_period()->set_start("2024");
  EXPECT_THAT(world.Of<Memberships>().Create(world.AsOperator(), kProgramme, membership, ""),
              IsOk());
  return cluster;
}

v1::AskForBookingRequest Office::Wish(const std::string& cluster, const std::string& offering) {
  v1::AskForBookingRequest request;
  request.set_parent(kProgramme);
  request.set_cluster(cluster);
  request.set_offering(offering);
  return request;
}

std::string Office::Ask(const std::string& cluster, const std::string& offering) {
  const auto asked = bookings().Ask(AsTeam(cluster), Wish(cluster, offering));
  EXPECT_THAT(asked, IsOk());
  return asked.ok() ? asked->name() : "";
}

absl::StatusOr<v1::Booking> Office::Move(std::string_view method, const std::string& name,
                                         const std::string& note, const std::string& label) {
  return MoveAs(AsOffice(), method, name, note, label);
}

absl::StatusOr<v1::Booking> Office::MoveAs(const WriteCall& call, std::string_view method,
                                           const std::string& name, const std::string& note,
                                           const std::string& label) {
  Bookings all = bookings();
  if (method == "ApproveBooking") {
    return all.Approve(call, About<v1::ApproveBookingRequest>(name, note));
  }
  if (method == "RefuseBooking") {
    return all.Refuse(call, About<v1::RefuseBookingRequest>(name, note.empty() ? "not now" : note));
  }
  if (method == "CompleteBooking") {
    return all.Complete(call, About<v1::CompleteBookingRequest>(name, note));
  }
  if (method == "CancelBooking") {
    return all.Cancel(call, About<v1::CancelBookingRequest>(name, note));
  }
  if (method == "RecordInvoice") {
    return all.RecordInvoice(call, About<v1::RecordInvoiceRequest>(name, note));
  }
  if (method == "RecordPayment") {
    return all.RecordPayment(call, About<v1::RecordPaymentRequest>(name, note));
  }
  if (method == "WithdrawPayment") {
    return all.WithdrawPayment(
        call, About<v1::WithdrawPaymentRequest>(name, note.empty() ? "a mistake" : note));
  }
  if (method == "RecordAward") {
    return all.RecordAward(call, WithLabel<v1::RecordAwardRequest>(name, note, label));
  }
  if (method == "RecordRenewal") {
    return all.RecordRenewal(call, WithLabel<v1::RecordRenewalRequest>(name, note, label));
  }
  if (method == "RecordNoAward") {
    return all.RecordNoAward(call, About<v1::RecordNoAwardRequest>(name, note));
  }
  return absl::UnimplementedError(std::string(method));
}

absl::StatusOr<v1::Booking> Office::Approve(const std::string& name, int64_t cents, int year) {
  v1::ApproveBookingRequest request;
  request.set_name(name);
  *request.mutable_amount() = MoneyOf("EUR", cents);
  request.set_budget_year(year);
  return bookings().Approve(AsOffice(), request);
}

absl::StatusOr<v1::Booking> Office::Invoice(const std::string& name, int64_t cents) {
  v1::RecordInvoiceRequest request;
  request.set_name(name);
  *request.mutable_amount() = MoneyOf("EUR", cents);
  return bookings().RecordInvoice(AsOffice(), request);
}

std::string Office::NewSilver(const std::string& cluster) {
  v1::Label label;
  label.set_scheme("labelSchemes/ecei");
  label.set_level("silver");
  label.set_assessed("2026-05");
  const auto awarded = world.Of<Labels>().Award(world.AsOperator(), cluster, label, "");
  EXPECT_THAT(awarded, IsOk());
  return awarded.ok() ? awarded->name() : "";
}

void Office::Give(int64_t cents) {
  v1::Budget budget;
  budget.set_name(NameOfBudget(2026));
  *budget.mutable_given() = MoneyOf("EUR", cents);
  google::protobuf::FieldMask mask;
  mask.add_paths("given");
  EXPECT_THAT(world.Of<Budgets>().Update(AsOffice(), budget, mask), IsOk());
}

std::string Office::BudgetText(int year) {
  const v1::Budget budget = BudgetOf(year);
  EXPECT_EQ(CentsOf(budget.given()), CentsOf(budget.approved()) + CentsOf(budget.invoiced()) +
                                         CentsOf(budget.paid()) + CentsOf(budget.free()));
  return absl::StrCat("given ", budget.given().units(), " = approved ", budget.approved().units(),
                      " + invoiced ", budget.invoiced().units(), " + paid ", budget.paid().units(),
                      " + free ", budget.free().units());
}

std::string Office::NameOfBudget(int year) { return absl::StrCat(kProgramme, "/budgets/", year); }

}  // namespace clusterwire::catalogue
