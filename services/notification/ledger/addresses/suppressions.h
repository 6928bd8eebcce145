#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/mail.pb.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// "suppressions/…" of an address key, and back; empty for what is no such name.
std::string SuppressionName(std::string_view address_key);
std::string AddressKeyOf(std::string_view suppression);

// "its mailbox isn't there (since …): what its server said", for its owner.
std::string Describe(const v1::Suppression& suppression);

// Mailboxes that nothing is sent to, by the keys of their addresses (AddressKey): what comes back
// decides.
class Suppressions {
 public:
  // Soft bounces suppress when there are so many, the first and the last of them so far apart. What
  // is longer ago than kForgotten counts no more.
  static constexpr int kSoft = 5;
  static constexpr absl::Duration kSoftSpan = absl::Hours(72);
  static constexpr absl::Duration kForgotten = absl::Hours(24 * 14);

  using Kind = v1::ReportBounceRequest::Kind;

  explicit Suppressions(sql::Connection& connection) : connection_(connection) {}

  // Counts what came back; gives whether the mailbox is suppressed by now. May be repeated: a first
  // reason stays.
  absl::StatusOr<bool> Add(std::string_view address_key, Kind kind, std::string_view detail,
                           absl::Time now);
  absl::StatusOr<std::optional<v1::Suppression>> Find(std::string_view address_key);
  // In the order of their names, behind `after`.
  absl::StatusOr<std::vector<v1::Suppression>> List(std::string_view after, int limit);
  // NOT_FOUND when there is none. What came back before is forgotten with it.
  absl::Status Remove(std::string_view name);
  // Soft bounces that count no more.
  absl::Status RemoveOld(absl::Time now);

 private:
  absl::StatusOr<bool> AddSoft(const sql::Bytes& key, absl::Time now);

  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
