#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/time/clock.h"
#include "libs/kafka/producer.h"
#include "libs/sql/database.h"

namespace clusterwire::catalogue {

// Notices that the topic has lost what was sent to it: it was made anew, or the end of a partition
// was cut off. A partition's end only ever rises; one that lies before where a record of ours was
// acknowledged is a gap, which is kept for operators (service::Gaps). What retention removes is
// none: only a reader knows whether it had read that. One thread owns it.
class TopicWatch {
 public:
  struct Options {
    std::string topic;
    absl::Duration retention;  // how long the topic should hold records
  };

  // `database` and `clock` outlive it.
  TopicWatch(Options options, sql::Database& database, Clock& clock)
      : options_(std::move(options)), database_(database), clock_(clock) {}

  // Its table, and that of the gaps, beside the store's.
  static absl::Status CreateTables(sql::Database& database);

  // Reads what this process or an earlier one has kept.
  absl::Status Load();
  // After a batch: where its messages were put.
  absl::Status Acknowledged(const std::map<kafka::TopicPartition, kafka::Producer::Range>& ranges);
  // Where partitions end now. Keeps it.
  absl::Status Compare(const std::vector<int64_t>& ends);
  // Writes down what was acknowledged since the last Compare().
  absl::Status Keep();

 private:
  // The partition ends, or goes on, at `offset`.
  absl::Status See(int32_t partition, int64_t offset);

  const Options options_;
  sql::Database& database_;
  Clock& clock_;
  std::map<int32_t, int64_t> ends_;  // by partition: behind the last record known to be there
  std::map<int32_t, int64_t> kept_;  // the same as the database has it
};

}  // namespace clusterwire::catalogue
