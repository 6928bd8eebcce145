#include "services/notification/channels/calendar/calendar_part.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/text/language.h"
#include "services/notification/channels/calendar/entry.h"
#include "services/notification/channels/notice.h"
#include "services/notification/channels/told.h"

namespace clusterwire::notification {
namespace {

// How the event stands for its reader when the mail goes out.
const change::v1::ResourceChanged& NewestOf(const Job& job) {
  return job.latest != nullptr ? job.latest->change : job.record->change;
}
Event EventOf(const Job& job) {
  const change::v1::ResourceChanged& change = NewestOf(job);
  return job.hidden ? Event{.time = ToTime(change.time())} : EventIn(change);
}

v1::CalendarMode ModeOf(const Job& job) { return job.interest->subscription.calendar(); }

// The told resource that a mail invites to: the only one, of one change or of several; with the
// first of the subscriptions that want to be invited. Null where there is none.
struct Inviting {
  std::shared_ptr<const Job> by;    // null: none
  std::shared_ptr<const Job> last;  // of the changes
  bool corrects = false;            // nothing but corrections
};

Inviting InvitingBy(const Job& job, const std::vector<Told>& told) {
  Inviting inviting;
  if (job.digest || told.size() != 1) return inviting;
  const auto& subscriptions = told.front().subscriptions;
  const auto invites = [](const auto& one) {
    return ModeOf(*one) == v1::CALENDAR_MODE_INVITE && one->invitation.has_value();
  };
  const auto found = std::ranges::find_if(subscriptions, invites);
  if (found == subscriptions.end()) return inviting;
  inviting.by = *found;
  inviting.last = told.front().changes.back();
  inviting.corrects = std::ranges::all_of(told.front().changes, [](const auto& change) {
    return change->delivery.transition == v1::TRANSITION_CORRECTED;
  });
  return inviting;
}

// What the calendar is to be told next, when it was told `was`; none when there is nothing to tell.
std::optional<Invitation> Next(const Event& event, const Invitation& was, bool corrects) {
  const bool cancel = event.state != Event::State::kThere;
  if (cancel && (!was.told() || was.cancelled)) return std::nullopt;
  const int64_t version = event.image == nullptr ? was.version : event.version;
  if (version < was.version) return std::nullopt;  // it was told a newer one
  const bool advanced = version > was.version || cancel != was.cancelled;
  if (corrects && !advanced) return std::nullopt;
  Invitation next = was;
  next.version = version;
  next.cancelled = cancel;
  next.sequence = was.told() ? std::max(version, was.sequence + (advanced ? 1 : 0))
                             : std::max<int64_t>(version, 0);
  if (event.image != nullptr) next.ends = std::max(was.ends, EndOf(*event.image));
  return next;
}

calendar::Entry EntryFor(const Event& event, const std::string& uid, text::Language language) {
  if (event.image == nullptr) return {.uid = uid, .stamp = event.time};
  calendar::Entry entry = calendar::DescribedBy(*event.image, event.time, language);
  entry.when = calendar::WhenOf(event.image->calendar());
  return entry;
}

CalendarPart PartOf(const calendar::Calendar& calendar) {
  return {
      .content_type = absl::StrCat(
          "text/calendar; method=", ToAbsl(calendar::NameOf(calendar.method)), "; charset=utf-8"),
      .text = calendar::Write(calendar)};
}

// What a mail publishes of one event; none where it has no day, or where no subscription asks.
std::optional<calendar::Entry> PublishedBy(const Told& told, text::Language language) {
  const bool wanted = std::ranges::any_of(
      told.subscriptions, [](const auto& one) { return ModeOf(*one) != v1::CALENDAR_MODE_NONE; });
  if (!wanted) return std::nullopt;
  const Job& last = *told.changes.back();
  return PublishedEntry(EventOf(last), NewestOf(last), language);
}

std::optional<CalendarPart> Invite(const Job& job, const Inviting& inviting,
                                   const calendar::Mailbox& sender) {
  const Event event = EventOf(*inviting.last);
  const std::optional<Invitation> next = Next(event, *inviting.by->invitation, inviting.corrects);
  if (!next) return std::nullopt;
  calendar::Entry entry = EntryFor(event, next->uid, LanguageOf(job));
  entry.sequence = next->sequence;
  entry.cancelled = next->cancelled;
  entry.organiser = sender;
  entry.attendee = {.name = "", .address = job.endpoint->email().address()};
  return PartOf({.method = next->cancelled ? calendar::Method::kCancel : calendar::Method::kRequest,
                 .entries = {std::move(entry)}});
}

}  // namespace

bool MayInvite(const Job& job) {
  return job.interest != nullptr && job.record != nullptr && job.endpoint != nullptr &&
         job.endpoint->has_email() && ModeOf(job) == v1::CALENDAR_MODE_INVITE &&
         !UidOf(job.record->change).empty();
}

std::optional<Invitation> InvitationBy(const Job& job) {
  if (job.interest == nullptr || job.record == nullptr) return std::nullopt;
  const std::vector<Told> told = ToldBy(job);
  const Inviting inviting = InvitingBy(job, told);
  if (inviting.by == nullptr) return std::nullopt;
  return Next(EventOf(*inviting.last), *inviting.by->invitation, inviting.corrects);
}

absl::Status ReadInvitation(sql::Connection& connection, Job& job) {
  job.invitation_unread = false;
  if (!job.invitation) return absl::OkStatus();
  ASSIGN_OR_RETURN(job.invitation,
                   Invitations(connection).At(job.endpoint->name(), job.invitation->uid));
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Job>> WithInvitation(sql::Connection& connection,
                                                          std::shared_ptr<const Job> job) {
  auto with = std::make_shared<Job>(*job);
  RETURN_IF_ERROR(ReadInvitation(connection, *with));
  return with;
}

absl::Status NoteInvitation(sql::Connection& connection, const Job& job) {
  const std::optional<Invitation> told = InvitationBy(job);
  if (!told) return absl::OkStatus();
  Invitations invitations(connection);
  if (job.invitation) RETURN_IF_ERROR(invitations.SetTold(job.delivery, *told));
  for (const std::shared_ptr<const Job>& other : job.others) {
    if (other->invitation) RETURN_IF_ERROR(invitations.SetTold(other->delivery, *told));
  }
  return absl::OkStatus();
}

std::optional<CalendarPart> CalendarPartOf(const Job& job, const calendar::Mailbox& sender) {
  if (job.interest == nullptr || job.record == nullptr) return std::nullopt;
  const std::vector<Told> told = ToldBy(job);
  const Inviting inviting = InvitingBy(job, told);
  if (inviting.by != nullptr) return Invite(job, inviting, sender);
  calendar::Calendar published;
  for (const Told& one : told) {
    if (published.entries.size() >= kMaxEntries) break;
    std::optional<calendar::Entry> entry = PublishedBy(one, LanguageOf(job));
    if (!entry) continue;
    entry->organiser = sender;
    published.entries.push_back(*std::move(entry));
  }
  if (published.entries.empty()) return std::nullopt;
  return PartOf(published);
}

}  // namespace clusterwire::notification
