#include "services/notification/ledger/consent/erasures.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

// What a statement's first parameters are; the last one, where it is `limited`, is how many rows at
// most.
enum class Of {
  kSubscriber,  // $1 its name
  kUnder,       // $1 and $2 what the names under it lie between
};

struct Statement {
  std::string_view text;
  Of of;
  bool limited = false;
};

// Done in this order until none touches a row: what finds its rows by another table's stands before
// that one. A table that holds something of a subscriber stands here.
constexpr Statement kErase[] = {
    {"DELETE FROM consent_proof WHERE subscriber = $1", Of::kSubscriber},
    {"DELETE FROM consent_ask WHERE target > $1 AND target < $2", Of::kUnder},
    {"DELETE FROM endpoint_failure WHERE endpoint > $1 AND endpoint < $2", Of::kUnder},
    {"DELETE FROM inbox_item WHERE subscriber = $1 AND sequence IN (SELECT sequence FROM inbox_item"
     " WHERE subscriber = $1 ORDER BY sequence LIMIT $2)",
     Of::kSubscriber, true},
    {"DELETE FROM inbox_read WHERE subscriber = $1", Of::kSubscriber},
    {"DELETE FROM inbox WHERE subscriber = $1", Of::kSubscriber},
    {"DELETE FROM given_up WHERE endpoint > $1 AND endpoint < $2", Of::kUnder},
    {"DELETE FROM invitation WHERE subscription > $1 AND subscription < $2", Of::kUnder},
    {"DELETE FROM calendar_feed WHERE subscription > $1 AND subscription < $2", Of::kUnder},
    {"UPDATE attempt SET detail = '' WHERE detail <> '' AND delivery IN (SELECT id FROM delivery"
     " WHERE subscription > $1 AND subscription < $2 ORDER BY subscription, sequence, id LIMIT $3)",
     Of::kUnder, true},
    {"UPDATE delivery SET subscription = 'erased', endpoint = 'erased', reason = 'erased' WHERE"
     " state <> 1 AND id IN (SELECT id FROM delivery WHERE subscription > $1 AND subscription < $2"
     " ORDER BY subscription, sequence, id LIMIT $3)",
     Of::kUnder, true},
};

constexpr size_t kErasedKeyBytes = 16;  // of an AddressKey

sql::Bytes ErasedKey(std::string_view address_key) { return {std::string(address_key)}; }

}  // namespace

absl::Status Erasures::Begin(const Erasing& erasing) {
  return connection_.Execute(
      "INSERT INTO erasing (subscriber, since, address_keys) VALUES ($1, $2, $3)"
      " ON CONFLICT DO NOTHING",
      {erasing.subscriber, absl::ToUnixMicros(erasing.since),
       sql::Bytes{absl::StrJoin(erasing.address_keys, "")}});
}

absl::Status Erasures::Finish(std::string_view subscriber) {
  return connection_.Execute("DELETE FROM erasing WHERE subscriber = $1", {subscriber});
}

absl::StatusOr<std::vector<Erasing>> Erasures::Unfinished(int limit) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query(
          "SELECT subscriber, since, address_keys FROM erasing ORDER BY since LIMIT $1", {limit}));
  std::vector<Erasing> unfinished;
  for (const sql::Row& row : found.rows) {
    Erasing& one = unfinished.emplace_back();
    one.subscriber = row.Text(0);
    one.since = absl::FromUnixMicros(row.Int(1));
    const std::string& keys = row.Bytes(2);
    for (size_t at = 0; at + kErasedKeyBytes <= keys.size(); at += kErasedKeyBytes) {
      one.address_keys.push_back(keys.substr(at, kErasedKeyBytes));
    }
  }
  return unfinished;
}

absl::Status Erasures::Remember(std::string_view address_key, absl::Time now) {
  return connection_.Execute(
      "INSERT INTO erased_address (address_key, since) VALUES ($1, $2) ON CONFLICT DO NOTHING",
      {ErasedKey(address_key), absl::ToUnixMicros(now)});
}

absl::StatusOr<absl::Time> Erasures::RemembersSince(std::string_view address_key) {
  ASSIGN_OR_RETURN(const sql::Result found,
                   connection_.Query("SELECT since FROM erased_address WHERE address_key = $1",
                                     {ErasedKey(address_key)}));
  return found.rows.empty() ? absl::InfinitePast() : absl::FromUnixMicros(found.rows[0].Int(0));
}

absl::Status Erasures::Lift(std::string_view address_key) {
  return connection_.Execute("DELETE FROM erased_address WHERE address_key = $1",
                             {ErasedKey(address_key)});
}

absl::StatusOr<bool> Erasures::Erase(std::string_view subscriber, int limit) {
  const std::string first = absl::StrCat(ToAbsl(subscriber), "/");
  const std::string last = absl::StrCat(ToAbsl(subscriber), "0");  // '0' follows '/'
  bool touched = false;
  for (const Statement& statement : kErase) {
    std::vector<sql::Value> values;
    if (statement.of == Of::kSubscriber) {
      values = {subscriber};
    } else {
      values = {first, last};
    }
    if (statement.limited) values.emplace_back(limit);
    ASSIGN_OR_RETURN(const sql::Result done, connection_.Query(statement.text, std::move(values)));
    touched = touched || done.affected > 0;
  }
  return touched;
}

}  // namespace clusterwire::notification
