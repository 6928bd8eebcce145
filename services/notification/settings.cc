#include "services/notification/settings.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/kafka/check.h"
#include "libs/service/certificates.h"
#include "libs/service/open.h"
#include "libs/sql/url.h"

namespace clusterwire::notification {
namespace {

using config::v1::NotificationConfig;

// "sqlite:/path/store.db" → "sqlite:/path/ledger.db"; PostgreSQL takes both into one database.
std::string LedgerBeside(const std::string& database) {
  if (!absl::StartsWith(database, "sqlite:")) return database;
  const size_t folder = database.find_last_of(":/");
  return absl::StrCat(database.substr(0, folder + 1), "ledger.db");
}

Dispatcher::Options ReadDelivery(const NotificationConfig& config, FieldErrors& errors) {
  const config::v1::Delivery& delivery = config.delivery();
  Dispatcher::Options options;
  const auto schedule = RetrySchedule::Create(delivery);
  errors.AddAll("", schedule.status());
  if (schedule.ok()) options.schedule = *schedule;
  options.queue.in_flight_per_endpoint = service::ReadNumber(
      errors, "delivery.in_flight_per_endpoint", delivery.in_flight_per_endpoint(), 1000, 32);
  options.queue.in_flight =
      service::ReadNumber(errors, "delivery.in_flight", delivery.in_flight(), 4000, 1000);
  options.disable_after = service::ReadDuration(
      errors, "delivery.disable_after", delivery.has_disable_after(), delivery.disable_after(),
      absl::Minutes(1), absl::Hours(24 * 365), absl::Hours(5 * 24));
  options.sweep =
      service::ReadDuration(errors, "delivery.sweep", delivery.has_sweep(), delivery.sweep(),
                            absl::Seconds(1), absl::Minutes(10), options.sweep);
  const config::v1::Mails& mails = delivery.mails();
  options.mails.settle =
      service::ReadDuration(errors, "delivery.mails.settle", mails.has_settle(), mails.settle(),
                            absl::ZeroDuration(), absl::Hours(1), options.mails.settle);
  options.mails.gather =
      service::ReadDuration(errors, "delivery.mails.gather", mails.has_gather(), mails.gather(),
                            absl::ZeroDuration(), absl::Hours(24), options.mails.gather);
  options.mails.a_day = service::ReadNumber(errors, "delivery.mails.a_day", mails.a_day(), 10'000,
                                            static_cast<int>(options.mails.a_day));
  options.try_limit = service::ReadDuration(
      errors, "webhooks.timeout", config.webhooks().has_timeout(), config.webhooks().timeout(),
      absl::Seconds(1), absl::Minutes(1), absl::Seconds(15));
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
  settings.ledger = config.ledger().url().empty() ? LedgerBeside(settings.common.database)
                                                  : config.ledger().url();
  if (!config.ledger().url().empty()) {
    errors.AddAll("ledger.url", sql::CheckUrl(settings.ledger));
  }
  if (sql::SameFile(settings.common.database, settings.ledger)) {
    errors.Add(
        "ledger.url",
        "is the same SQLite file as database.url, and a file has one writer; leave it out for "
        "ledger.db beside the store, or name another file");
  }
  settings.ledger_options =
      service::ReadConnections(errors, "ledger.readers", config.ledger().readers());
  settings.group =
      config.consumer_group().empty() ? "clusterwire.notification" : config.consumer_group();
  settings.delivery = ReadDelivery(config, errors);
  settings.delivery.stop_grace = settings.common.stop_grace;
  settings.addresses = ReadAddresses(config.webhooks(), errors);
  settings.retention = service::ReadDuration(
      errors, "retention.records", config.retention().has_records(), config.retention().records(),
      absl::Hours(1), absl::Hours(24 * 3650), absl::Hours(30 * 24));
  settings.grants = service::ReadGrants(config.grants(), settings.common.topic, errors);
  settings.pages = ReadPages(config, errors);
  settings.mail = ReadMail(config, errors);
  if (settings.mail) {
    // A connection has its mail, and one that waits for it.
    settings.delivery.queue.over_server =
        static_cast<int>(2 * settings.mail->mailer.server.connections);
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return settings;
}

absl::Status LookAtFiles(const NotificationConfig& config) {
  ASSIGN_OR_RETURN(const Settings settings, ReadSettings(config));
  FieldErrors errors;
  service::LookAtDatabase(errors, "database.url", settings.common.database, kDatabaseOwner);
  service::LookAtDatabase(errors, "ledger.url", settings.ledger, kDatabaseOwner);
  service::LookAtCertificates(errors, settings.common.tls);
  errors.AddAll("", kafka::CheckTogether("kafka.properties", settings.common.kafka.config));
  service::LookAtTokenKey(errors, settings.common.token_key_file);
  service::LookAtKey(errors, service::kSubjectKeyFile, settings.grants.key_file);
  identity::LookAtFiles(settings.common.callers, errors);
  if (settings.mail) LookAtMailFiles(*settings.mail, errors);
  return errors.ToStatus();
}

}  // namespace clusterwire::notification
