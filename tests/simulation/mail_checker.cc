// What readers of mails were promised: their hour, once, and nothing that they didn't ask for.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "tests/simulation/checker.h"

namespace clusterwire::simulation {
namespace {

using notification::v1::Delivery;
using notification::v1::Schedule;

class MailChecker {
 public:
  MailChecker(const Outcome& outcome, Breaches& breaches) : outcome_(outcome), breaches_(breaches) {
    for (const Delivery& row : outcome.deliveries) rows_[row.name()] = &row;
    for (const Reader& reader : outcome.world.readers()) {
      readers_[reader.subscription.name()] = &reader;
    }
  }

  void Run() {
    for (const Mail& mail : outcome_.mails) {
      const Reader& reader = *readers_.at(mail.subscription);
      if (!reader.consented) Broken("no mail without consent", mail);
      for (const std::string& name : mail.hidden) CheckHidden(mail, name);
      if (reader.subscription.has_schedule()) {
        CheckDigest(mail, reader);
      } else if (!mail.digest) {
        CheckQuiet(mail, reader);
      }
      for (const std::string& name : mail.deliveries) CheckTold(mail, name);
    }
    CheckCalendars();
    for (const auto& [name, row] : rows_) {
      if (!absl::EndsWith(row->endpoint(), "/endpoints/m")) continue;
      if (row->state() == Delivery::STATE_DELIVERED && !told_.contains(name)) {
        breaches_.Add("a mail for each that was delivered", row->ShortDebugString());
      }
      if (absl::StartsWith(row->reason(), "merged: ")) CheckMerged(*row);
    }
  }

 private:
  void Broken(const std::string& kind, const Mail& mail) { breaches_.Add(kind, Describe(mail)); }
  static std::string Describe(const Mail& mail) {
    return absl::StrCat("the mail of process ", mail.life, " for ", mail.subscription, " at ",
                        absl::FormatTime(mail.time), " of ", mail.deliveries.size(),
                        " deliveries, the first of which is ", mail.deliveries.front());
  }
  static absl::TimeZone ZoneOf(const Reader& reader) {
    absl::TimeZone zone;
    absl::LoadTimeZone(reader.subscriber.time_zone(), &zone);
    return zone;
  }

  // At the reader's hour of a right day, not before it, and once.
  void CheckDigest(const Mail& mail, const Reader& reader) {
    if (!mail.digest) return Broken("a digest where one is wanted", mail);
    const Schedule& schedule = reader.subscription.schedule();
    const absl::TimeZone zone = ZoneOf(reader);
    const absl::CivilDay day = absl::ToCivilDay(mail.digest->until, zone);
    const absl::TimeZone::TimeInfo due =
        zone.At(absl::CivilHour(day.year(), day.month(), day.day(), schedule.hour()));
    const absl::Time moment = due.kind == absl::TimeZone::TimeInfo::SKIPPED ? due.trans : due.pre;
    if (mail.digest->until != moment) Broken("a digest at its hour", mail);
    const auto weekday = static_cast<int>(absl::GetWeekday(day)) + 1;  // Monday is 1
    if (schedule.frequency() == Schedule::FREQUENCY_WEEKLY && weekday != schedule.weekday()) {
      Broken("a digest on its day", mail);
    }
    if (mail.time < mail.digest->until) Broken("no digest before its hour", mail);
    const auto [first, is_new] = digests_.try_emplace({mail.subscription, moment}, &mail);
    if (is_new) return;
    const bool again = first->second->deliveries == mail.deliveries;
    if (!again || first->second->life == mail.life) Broken("one digest of a window", mail);
    first->second = &mail;
  }

  // Of two who share a mailbox, what one may see is told for that one.
  void CheckHidden(const Mail& mail, const std::string& delivery) {
    const auto row = rows_.find(delivery);
    const bool granted = row != rows_.end() && readers_.at(row->second->subscription())->granted;
    if (!granted) Broken("no mail about what may not be seen", mail);
  }

  // What stands behind the name of a property of the entry; empty where it has none.
  static std::string Property(const std::string& calendar, const std::string& name) {
    const std::string text = absl::StrReplaceAll(calendar, {{"\r\n ", ""}});
    const size_t entry = name == "METHOD" ? 0 : text.find("BEGIN:VEVENT");
    const size_t line = text.find("\r\n" + name, entry);
    if (line == std::string::npos) return "";
    const size_t value = text.find(':', line) + 1;
    return text.substr(value, text.find("\r\n", value) - value);
  }

  // What a calendar was told: the last of it, and whether who was invited to it sees the event.
  struct Calendar {
    const Mail* last = nullptr;
    bool granted = false;
  };

  // Who was invited has in the end what is true: the event when it is, or none where it is
  // cancelled or not for them any more. A mailbox has one calendar, also
  // where several readers share it.
  void CheckCalendars() {
    std::map<std::pair<std::string, std::string>, Calendar> calendars;  // by address and UID
    absl::Time end = absl::InfinitePast();
    for (const Mail& mail : outcome_.mails) {
      end = std::max(end, mail.time);
      if (mail.calendar.empty() || Property(mail.calendar, "METHOD") == "PUBLISH") continue;
      Calendar& calendar = calendars[{mail.address, Property(mail.calendar, "UID")}];
      calendar.last = &mail;
      for (const std::string& name : mail.deliveries) {
        const auto row = rows_.find(name);
        if (row == rows_.end()) continue;
        const Reader& reader = *readers_.at(row->second->subscription());
        const bool invited =
            reader.subscription.calendar() == notification::v1::CALENDAR_MODE_INVITE;
        calendar.granted = calendar.granted || (invited && reader.granted);
      }
    }
    for (const auto& [id, facts] : outcome_.world.resources()) {
      for (const auto& [key, calendar] : calendars) {
        if (key.second == facts.calendar().uid()) CheckCalendar(calendar, facts, end);
      }
    }
  }
  void CheckCalendar(const Calendar& calendar, const type::v1::Facts& facts, absl::Time end) {
    const Mail& mail = *calendar.last;
    const type::v1::Calendar& event = facts.calendar();
    if (event.start() < absl::FormatTime("%Y-%m-%d", end, absl::UTCTimeZone())) return;  // over
    const bool seen = !facts.has_audience() || calendar.granted;
    const bool there = seen && event.status() == type::v1::Calendar::STATUS_CONFIRMED;
    const bool cancelled = Property(mail.calendar, "METHOD") == "CANCEL";
    if (there == cancelled) {
      return Broken(there ? "an invitation to what takes place" : "a cancellation of what doesn't",
                    mail);
    }
    const std::string start =
        absl::StrCat(absl::StrReplaceAll(event.start(), {{"-", ""}, {":", ""}}), "00");
    if (there && Property(mail.calendar, "DTSTART") != start) {
      Broken("an invitation moves with its event", mail);
    }
  }

  void CheckQuiet(const Mail& mail, const Reader& reader) {
    const int hour = absl::ToCivilHour(mail.time, ZoneOf(reader)).hour();
    const auto& quiet = reader.subscriber.quiet_hours();
    const bool over_night = quiet.from_hour() > quiet.until_hour();
    const bool after = hour >= quiet.from_hour();
    const bool before = hour < quiet.until_hour();
    if (over_night ? after || before : after && before) Broken("nothing in quiet hours", mail);
  }

  // Each change is told once at an address, but for a mail that was sent again after a kill.
  void CheckTold(const Mail& mail, const std::string& name) {
    const auto row = rows_.find(name);
    if (row == rows_.end()) return Broken("a mail tells what was matched", mail);
    // Another subscription's reasons are told too, and its own delivery is merged into this mail.
    const bool merged = absl::StartsWith(row->second->reason(), "merged: ");
    if (row->second->state() != Delivery::STATE_DELIVERED && !merged) {
      Broken("what was told is delivered", mail);
    }
    const auto before = told_.find(name);
    if (before != told_.end() && before->second->life == mail.life) {
      breaches_.Add("told once but for a kill",
                    absl::StrCat(row->second->ShortDebugString(), " by ", Describe(mail), " and ",
                                 Describe(*before->second)));
    }
    told_[name] = &mail;
    by_address_[{mail.address, row->second->change()}] = &mail;
  }

  // What was merged is told at the same address by another's mail.
  void CheckMerged(const Delivery& row) {
    const Reader& reader = *readers_.at(row.subscription());
    if (!by_address_.contains({reader.endpoint.email().address(), row.change()})) {
      breaches_.Add("merged into a mail that was sent", row.ShortDebugString());
    }
  }

  const Outcome& outcome_;
  Breaches& breaches_;
  std::map<std::string, const Delivery*> rows_;                            // by name
  std::map<std::string, const Reader*> readers_;                           // by subscription
  std::map<std::string, const Mail*> told_;                                // the last, by delivery
  std::map<std::pair<std::string, std::string>, const Mail*> by_address_;  // and change
  std::map<std::pair<std::string, absl::Time>, const Mail*> digests_;      // by their windows
};

}  // namespace

void CheckMails(const Outcome& outcome, Breaches& breaches) {
  MailChecker(outcome, breaches).Run();
}

}  // namespace clusterwire::simulation
