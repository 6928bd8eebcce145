#pragma once

#include "services/notification/channels/channels.h"
#include "services/notification/channels/email/mailer.h"
#include "services/notification/channels/letters/letter.h"

namespace clusterwire::notification {

class Links;

// What the mail of a job is: pure functions, so that a repeated try says what the first said.
// Without `links` there are none in it.
Envelope EnvelopeOf(const Job& job, const Links* links);
LetterInput LetterInputOf(const Job& job, const LetterSender& sender, const Links* links);

}  // namespace clusterwire::notification
