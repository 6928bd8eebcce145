#include "services/notification/channels/email/email_letter.h"

#include <utility>

#include "libs/base/time/zone.h"
#include "libs/text/language.h"
#include "services/notification/channels/notice.h"
#include "services/notification/channels/told.h"
#include "services/notification/consent/links.h"
#include "services/notification/resources/subscribers/schedule.h"

namespace clusterwire::notification {
namespace {

LetterContent ContentOf(const Job& job) {
  std::vector<Notice> notices;
  for (const Told& told : ToldBy(job)) notices.push_back(NoticeOf(told));
  if (!job.digest) return ChangesLetter{.notices = std::move(notices)};
  return DigestLetter{.notices = std::move(notices),
                      .more = job.left_out,
                      .from = job.digest->from,
                      .until = job.digest->until};
}

}  // namespace

Envelope EnvelopeOf(const Job& job, const Links* links) {
  Envelope envelope{.to = job.endpoint->email().address(),
                    .id = job.delivery.name,
                    .language = std::string(text::LanguageTag(LanguageOf(job))),
                    .list = job.delivery.subscription};
  // Digests tell of many resources: each is a conversation of its own.
  if (!job.digest) envelope.thread = job.record->change.root();
  if (links != nullptr)
    envelope.unsubscribe = links->Unsubscribe(job.interest->subscription, *job.endpoint);
  return envelope;
}

LetterInput LetterInputOf(const Job& job, const LetterSender& sender, const Links* links) {
  LetterInput input{.content = ContentOf(job),
                    .language = LanguageOf(job),
                    .zone = ZoneOf(job.subscriber.get()),
                    .sender = sender,
                    .subscriptions = SubscriptionTitles(job)};
  if (links != nullptr) {
    input.links = {.unsubscribe = links->Unsubscribe(job.interest->subscription, *job.endpoint),
                   .preferences = links->Preferences(*job.endpoint, job.delivery.created)};
  }
  return input;
}

}  // namespace clusterwire::notification
