#include "services/notification/channels/calendar/calendar_part.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/text/language.h"
#include "services/notification/channels/calendar/entry.h"
#include "services/notification/channels/differences.h"
#include "services/notification/channels/notice.h"
#include "services/notification/channels/told.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/ledger/records/seen_by.h"
#include "services/notification/resources/subscribers/interests.h"

namespace clusterwire::notification {
namespace {

constexpr size_t kMostEndpoints = 100;  // of one mailbox that are asked for what it was told

// How the event stands for its reader when the mail goes out.
const change::v1::ResourceChanged& NewestOf(const Job& job) {
  return job.latest != nullptr ? job.latest->change : job.record->change;
}
Event EventOf(const Job& job) {
  const change::v1::ResourceChanged& change = NewestOf(job);
  return job.hidden ? Event{.time = ToTime(change.time())} : EventIn(change);
}

// How a mail invites to the one resource of which it tells. Of several subscriptions at the
// mailbox, of whichever subscribers, the one that sees most of the event says how it is.
struct Inviting {
  const Job* by = nullptr;  // null: none wants to be invited
  Event event = {};
  bool corrects = true;  // nothing but corrections
};

Inviting InvitingBy(const Job& job, const std::vector<Told>& told) {
  Inviting inviting;
  if (job.digest || told.size() != 1) return inviting;
  std::map<std::string_view, const Job*> newest;  // by subscription
  const auto add = [&](const Job& one) {
    if (CalendarModeOf(one) != v1::CALENDAR_MODE_INVITE || !one.invitation) return;
    const Job*& last = newest[one.delivery.subscription];
    if (last == nullptr || last->delivery.sequence <= one.delivery.sequence) last = &one;
    inviting.corrects = inviting.corrects && one.delivery.transition == v1::TRANSITION_CORRECTED;
  };
  for (const auto& other : job.others) add(*other);
  add(job);
  for (const auto& [subscription, last] : newest) {
    Event event = EventOf(*last);
    const auto sees = [](const Event& one) { return std::pair(one.image != nullptr, one.version); };
    if (inviting.by != nullptr && sees(event) <= sees(inviting.event)) continue;
    inviting.by = last;
    inviting.event = event;
  }
  return inviting;
}

// What the calendar is to be told next; none when there is nothing to tell.
std::optional<Invitation> Next(const Inviting& inviting) {
  const Event& event = inviting.event;
  const Invitation& was = *inviting.by->invitation;
  const bool cancel = event.state != Event::State::kThere;
  if (cancel && (!was.told() || was.cancelled)) return std::nullopt;
  if (event.image == nullptr && inviting.by->invited_elsewhere) return std::nullopt;
  const int64_t version = event.image == nullptr ? was.version : event.version;
  if (version < was.version) return std::nullopt;  // it was told a newer one
  const bool advanced = version > was.version || cancel != was.cancelled;
  if (inviting.corrects && !advanced) return std::nullopt;
  Invitation next = was;
  next.resource = inviting.by->record->change.name();
  next.version = version;
  next.cancelled = cancel;
  next.sequence = was.told() ? std::max(version, was.sequence + (advanced ? 1 : 0))
                             : std::max<int64_t>(version, 0);
  if (event.image != nullptr) next.ends = std::max(was.ends, EndOf(*event.image));
  return next;
}

calendar::Entry EntryFor(const Event& event, const std::string& uid, text::Language language) {
  if (event.image == nullptr) return {.uid = uid, .stamp = event.time};
  calendar::Entry entry =
      calendar::DescribedBy(*event.image, SummaryIn(language, *event.image), event.time, language);
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
  const bool wanted = std::ranges::any_of(told.subscriptions, [](const auto& one) {
    return CalendarModeOf(*one) != v1::CALENDAR_MODE_NONE;
  });
  if (!wanted) return std::nullopt;
  const Job& last = *told.changes.back();
  return PublishedEntry(EventOf(last), NewestOf(last), language);
}

std::optional<CalendarPart> Invite(const Job& job, const Inviting& inviting,
                                   const calendar::Mailbox& sender) {
  const std::optional<Invitation> next = Next(inviting);
  if (!next) return std::nullopt;
  calendar::Entry entry = EntryFor(inviting.event, next->uid, LanguageOf(job));
  // In a calendar a registration is called as its event is.
  const std::string& title = NewestOf(*inviting.by).registration().event_title();
  if (inviting.event.image != nullptr && !title.empty()) entry.title = title;
  entry.sequence = next->sequence;
  entry.cancelled = next->cancelled;
  entry.organiser = sender;
  entry.attendee = {.name = "", .address = job.endpoint->email().address()};
  return PartOf({.method = next->cancelled ? calendar::Method::kCancel : calendar::Method::kRequest,
                 .entries = {std::move(entry)}});
}

// The endpoints of a mailbox, by its confirmed ones; the endpoint's own first.
std::vector<std::string> EndpointsOf(const Interests& interests, const v1::Endpoint& endpoint) {
  std::vector<std::string> names = {endpoint.name()};
  for (const auto& other : interests.EndpointsWith(endpoint.email().address())) {
    if (names.size() >= kMostEndpoints) break;
    const bool confirmed = other->email().has_verify_time();
    if (confirmed && other->name() != names.front()) names.push_back(other->name());
  }
  return names;
}

}  // namespace

v1::CalendarMode CalendarModeOf(const Job& job) {
  const v1::CalendarMode asked = job.interest->subscription.calendar();
  const change::v1::ResourceChanged& change = job.record->change;
  const type::v1::Facts& facts = change.has_after() ? change.after() : change.before();
  if (asked == v1::CALENDAR_MODE_NONE) return asked;
  if (job.delivery.transition == v1::TRANSITION_CORRECTED) return v1::CALENDAR_MODE_INVITE;
  if (facts.type() == "call") return v1::CALENDAR_MODE_PUBLISH;  // its end is no invitation
  if (facts.type() != "registration") return asked;  // also where its reader sees nothing any more
  const std::vector<std::string>& members = job.interest->viewer.members;
  const auto is_member = [&](const std::string& name) {
    return std::ranges::find(members, name) != members.end();
  };
  // A person who comes for no cluster is known by whose they are.
  const bool own = std::ranges::any_of(facts.clusters(), is_member) ||
                   is_member(change.registration().registrant());
  return own ? v1::CALENDAR_MODE_INVITE : v1::CALENDAR_MODE_NONE;
}

bool WantsCorrections(const v1::Subscription& subscription, const Invitation& invitation) {
  const bool unasked = absl::StrContains(invitation.resource, "/registrations/");
  return unasked ? subscription.calendar() != v1::CALENDAR_MODE_NONE
                 : subscription.calendar() == v1::CALENDAR_MODE_INVITE;
}

bool MayInvite(const Job& job) {
  return job.interest != nullptr && job.record != nullptr && job.endpoint != nullptr &&
         job.endpoint->has_email() && CalendarModeOf(job) == v1::CALENDAR_MODE_INVITE &&
         !UidOf(job.record->change).empty();
}

std::optional<Invitation> InvitationBy(const Job& job) {
  if (job.interest == nullptr || job.record == nullptr) return std::nullopt;
  const std::vector<Told> told = ToldBy(job);
  const Inviting inviting = InvitingBy(job, told);
  if (inviting.by == nullptr) return std::nullopt;
  return Next(inviting);
}

absl::Status ReadInvitation(sql::Connection& connection, const Interests& interests,
                            std::string_view seen_by, Job& job) {
  job.invitation_unread = false;
  if (!job.invitation) return absl::OkStatus();
  const std::string uid = job.invitation->uid;
  ASSIGN_OR_RETURN(job.invitation,
                   Invitations(connection).At(EndpointsOf(interests, *job.endpoint), uid));
  if (!job.hidden || !job.invitation->told()) return absl::OkStatus();
  for (const auto& other : interests.AtMailboxOf(*job.endpoint)) {
    if (other->subscription.name() == job.delivery.subscription) continue;
    ASSIGN_OR_RETURN(const Invitation theirs,
                     Invitations(connection).By(other->subscription.name(), uid));
    if (!theirs.told() || !WantsCorrections(other->subscription, theirs)) continue;
    // The event itself may be seen by others than a registration to it.
    std::string theirs_seen_by(seen_by);
    if (!theirs.resource.empty() && theirs.resource != job.record->change.name()) {
      ASSIGN_OR_RETURN(theirs_seen_by, Records(connection).WhoSees(theirs.resource));
    }
    job.invited_elsewhere = job.invited_elsewhere || IsSeen(other->viewer, theirs_seen_by);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Job>> WithInvitation(sql::Connection& connection,
                                                          const Interests& interests,
                                                          std::string_view seen_by,
                                                          std::shared_ptr<const Job> job) {
  auto with = std::make_shared<Job>(*job);
  RETURN_IF_ERROR(ReadInvitation(connection, interests, seen_by, *with));
  return with;
}

absl::Status NoteInvitation(sql::Connection& connection, const Job& job, bool was_pending) {
  const std::optional<Invitation> told = InvitationBy(job);
  if (!told) return absl::OkStatus();
  Invitations invitations(connection);
  if (job.invitation && was_pending) {
    RETURN_IF_ERROR(invitations.SetTold(job.delivery, *told));
  }
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
    AddEntry(NewestOf(*one.changes.back()), *std::move(entry), published.entries);
  }
  if (published.entries.empty()) return std::nullopt;
  return PartOf(published);
}

}  // namespace clusterwire::notification
