#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/kafka/message.h"
#include "libs/service/findings.h"
#include "libs/sql/connection.h"
#include "libs/sql/database.h"

namespace clusterwire::service {

// Changes that were lost on their way through one partition of a topic: the topic held them and
// does no more.
struct Gap {
  enum class Cause {
    kForgotten = 1,  // retention removed them before they were read
    kMadeAnew = 2,   // the topic is not the one that it was, or its end was cut off
  };

  kafka::TopicPartition partition;
  Cause cause = Cause::kForgotten;
  int64_t first_offset = 0;  // what is missing begins here …
  int64_t end_offset = 0;    // … and ends before this one
  // What is surely not missing: all up to this revision of this history. Zero: it isn't known.
  std::string history = {};
  int64_t revision = 0;
  absl::Time since = absl::InfinitePast();  // nothing that was written before this is missing
  // Given by Gaps, each higher than all before it.
  int64_t number = 0;
  absl::Time noticed = absl::InfinitePast();
};

// The gaps that a service has noticed, kept until an operator has acknowledged them; one for each
// partition, which grows while it isn't. In a transaction of its owner's, on one thread.
class Gaps {
 public:
  explicit Gaps(sql::Connection& connection) : connection_(connection) {}

  // Creates the table in any database of the service.
  static absl::Status CreateTable(sql::Database& database);

  absl::Status Note(Gap gap, absl::Time now);
  // Those that are not acknowledged, oldest first.
  absl::StatusOr<std::vector<Gap>> Open();
  // Acknowledges those with numbers up to `through`, so that what one has not seen stays. Gives how
  // many. INVALID_ARGUMENT names the field "through" when there is none of that number yet.
  absl::StatusOr<int64_t> Acknowledge(int64_t through);

 private:
  sql::Connection& connection_;
};

// From where on changes must be sent again to fill all of `gaps`: the arguments of Rewind as JSON.
std::string RewindArguments(const std::vector<Gap>& gaps);

// What Diagnose says of them, part "gaps". `remedy`: what to do before they are acknowledged, with
// RewindArguments() in place of "$0".
Finding LookAtGaps(sql::Database& database, std::string_view remedy);

}  // namespace clusterwire::service
