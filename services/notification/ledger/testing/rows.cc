#include "services/notification/ledger/testing/rows.h"

#include "absl/strings/str_cat.h"

#include "libs/base/testing/status_matchers.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {

KeptRecord MakeRecord(std::string_view name, int64_t revision, std::string_view kind) {
  KeptRecord record;
  record.id = absl::StrCat("h:", revision, ":1");
  record.change.set_history_id("h");
  record.change.set_revision(revision);
  record.change.set_ordinal(1);
  record.change.set_name(std::string(name));
  record.change.set_root(std::string(name));
  record.change.set_kind(std::string(kind));
  record.change.mutable_after()->set_name(std::string(name));
  record.change.mutable_after()->set_type("cluster");
  record.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  record.received = absl::FromUnixSeconds(1'700'000'000) + absl::Seconds(revision);
  return record;
}

PendingDelivery MakeDelivery(const KeptRecord& record, std::string_view subscription) {
  const std::string name(subscription);
  return {.name = DeliveryName(subscription, record.id),
          .change_id = record.id,
          .root = record.change.root(),
          .subscription = name,
          .endpoint = name.substr(0, name.find("/subscriptions/")) + "/endpoints/inbox",
          .transition = v1::TRANSITION_CHANGED,
          .sequence = absl::ToUnixMicros(record.received),
          .created = record.received};
}

namespace {

// What each migration behind 8 made, a line or more for each, the newest first.
constexpr std::string_view kSinceEight =
    // 26
    "DROP INDEX delivery_by_order; CREATE INDEX delivery_by_time ON delivery (sequence, id);"
    // 25
    "DROP INDEX delivery_pending; DROP INDEX delivery_dead; DROP INDEX inbox_dropped;"
    "CREATE INDEX delivery_by_state ON delivery (state, endpoint, sequence, id);"
    "ALTER TABLE inbox DROP COLUMN read_through; ALTER TABLE inbox DROP COLUMN dropped;"
    "ALTER TABLE inbox DROP COLUMN dropped_through; ALTER TABLE inbox DROP COLUMN dropped_since;"
    "DROP TABLE inbox_read; ALTER TABLE inbox_item DROP COLUMN added;"
    "ALTER TABLE inbox_item DROP COLUMN seen_by;"
    "ALTER TABLE inbox_item ADD COLUMN delivery TEXT NOT NULL DEFAULT '';"
    // 24
    "DROP TABLE owner_notice; DROP TABLE given_up; DROP TABLE hold; DROP INDEX record_by_kind;"
    "ALTER TABLE record DROP COLUMN cause;"
    // 23
    "DROP TABLE invitation; DROP TABLE calendar_feed;"
    // 22
    "DROP INDEX delivery_by_bundle; DROP INDEX delivery_carried; DROP TABLE bundle;"
    "ALTER TABLE delivery DROP COLUMN bundle; ALTER TABLE delivery DROP COLUMN carried;"
    // 21
    "DROP TABLE consent_ask; DROP TABLE consent_mail; DROP TABLE consent_proof;"
    "DROP TABLE erased_address; DROP TABLE erasing;"
    // 20
    "DROP TABLE suppression; DROP TABLE soft_bounce;";

}  // namespace

void LedgerTest::Downgrade(int version, std::string_view script) {
  EXPECT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return connection.ExecuteScript(absl::StrCat(ToAbsl(kSinceEight), ToAbsl(script),
                                                 "UPDATE schema_version SET version = ", version,
                                                 " WHERE component = 'ledger'"));
  }),
              IsOk());
}

LedgerTest::LedgerTest() : database_(files_.Open()) {
  auto ledger = Ledger::Open(*database_);
  EXPECT_THAT(ledger, IsOk());
  ledger_ = *std::move(ledger);
}

void LedgerTest::Keep(const KeptRecord& record, const std::vector<PendingDelivery>& deliveries) {
  EXPECT_THAT(ledger_->Write([&](sql::Connection& connection) -> absl::Status {
    RETURN_IF_ERROR(Records(connection).Keep(record).status());
    RETURN_IF_ERROR(Deliveries(connection).Insert(deliveries, ""));
    return Records(connection)
        .SetProgress(
            record.id,
            {.matched = static_cast<int64_t>(deliveries.size()), .through = "", .closed = true});
  }),
              IsOk());
}

void LedgerTest::SetResult(const DeliveryResult& result) {
  EXPECT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return Deliveries(connection).SetResults({&result, 1}).status();
  }),
              IsOk());
}

std::vector<v1::Delivery> LedgerTest::List(const DeliveryQuery& query) {
  auto listed = ledger_->Read(
      [&](sql::Connection& connection) { return Deliveries(connection).List(query); });
  EXPECT_THAT(listed, IsOk());
  return listed.value_or(std::vector<v1::Delivery>());
}

std::string LedgerTest::SeenBy(std::string_view name) {
  const auto found = ledger_->Read([&](sql::Connection& connection) {
    return connection.Query("SELECT seen_by FROM newest_record WHERE name = $1", {name});
  });
  EXPECT_THAT(found, IsOk());
  return found->rows.at(0).Text(0);
}

}  // namespace clusterwire::notification
