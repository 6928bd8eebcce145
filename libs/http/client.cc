#include "libs/http/client.h"

#include <memory>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/threads/mutex.h"
#include "libs/http/transfer.h"
#include "libs/http/transfer_loop.h"

namespace clusterwire::http {
namespace {

absl::Status CheckHeaders(const Request& request) {
  for (const auto& [name, value] : request.headers) {
    constexpr std::string_view kBreaks("\r\n\0", 3);
    constexpr std::string_view kBreaksInName("\r\n\0: \t", 6);
    if (name.empty() || name.find_first_of(kBreaksInName) != std::string::npos ||
        value.find_first_of(kBreaks) != std::string::npos) {
      return Error(
          absl::StatusCode::kInvalidArgument, "INVALID_HEADER",
          absl::StrCat("header '", name, "' has a character that would break the request apart"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

class Client::Loop {
 public:
  Loop(Options options, Clock& clock)
      : options_(std::move(options)),
        clock_(clock),
        // curl counts those in use too, and would close each one after use while they are many.
        transfers_(options_.in_flight_limit, options_.in_flight_limit + options_.kept_connections) {
  }

  absl::Status Start(Request request, Callback callback, bool look_up_only) {
    RETURN_IF_ERROR(CheckUrl(request.url));
    RETURN_IF_ERROR(CheckHeaders(request));
    if (request.deadline <= clock_.Uptime()) {
      return Error(absl::StatusCode::kDeadlineExceeded, "TIMEOUT", "the deadline has passed");
    }
    RETURN_IF_ERROR(Accept());
    const auto count_and_call = [this,
                                 callback = std::move(callback)](absl::StatusOr<Response> result) {
      {
        MutexLock lock(mutex_);
        --counts_.in_flight;
        ++(result.ok() ? counts_.answered : counts_.failed);
      }
      callback(std::move(result));
    };
    auto transfer = std::make_unique<Transfer>(std::move(request), count_and_call, look_up_only,
                                               options_, clock_, handles_);
    if (transfers_.Add(std::move(transfer))) return absl::OkStatus();
    MutexLock lock(mutex_);
    --counts_.accepted;
    --counts_.in_flight;
    return Transfer::Stopped();
  }

  absl::Status LookUp(const std::string& url, absl::Duration limit, Callback callback) {
    return Start({.url = url, .deadline = clock_.Uptime() + limit}, std::move(callback),
                 /*look_up_only=*/true);
  }

  Counts counts() const {
    MutexLock lock(mutex_);
    return counts_;
  }

 private:
  static constexpr size_t kKeptUrls = 10'000;

  // What was let through once is again: where it leads is looked at for each socket.
  absl::Status CheckUrl(const std::string& url) {
    {
      MutexLock lock(mutex_);
      if (let_through_.contains(url)) return absl::OkStatus();
    }
    RETURN_IF_ERROR(options_.guard.CheckUrl(url));
    MutexLock lock(mutex_);
    if (let_through_.size() >= kKeptUrls) let_through_.clear();
    let_through_.insert(url);
    return absl::OkStatus();
  }
  absl::Status Accept() {
    MutexLock lock(mutex_);
    if (counts_.in_flight >= options_.in_flight_limit) {
      ++counts_.refused;
      return Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_REQUESTS",
                   absl::StrCat(counts_.in_flight, " requests are in flight; try again later"));
    }
    ++counts_.accepted;
    ++counts_.in_flight;
    return absl::OkStatus();
  }

  const Options options_;
  Clock& clock_;
  mutable Mutex mutex_;
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  std::unordered_set<std::string> let_through_ ABSL_GUARDED_BY(mutex_);
  Transfer::Handles handles_{options_};  // the thread's own
  TransferLoop<Transfer> transfers_;     // last: its thread uses everything above
};

Client::Client(Options options, Clock& clock) {
  loop_ = std::make_unique<Loop>(std::move(options), clock);
}

Client::~Client() = default;

absl::Status Client::Start(Request request, Callback callback) {
  return loop_->Start(std::move(request), std::move(callback), /*look_up_only=*/false);
}

absl::Status Client::LookUp(const std::string& url, absl::Duration limit,
                            std::function<void(absl::Status)> done) {
  const auto callback = [done = std::move(done)](const absl::StatusOr<Response>& result) {
    done(result.status());
  };
  return loop_->LookUp(url, limit, callback);
}

Client::Counts Client::counts() const { return loop_->counts(); }

}  // namespace clusterwire::http
