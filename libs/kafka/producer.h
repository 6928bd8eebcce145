#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/kafka/client.h"
#include "libs/kafka/message.h"

namespace clusterwire::kafka {

// Sends batches in order and without duplicates from its own retries (idempotent, gapless, no time
// limit after which a message is given up). One thread owns it.
//
// After a crash, or with a new producer after an error, it is unknown how much of the last batch
// has arrived: it is sent again, and the reader drops what it has. Destroying a producer gives up
// what it still holds, at once.
class Producer {
 public:
  // A batch above either is refused with INVALID_ARGUMENT, reason BATCH_TOO_LARGE.
  static constexpr size_t kMaxMessages = 10'000;
  static constexpr size_t kMaxBytes = size_t{64} << 20;  // of keys, values and headers

  // INVALID_ARGUMENT names an unknown or refused property. Brokers needn't be there yet.
  static absl::StatusOr<std::unique_ptr<Producer>> Create(ClientOptions options);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  // Hands over a batch, each message to its own partition, and waits until the broker has
  // acknowledged all of it.
  //   OK           all of it is in the log, in this order within each partition.
  //   UNAVAILABLE, reason STILL_SENDING   `wait` passed or `stop` was asked for; the batch is
  //                kept and goes on being tried: call Await() until it says something else.
  //   any other    the producer is broken, and every later call says so: make a new one and send
  //                the whole batch again (unless the status says INVALID_ARGUMENT: then the batch
  //                can't be sent as it is).
  absl::Status Send(std::span<const Message> batch, absl::Duration wait, std::stop_token stop = {});

  // Where the messages of the last batch were put, as far as the broker has said: complete once it
  // is acknowledged.
  struct Range {
    int64_t first = 0;
    int64_t last = 0;
  };
  const std::map<TopicPartition, Range>& acknowledged() const;

  // Goes on waiting for the batch of the last Send(). OK when there is none.
  absl::Status Await(absl::Duration wait, std::stop_token stop = {});

 private:
  struct State;
  Producer(Client client, State* state) : client_(std::move(client)), state_(state) {}
  absl::Status Enqueue(const Message& message);
  absl::Status Broken(absl::Status why);
  void AwaitCause(absl::Status fatal);

  Client client_;
  State* const state_;  // the client's
};

}  // namespace clusterwire::kafka
