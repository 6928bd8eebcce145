#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/sql/connection.h"
#include "services/notification/delivery/job.h"

namespace clusterwire::notification {

// How a try ended.
struct Done {
  int http_status = 0;
  std::string receipt = {};  // what the other side said
};
struct Wait {
  absl::Time until = absl::InfinitePast();  // not before, even if the retry schedule says earlier
  std::string reason = {};
  int http_status = 0;
  bool ours = false;  // the failure is on this side, and says nothing of the endpoint
};
struct Dead {
  std::string reason = {};
  bool disable_endpoint = false;  // nothing more is to go there
  int http_status = 0;
  bool ours = false;  // as with Wait
};
using Outcome = std::variant<Done, Wait, Dead>;

// One way to reach a subscriber. What it shows of a job is a pure function of it, so that a repeated
// try says what the first said. Safe for use from any thread.
class Channel {
 public:
  using Callback = std::function<void(Outcome)>;

  virtual ~Channel() = default;
  // Calls `done` once, from any thread, perhaps before it returns, by `deadline` at the latest.
  // Thousands may be under way.
  virtual void Send(std::shared_ptr<const Job> job, absl::Time deadline, Callback done) = 0;

  // For a channel whose receiver is the ledger: called with each job that is done, in the
  // transaction that records its result, and again when that is repeated; then after the commit.
  virtual absl::Status Write(sql::Connection&, const Job&) { return absl::OkStatus(); }
  virtual void Written(const Job&) {}
  // Whether tries may fail by the endpoint's fault: then failures are counted, and it is switched
  // off when nothing succeeds for too long.
  virtual bool has_receiver() const { return true; }
};

}  // namespace clusterwire::notification
