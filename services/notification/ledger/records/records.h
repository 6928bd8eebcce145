#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/change/v1/resource_changed.pb.h"

#include "libs/kafka/message.h"
#include "libs/sql/connection.h"

namespace clusterwire::notification {

// A change as it is kept: whole. Who is told of it gets it cut to what they may see.
struct KeptRecord {
  std::string id = {};  // its ce_id
  change::v1::ResourceChanged change = {};
  std::string trace = {};  // W3C traceparent
  absl::Time received = {};
};

// How far the deliveries of a record have been inserted. Chunks go in the order of the names of
// subscriptions, so the last name says where to go on.
struct MatchProgress {
  int64_t matched = 0;       // counted by the matcher, not from the rows
  std::string through = {};  // the last subscription inserted
  bool closed = false;       // nothing is missing
};

// The records that came from Kafka, each kept once under (history, revision, ordinal).
class Records {
 public:
  explicit Records(sql::Connection& connection) : connection_(connection) {}

  // Keeps the record with the progress that this transaction makes with it, unless it is there;
  // then gives how far that one is. One from before what was purged counts as closed: it was there,
  // or is as old as what is no longer told.
  absl::StatusOr<std::optional<MatchProgress>> Keep(const KeptRecord& record,
                                                    const MatchProgress& progress = {});
  // After the rows of a chunk, in the same transaction.
  absl::Status SetProgress(std::string_view id, const MatchProgress& progress);
  // Keeps it from being purged, and from being taken on by another process, until this transaction
  // is over; false when it isn't there. For who makes something of it pending.
  absl::StatusOr<bool> Hold(std::string_view id);
  // NOT_FOUND when it was purged or never came.
  absl::StatusOr<KeptRecord> Load(std::string_view id);

  // Notes it as the newest of its resource, and who sees the resource since; false when a newer one
  // of the same history was there: this one is superseded. Another history is always newer.
  absl::StatusOr<bool> NoteNewest(const change::v1::ResourceChanged& change);
  // The id of the newest one of a resource that is kept; empty when none is.
  absl::StatusOr<std::string> FindNewest(std::string_view name);
  // Who sees the resource since its newest one (seen_by.h); operators alone where none came.
  absl::StatusOr<std::string> WhoSees(std::string_view name);
  // Removes up to `limit` that came before `horizon`, each with its deliveries, attempts and inbox
  // items; never one that is open or has a delivery pending. Gives how many; 0 when nothing is left
  // to do. What was purged isn't taken for new when it comes again.
  absl::StatusOr<int64_t> Purge(absl::Time horizon, int limit);

 private:
  sql::Connection& connection_;
};

struct TopicPosition {
  int64_t next_offset = 0;
  // Where it lies behind next_offset: up to here there was no message, but markers of transactions
  // and what aborted ones wrote.
  int64_t passed = 0;
  // Of the message at next_offset - 1, as it came; empty where none was read yet: then the log
  // began at next_offset when reading began.
  std::string digest = {};
  // The last change that was taken: nothing up to this revision of this history is missing. Zero
  // before the first.
  std::string history = {};
  int64_t revision = 0;
  // Nothing written before this is missing: when that change was written, or reading began.
  absl::Time since = absl::UnixEpoch();
};

// Where ingest goes on, kept with what it has done and not in Kafka: the two can't disagree.
class TopicPositions {
 public:
  explicit TopicPositions(sql::Connection& connection) : connection_(connection) {}

  // A position without a change keeps the one that is known.
  absl::Status Move(const kafka::TopicPartition& partition, const TopicPosition& position);
  // Notes what was passed behind the position.
  absl::Status Pass(const kafka::TopicPartition& partition, int64_t passed);
  // Nothing when the partition was never read.
  absl::StatusOr<std::optional<TopicPosition>> Find(const kafka::TopicPartition& partition);

 private:
  sql::Connection& connection_;
};

}  // namespace clusterwire::notification
