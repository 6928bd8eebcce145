#pragma once

#include <optional>
#include <string>

#include "clusterwire/config/v1/notification.pb.h"

#include "libs/base/status/error.h"
#include "services/notification/channels/email/mailer.h"

namespace clusterwire::notification {

// The option `mail`, with its defaults filled in.
struct MailSettings {
  Mailer::Options mailer;
  std::string bounce_address;
};

// None where there is no `mail`. Adds what is missing or out of range to `errors`, by its path:
// "mail.server".
std::optional<MailSettings> ReadMail(const config::v1::NotificationConfig& config,
                                     FieldErrors& errors);

// For --check_config: what of the files that it names can't be used, as far as they are there.
void LookAtMailFiles(const MailSettings& settings, FieldErrors& errors);

}  // namespace clusterwire::notification
