#include "services/notification/operations/mail_finding.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace clusterwire::notification {

using service::Finding;

Finding LookAtMail(const Mailer* mailer, absl::Time now) {
  if (mailer == nullptr) return service::Fine("mail", "none is sent: mail isn't configured");
  const Mailer::Trouble trouble = mailer->trouble();
  if (trouble.since == absl::InfiniteFuture()) {
    const mail::Client::Counts counts = mailer->counts();
    return service::Fine(
        "mail", absl::StrCat("the server took ",
                             counts[static_cast<size_t>(mail::SendResult::Kind::kAccepted)],
                             " mails since the start"));
  }
  const absl::Duration since = std::max(absl::ZeroDuration(), now - trouble.since);
  return service::Found(
      "mail", Finding::SEVERITY_ERROR,
      absl::StrCat("none can be sent for ",
                   absl::FormatDuration(absl::Trunc(since, absl::Seconds(1))), ": ",
                   trouble.detail),
      "Check that the server named by mail.server runs and can be reached from here, and that "
      "mail.tls, mail.ca_file, mail.user, mail.password_file and mail.from are what it asks for. "
      "Mails wait until then, and go out by themselves.");
}

}  // namespace clusterwire::notification
