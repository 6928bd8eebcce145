#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/calendar/calendar.h"
#include "services/notification/channels/channels.h"
#include "services/notification/ledger/calendar/invitations.h"

// What a mail holds for its reader's calendar. Pure functions of the job, so that a repeated try
// says what the first said.
namespace clusterwire::notification {

struct CalendarPart {
  std::string content_type;  // "text/calendar; method=REQUEST; charset=utf-8"
  std::string text;          // goes into the mail as an alternative, and as the file kInviteFile
};
inline constexpr char kInviteFile[] = "invite.ics";
inline constexpr size_t kMaxEntries = 100;  // of one mail; the newest are left out

// None when there is nothing to put into a calendar: nothing of an event, of none whose day is
// known, or none of the subscriptions wants it. `sender` is our mailbox, which mails come from.
std::optional<CalendarPart> CalendarPartOf(const Job& job, const calendar::Mailbox& sender);

// Reads what its reader's calendar was told so far, where that is of interest: at any endpoint of
// the mailbox, under whichever subscriber. `seen_by`: as in JobOf().
absl::Status ReadInvitation(sql::Connection& connection, const Interests& interests,
                            std::string_view seen_by, Job& job);
// A job with that.
absl::StatusOr<std::shared_ptr<const Job>> WithInvitation(sql::Connection& connection,
                                                          const Interests& interests,
                                                          std::string_view seen_by,
                                                          std::shared_ptr<const Job> job);
// What the mail of a job tells the calendar of its reader as an invitation or a correction of one.
// None where it is only published.
std::optional<Invitation> InvitationBy(const Job& job);
// Remembers that, for all subscriptions by which it came: with the result of its delivery. Not for
// the job's own where it was dropped while the mail was on its way.
absl::Status NoteInvitation(sql::Connection& connection, const Job& job, bool was_pending);

// How its reader wants events in their calendar: as the subscription says; but who registered, or
// whose cluster did, is invited unless they want nothing. Registrations of others invite no reader.
// What corrects an invitation is one, also where its reader sees nothing of it any more.
v1::CalendarMode CalendarModeOf(const Job& job);
// Whether the subscription still wants to have right what it was invited to.
bool WantsCorrections(const v1::Subscription& subscription, const Invitation& invitation);
// Whether the job may be an invitation, so that Job.invitation has to be read.
bool MayInvite(const Job& job);

}  // namespace clusterwire::notification
