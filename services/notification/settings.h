#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/config/v1/notification.pb.h"

#include "libs/http/address_guard.h"
#include "libs/service/grant_settings.h"
#include "libs/service/settings.h"
#include "services/notification/channels/email/mail_settings.h"
#include "services/notification/consent/pages/pages_settings.h"
#include "services/notification/delivery/dispatcher.h"

namespace clusterwire::notification {

// Whose databases they are, for sql::Claim().
inline constexpr std::string_view kDatabaseOwner = "notification";

// The configuration with its defaults filled in, as the parts want it.
struct Settings {
  service::Settings common;
  std::string ledger;
  sql::Options ledger_options;
  std::string group;
  Dispatcher::Options delivery;
  http::AddressGuard::Options addresses;
  absl::Duration retention;
  service::GrantSettings grants;
  PagesSettings pages;
  std::optional<MailSettings> mail;  // none: no mails are sent
};

// INVALID_ARGUMENT with every option that is missing or out of range, by its path:
// "delivery.retry_jitter".
absl::StatusOr<Settings> ReadSettings(const config::v1::NotificationConfig& config);

// For --check_config: what of the files that it names can't be used, as far as they are there.
absl::Status LookAtFiles(const config::v1::NotificationConfig& config);

}  // namespace clusterwire::notification
