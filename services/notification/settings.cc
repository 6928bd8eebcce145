#include "services/notification/settings.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/config/check.h"

namespace clusterwire::notification {
namespace {

using config::v1::NotificationConfig;
using service::OrDefault;

// "sqlite:/path/store.db" → "sqlite:/path/ledger.db"; PostgreSQL takes both into one database.
std::string LedgerBeside(const std::string& database) {
  if (!absl::StartsWith(database, "sqlite:")) return database;
  const size_t folder = database.find_last_of(":/");
  return absl::StrCat(database.substr(0, folder + 1), "ledger.db");
}

void CheckRanges(const NotificationConfig& config, FieldErrors& errors) {
  config::CheckRange(errors, "ledger.readers", config.ledger().readers(), 0, 100);
  config::CheckRange(errors, "delivery.in_flight_per_endpoint",
                     config.delivery().in_flight_per_endpoint(), 0, 1000);
  config::CheckRange(errors, "delivery.in_flight", config.delivery().in_flight(), 0, 4000);
  if (config.delivery().has_disable_after()) {
    config::CheckRange(errors, "delivery.disable_after", config.delivery().disable_after(),
                       absl::Minutes(1), absl::Hours(24 * 365));
  }
  if (config.webhooks().has_timeout()) {
    config::CheckRange(errors, "webhooks.timeout", config.webhooks().timeout(), absl::Seconds(1),
                       absl::Minutes(1));
  }
  if (config.retention().has_records()) {
    config::CheckRange(errors, "retention.records", config.retention().records(), absl::Hours(1),
                       absl::Hours(24 * 3650));
  }
}

Dispatcher::Options ReadDelivery(const NotificationConfig& config, FieldErrors& errors) {
  Dispatcher::Options options;
  const auto schedule = RetrySchedule::Create(config.delivery());
  errors.AddAll("", schedule.status());
  if (schedule.ok()) options.schedule = *schedule;
  options.queue.in_flight_per_endpoint = OrDefault(config.delivery().in_flight_per_endpoint(), 32);
  options.queue.in_flight = OrDefault(config.delivery().in_flight(), 1000);
  options.disable_after = OrDefault(config.delivery().has_disable_after(),
                                    config.delivery().disable_after(), absl::Hours(5 * 24));
  options.try_limit =
      OrDefault(config.webhooks().has_timeout(), config.webhooks().timeout(), absl::Seconds(15));
  return options;
}

http::AddressGuard::Options ReadAddresses(const config::v1::Webhooks& webhooks,
                                          FieldErrors& errors) {
  http::AddressGuard::Options options;
  options.allowed = {webhooks.allowed_networks().begin(), webhooks.allowed_networks().end()};
  options.allow_http = webhooks.allow_http();
  errors.AddAll("webhooks.allowed_networks", http::AddressGuard::Create(options).status());
  return options;
}

}  // namespace

absl::StatusOr<Settings> ReadSettings(const NotificationConfig& config) {
  FieldErrors errors;
  Settings settings;
  settings.common = service::ReadCommon(config, errors);
  CheckRanges(config, errors);
  settings.ledger = config.ledger().url();
  if (settings.ledger.empty()) {
    settings.ledger = LedgerBeside(settings.common.database);
  } else {
    errors.AddAll("ledger.url", sql::Database::CheckUrl(settings.ledger));
  }
  settings.ledger_options = service::ConnectionsFor(config.ledger());
  settings.group =
      config.consumer_group().empty() ? "clusterwire.notification" : config.consumer_group();
  settings.delivery = ReadDelivery(config, errors);
  settings.delivery.stop_grace = settings.common.stop_grace;
  settings.addresses = ReadAddresses(config.webhooks(), errors);
  settings.retention = OrDefault(config.retention().has_records(), config.retention().records(),
                                 absl::Hours(30 * 24));
  RETURN_IF_ERROR(errors.ToStatus());
  return settings;
}

}  // namespace clusterwire::notification
