#pragma once

#include <string>
#include <string_view>

#include "services/catalogue/resources/bookings/booking_rules.h"
#include "services/catalogue/resources/bookings/budget_rules.h"
#include "services/catalogue/testing/world.h"

namespace clusterwire::catalogue {

// The office of programmes/go-cluster on 1 June 2026, in the world of World: it offers consulting,
// display, a training, the Silver label up to EUR 4,307.80 gross (`silver-label`) and 80 percent of
// any label of the ECEI (`share`); its budgets of 2026 and 2027 are EUR 10,000 each.
class Office {
 public:
  static constexpr char kProgramme[] = "programmes/go-cluster";
  static constexpr char kToday[] = "2026-06-01";

  explicit Office(sql::Dialect dialect = sql::Dialect::kSqlite);

  // A published cluster that has been a member since 2024.
  std::string NewMember();

  Bookings bookings() { return world.Of<Bookings>(); }
  WriteCall AsOffice() const { return world.As(kProgramme); }
  WriteCall AsTeam(const std::string& cluster) const { return world.As(cluster); }

  // What the team of the cluster asks for, of which more can be said.
  static v1::AskForBookingRequest Wish(const std::string& cluster, const std::string& offering);
  // Asked by the cluster's team; the name. The test fails when it can't be.
  std::string Ask(const std::string& cluster, const std::string& offering);
  // A move with nothing but a note, by the office; those that need a label name `label`.
  absl::StatusOr<v1::Booking> Move(std::string_view method, const std::string& name,
                                   const std::string& note = "", const std::string& label = "");
  absl::StatusOr<v1::Booking> MoveAs(const WriteCall& call, std::string_view method,
                                     const std::string& name, const std::string& note = "",
                                     const std::string& label = "");
  // The office approves that much.
  absl::StatusOr<v1::Booking> Approve(const std::string& name, int64_t cents, int year = 0);
  absl::StatusOr<v1::Booking> Invoice(const std::string& name, int64_t cents);
  // Of the cluster, assessed in May 2026; the name.
  std::string NewSilver(const std::string& cluster);

  // What the budget of 2026 has from now on.
  void Give(int64_t cents);
  // "given 10000 = approved 0 + invoiced 0 + paid 0 + free 10000", in whole units.
  std::string BudgetText(int year = 2026);
  v1::Budget BudgetOf(int year) { return world.Get<v1::Budget>(NameOfBudget(year)); }
  static std::string NameOfBudget(int year);
  v1::Booking Get(const std::string& name) { return world.Get<v1::Booking>(name); }

  World world;

 private:
  int members_ = 0;
};

}  // namespace clusterwire::catalogue
