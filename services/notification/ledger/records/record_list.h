#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/sql/connection.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/records/records.h"

namespace clusterwire::notification {

// A kept record, and who sees what of it: see seen_by.h.
struct SeenRecord {
  KeptRecord record;
  std::string seen_by;   // an image of the change
  std::string seen_now;  // the resource, since its newest record
};

// One of the first two, or all.
struct RecordQuery {
  std::string id = {};                // a ce_id
  std::string resource = {};          // a name
  std::optional<PageKey> after = {};  // RecordPage::next of the page before
  int limit = 50;
};

struct RecordPage {
  std::vector<SeenRecord> records;  // without those that can't be parsed any more
  std::optional<PageKey> next;      // none on the last page
};

// What is kept, the newest first by when it arrived.
absl::StatusOr<RecordPage> ListRecords(sql::Connection& connection, const RecordQuery& query);

}  // namespace clusterwire::notification
