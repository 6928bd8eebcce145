#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/notification/delivery/job.h"

namespace clusterwire::notification {

// How a try ended.
struct Done {
  int http_status = 0;
  std::string receipt = {};  // what the other side said
};
struct Wait {
  absl::Time until = absl::InfinitePast();  // not before, whatever the retry schedule says
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

// What a channel hands over; means something to that channel alone.
struct Rendered {
  std::string body;
};

// One way to reach a subscriber. Safe for use from any thread.
class Channel {
 public:
  using Callback = std::function<void(Outcome)>;

  virtual ~Channel() = default;
  // Pure: the same job gives the same bytes, so that a repeated try sends what the first sent.
  virtual absl::StatusOr<Rendered> Render(const Job& job) const = 0;
  // Calls `done` once, from any thread, perhaps before it returns, by `deadline` at the latest.
  // Thousands may be under way.
  virtual void Send(std::shared_ptr<const Job> job, Rendered rendered, absl::Time deadline,
                    Callback done) = 0;
};

}  // namespace clusterwire::notification
