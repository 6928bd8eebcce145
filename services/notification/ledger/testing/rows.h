#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "libs/sql/testing/backends.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/ledger.h"
#include "services/notification/ledger/records/records.h"

namespace clusterwire::notification {

// A record of cluster `name` as ingest keeps it, with the identity h:revision:1.
KeptRecord MakeRecord(std::string_view name, int64_t revision,
                      std::string_view kind = "cluster.updated");
// What `subscription` gets for it; the endpoint is its subscriber's inbox.
PendingDelivery MakeDelivery(const KeptRecord& record, std::string_view subscription);

// An empty ledger on each kind of database.
class LedgerTest : public testing::TestWithParam<sql::Dialect> {
 protected:
  LedgerTest();

  // Makes its tables those of an older release: takes back what the migrations behind 8 made, then
  // runs `script`. Ledger::Open() upgrades them again.
  void Downgrade(int version, std::string_view script);
  // Keeps it closed, with these deliveries pending.
  void Keep(const KeptRecord& record, const std::vector<PendingDelivery>& deliveries = {});
  void SetResult(const DeliveryResult& result);
  std::vector<v1::Delivery> List(const DeliveryQuery& query);
  // Who sees the resource, as its newest record says; there must be one.
  std::string SeenBy(std::string_view name);

  sql::TestDatabase files_{GetParam()};
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace clusterwire::notification
