#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

// What a streaming method is made of. A stream holds no thread while it waits: it is *pumped*. On
// each wake-up the runner asks the stream's step function, on a thread of the pool, for the next
// messages; the function answers at once with what there is. Knows no gRPC, so that inbox, watch
// and import can be written and tested without it.
//
//   step ──► messages ──► bounded queue ──► wire
//    ▲                        │ room again
//    └── Waker::Wake() ───────┴── poll interval
namespace clusterwire::rpc {

enum class Pump {
  kMore,  // there may be more: ask again as soon as the queue has room
  kWait,  // nothing more for now: ask after a Wake(), after new input, or at the next poll
  kDone,  // the end: what is queued is sent, then the stream ends with OK
};

// What one step puts out. A step adds until full() and then returns kMore; what it adds beyond is
// still taken, so stay near.
template <typename Response>
class Batch {
 public:
  Batch(size_t max_messages, size_t max_bytes)
      : max_messages_(max_messages), max_bytes_(max_bytes) {}

  void Add(Response message) {
    bytes_ += message.ByteSizeLong();
    messages_.push_back(std::move(message));
  }
  bool full() const { return messages_.size() >= max_messages_ || bytes_ >= max_bytes_; }
  bool empty() const { return messages_.empty(); }
  size_t bytes() const { return bytes_; }
  std::vector<Response>& messages() { return messages_; }

 private:
  const size_t max_messages_;
  const size_t max_bytes_;
  size_t bytes_ = 0;
  std::vector<Response> messages_;
};

// What came in from the client since the last step, which takes all of it: what it leaves is
// dropped.
template <typename Request>
struct Received {
  std::vector<Request> messages = {};  // in order; may be empty
  // The client has sent its last message: it half-closed. One that broke off, or whose message
  // can't be read, ends the stream instead. Stays true.
  bool ended = false;
};

// One step; a status other than OK sends what is queued and then ends the stream with it. Never
// called by two threads at once, nor after kDone or an error. It may be dropped without a last call
// when the client goes away or the server stops; its destructor then runs on any thread. It lives
// in a std::function: keep state that can't be copied in a shared_ptr.
template <typename Response>
using Source = std::function<absl::StatusOr<Pump>(Batch<Response>&)>;
template <typename Request, typename Response>
using Exchange = std::function<absl::StatusOr<Pump>(Received<Request>&, Batch<Response>&)>;

// Asks for a step. May be called from any thread, under any lock, also while a step runs (another
// then follows: no wake-up is lost) and after the stream's end (nothing happens).
using Waker = std::function<void()>;

}  // namespace clusterwire::rpc
