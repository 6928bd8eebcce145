#pragma once

#include "libs/service/findings.h"
#include "services/notification/channels/email/mailer.h"

namespace clusterwire::notification {

// "mail": whether mails can be sent. Null where no mail server is configured.
service::Finding LookAtMail(const Mailer* mailer, absl::Time now);

}  // namespace clusterwire::notification
