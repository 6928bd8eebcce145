#include "services/notification/ledger/consent/asks.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

constexpr std::string_view kAsk =
    "SELECT id, kind, address_key, address, language, target, made, asked_by, network, asked, mail,"
    " answered FROM consent_ask";
constexpr std::string_view kMail =
    "SELECT id, address_key, address, language, text, created, attempts, sent FROM consent_mail";

Ask AskFrom(const sql::Row& row) {
  return {.id = row.Text(0),
          .kind = static_cast<Ask::Kind>(row.Int(1)),
          .address_key = row.Bytes(2),
          .address = row.Text(3),
          .language = row.Text(4),
          .target = row.Text(5),
          .made = row.Int(6),
          .asked_by = row.Text(7),
          .network = row.Text(8),
          .asked = absl::FromUnixMicros(row.Int(9)),
          .mail = row.Text(10),
          .answered = row.Int(11) != 0};
}

ConfirmationMail MailFrom(const sql::Row& row) {
  return {.id = row.Text(0),
          .address_key = row.Bytes(1),
          .address = row.Text(2),
          .language = row.Text(3),
          .text = row.Text(4),
          .created = absl::FromUnixMicros(row.Int(5)),
          .attempts = static_cast<int>(row.Int(6)),
          .sent = row.Int(7) != 0};
}

sql::Bytes Key(std::string_view address_key) { return {std::string(address_key)}; }

}  // namespace

absl::StatusOr<std::vector<Ask>> Asks::Select(std::string_view where,
                                              std::vector<sql::Value> parameters) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query(absl::StrCat(ToAbsl(kAsk), " WHERE ", ToAbsl(where)),
                                     std::move(parameters)));
  std::vector<Ask> asks;
  for (const sql::Row& row : found.rows) asks.push_back(AskFrom(row));
  return asks;
}

absl::Status Asks::Add(const Ask& ask, absl::Time now) {
  if (ask.kind == Ask::Kind::kSignUp) {
    ASSIGN_OR_RETURN(const sql::Result all,
                     connection_.Query("SELECT COUNT(*) FROM consent_ask WHERE kind = $1",
                                       {static_cast<int>(ask.kind)}));
    if (all.rows[0].Int(0) >= kMostSignUps) {
      return absl::ResourceExhaustedError("too many sign-ups wait for an answer");
    }
  }
  ASSIGN_OR_RETURN(const bool room, MakeRoom(ask, now));
  if (!room) return absl::OkStatus();
  return connection_.Execute(
      "INSERT INTO consent_ask (id, kind, address_key, address, language, target, made, asked_by,"
      " network, asked, mail, answered) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', 0)"
      " ON CONFLICT (id) DO NOTHING",
      {ask.id, static_cast<int>(ask.kind), Key(ask.address_key), ask.address, ask.language,
       ask.target, ask.made, ask.asked_by, ask.network, absl::ToUnixMicros(ask.asked)});
}

absl::StatusOr<bool> Asks::MakeRoom(const Ask& ask, absl::Time now) {
  ASSIGN_OR_RETURN(const sql::Result there,
                   connection_.Query("SELECT 1 FROM consent_ask WHERE id = $1", {ask.id}));
  if (!there.rows.empty()) return true;
  ASSIGN_OR_RETURN(const std::vector<Ask> open, OpenOf(ask.address_key, now));
  std::map<std::pair<std::string_view, std::string_view>, std::vector<const Ask*>> by_asker;
  for (const Ask& one : open) by_asker[{one.asked_by, one.network}].push_back(&one);
  const size_t own = by_asker[{ask.asked_by, ask.network}].size();
  if (own >= kMostOfAsker) return false;
  if (open.size() < kMostOfAddress) return true;
  const auto most =
      std::ranges::max_element(by_asker, {}, [](const auto& asker) { return asker.second.size(); });
  if (most->second.size() <= own + 1) return false;
  RETURN_IF_ERROR(
      connection_.Execute("DELETE FROM consent_ask WHERE id = $1", {most->second.back()->id}));
  return true;
}

absl::StatusOr<std::vector<Ask>> Asks::OpenOf(std::string_view address_key, absl::Time now) {
  return Select("address_key = $1 AND answered = 0 AND asked > $2 ORDER BY asked, id",
                {Key(address_key), absl::ToUnixMicros(now - Ask::kLife)});
}

absl::StatusOr<Ask> Asks::Find(std::string_view id) {
  ASSIGN_OR_RETURN(std::vector<Ask> found, Select("id = $1", {id}));
  if (found.empty()) return absl::NotFoundError("there is no such ask");
  return std::move(found.front());
}

absl::Status Asks::Answer(std::string_view id) {
  return connection_.Execute("UPDATE consent_ask SET answered = 1 WHERE id = $1", {id});
}

absl::StatusOr<std::vector<Ask>> Asks::Unmailed(absl::Time now, int limit) {
  return Select(
      "mail = '' AND answered = 0 AND asked > $1"
      " AND NOT EXISTS (SELECT 1 FROM consent_mail m WHERE m.address_key = consent_ask.address_key"
      " AND m.created > $2)"
      " AND NOT EXISTS (SELECT 1 FROM consent_ask b WHERE b.address_key = consent_ask.address_key"
      " AND b.mail = '' AND b.answered = 0 AND b.asked > $1"
      " AND (b.asked < consent_ask.asked OR (b.asked = consent_ask.asked AND b.id <"
      " consent_ask.id))) ORDER BY asked, id LIMIT $3",
      {absl::ToUnixMicros(now - Ask::kLife), absl::ToUnixMicros(now - kMailPause), limit});
}

absl::Status Asks::MakeMail(const std::string& id, const Ask& first, std::string_view text,
                            absl::Time now) {
  RETURN_IF_ERROR(connection_.Execute(
      "INSERT INTO consent_mail (id, address_key, address, language, text, created, attempts, due,"
      " sent) VALUES ($1, $2, $3, $4, $5, $6, 0, $6, 0)",
      {id, Key(first.address_key), first.address, first.language, text, absl::ToUnixMicros(now)}));
  return connection_.Execute(
      "UPDATE consent_ask SET mail = $1 WHERE address_key = $2 AND mail = '' AND answered = 0",
      {id, Key(first.address_key)});
}

absl::StatusOr<std::vector<ConfirmationMail>> Asks::TakeDue(absl::Time now, absl::Duration hold,
                                                            int limit) {
  // A clock that was set back holds nothing longer than the longest pause.
  ASSIGN_OR_RETURN(
      const sql::Result due,
      connection_.Query("UPDATE consent_mail SET due = $2 WHERE sent = 0 AND id IN (SELECT id FROM"
                        " consent_mail WHERE sent = 0 AND due <= $1 ORDER BY due LIMIT $3)"
                        " AND due <= $1 RETURNING id",
                        {absl::ToUnixMicros(now), absl::ToUnixMicros(now + hold), limit}));
  std::vector<ConfirmationMail> mails;
  for (const sql::Row& row : due.rows) {
    ASSIGN_OR_RETURN(
        const sql::Result found,
        connection_.Query(absl::StrCat(ToAbsl(kMail), " WHERE id = $1"), {row.Text(0)}));
    for (const sql::Row& mail : found.rows) mails.push_back(MailFrom(mail));
  }
  return mails;
}

absl::StatusOr<ConfirmationMail> Asks::FindMail(std::string_view id, absl::Time now) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query(absl::StrCat(ToAbsl(kMail), " WHERE id = $1 AND created > $2"),
                                     {id, absl::ToUnixMicros(now - Ask::kLife)}));
  if (found.rows.empty()) return absl::NotFoundError("there is no such mail");
  return MailFrom(found.rows[0]);
}

absl::StatusOr<std::vector<Ask>> Asks::ToldBy(std::string_view mail) {
  return Select("mail = $1 ORDER BY asked, id", {mail});
}

absl::StatusOr<absl::Time> Asks::LastMail(std::string_view address_key) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT MAX(created) FROM consent_mail WHERE address_key = $1",
                                     {Key(address_key)}));
  if (found.rows[0].IsNull(0)) return absl::InfinitePast();
  return absl::FromUnixMicros(found.rows[0].Int(0));
}

absl::Status Asks::SetSent(std::string_view mail) {
  return connection_.Execute(
      "UPDATE consent_mail SET sent = 1, attempts = attempts + 1 WHERE id = $1", {mail});
}

absl::Status Asks::TryAgain(std::string_view mail, absl::Time due) {
  return connection_.Execute(
      "UPDATE consent_mail SET due = $2, attempts = attempts + 1 WHERE id = $1",
      {mail, absl::ToUnixMicros(due)});
}

absl::Status Asks::GiveUp(std::string_view mail) { return SetSent(mail); }

absl::Status Asks::RemoveOld(absl::Time now) {
  const int64_t old = absl::ToUnixMicros(now - Ask::kLife);
  RETURN_IF_ERROR(connection_.Execute("DELETE FROM consent_ask WHERE asked <= $1", {old}));
  return connection_.Execute("DELETE FROM consent_mail WHERE created <= $1", {old});
}

absl::Status Asks::Forget(std::string_view address_key) {
  RETURN_IF_ERROR(
      connection_.Execute("DELETE FROM consent_ask WHERE address_key = $1", {Key(address_key)}));
  return connection_.Execute("DELETE FROM consent_mail WHERE address_key = $1", {Key(address_key)});
}

absl::Status Asks::ForgetEmptyMails() {
  return connection_.Execute(
      "UPDATE consent_mail SET address = '', sent = 1 WHERE address <> ''"
      " AND NOT EXISTS (SELECT 1 FROM consent_ask a WHERE a.mail = consent_mail.id)");
}

}  // namespace clusterwire::notification
