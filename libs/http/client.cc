#include "libs/http/client.h"

#include <thread>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include <curl/curl.h>

#include "libs/base/status/error.h"
#include "libs/base/threads/mutex.h"
#include "libs/http/multi.h"
#include "libs/http/transfer.h"

namespace clusterwire::http {
namespace {

void InitialiseCurl() {
  static const CURLcode kInitialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)kInitialised;
}

absl::Status Stopped() {
  return Error(absl::StatusCode::kCancelled, "CLIENT_STOPPED", "the client is stopping");
}

absl::Status CheckHeaders(const Request& request) {
  for (const auto& [name, value] : request.headers) {
    const bool bad_name = name.empty() || name.find_first_of(": \t") != std::string::npos;
    const std::string both = name + value;
    if (bad_name || both.find_first_of(std::string("\r\n\0", 3)) != std::string::npos) {
      return Error(
          absl::StatusCode::kInvalidArgument, "INVALID_HEADER",
          absl::StrCat("header '", name, "' has a character that would break the request apart"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

// Everything of curl happens on its thread, except the wake-up.
class Client::Loop {
 public:
  Loop(Options options, Clock& clock)
      : options_(std::move(options)),
        clock_(clock),
        // curl counts those in use too, and would close each one after use while they are many.
        multi_(options_.in_flight_limit + options_.kept_connections) {
    thread_ = std::thread([this] { Run(); });
  }

  ~Loop() {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
    }
    multi_.Wake();
    thread_.join();
  }

  absl::Status Start(Request request, Callback callback, bool look_up_only) {
    RETURN_IF_ERROR(options_.guard.CheckUrl(request.url));
    RETURN_IF_ERROR(CheckHeaders(request));
    if (request.deadline <= clock_.Now()) {
      return Error(absl::StatusCode::kDeadlineExceeded, "TIMEOUT", "the deadline has passed");
    }
    auto transfer = std::make_unique<Transfer>(std::move(request), std::move(callback),
                                               look_up_only, options_, clock_);
    {
      MutexLock lock(mutex_);
      if (stopping_) return Stopped();
      if (counts_.in_flight >= options_.in_flight_limit) {
        ++counts_.refused;
        return Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_REQUESTS",
                     absl::StrCat(counts_.in_flight, " requests are in flight; try again later"));
      }
      ++counts_.accepted;
      ++counts_.in_flight;
      incoming_.push_back(std::move(transfer));
    }
    multi_.Wake();
    return absl::OkStatus();
  }

  Counts counts() const {
    MutexLock lock(mutex_);
    return counts_;
  }

 private:
  void Run() {
    while (TakeIncoming()) {
      multi_.Turn();
      while (const auto done = multi_.NextDone()) {
        Finish(done->first, running_.at(done->first)->Result(done->second));
      }
    }
    while (!running_.empty()) Finish(running_.begin()->first, Stopped());
  }

  // False when it is time to stop; what came until then is running even so.
  bool TakeIncoming() {
    std::vector<std::unique_ptr<Transfer>> incoming;
    bool stopping = false;
    {
      MutexLock lock(mutex_);
      incoming.swap(incoming_);
      stopping = stopping_;
    }
    for (auto& transfer : incoming) {
      CURL* const easy = transfer->Prepare();
      multi_.Add(easy);
      running_.emplace(easy, std::move(transfer));
    }
    return !stopping;
  }

  void Finish(CURL* easy, absl::StatusOr<Response> result) {
    multi_.Remove(easy);
    const auto node = running_.extract(easy);
    {
      MutexLock lock(mutex_);
      --counts_.in_flight;
      ++(result.ok() ? counts_.answered : counts_.failed);
    }
    node.mapped()->TakeCallback()(std::move(result));
  }

  const Options options_;
  Clock& clock_;
  Multi multi_;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> running_;  // the thread's own

  mutable Mutex mutex_;
  std::vector<std::unique_ptr<Transfer>> incoming_ ABSL_GUARDED_BY(mutex_);
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

Client::Client(Options options, Clock& clock) {
  InitialiseCurl();
  loop_ = std::make_unique<Loop>(std::move(options), clock);
}

Client::~Client() = default;

absl::Status Client::Start(Request request, Callback callback) {
  return loop_->Start(std::move(request), std::move(callback), /*look_up_only=*/false);
}

absl::Status Client::LookUp(const std::string& url, absl::Time deadline,
                            std::function<void(absl::Status)> done) {
  const auto callback = [done = std::move(done)](const absl::StatusOr<Response>& result) {
    done(result.status());
  };
  return loop_->Start({.url = url, .deadline = deadline}, callback, /*look_up_only=*/true);
}

Client::Counts Client::counts() const { return loop_->counts(); }

}  // namespace clusterwire::http
