#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/base/time/clock.h"
#include "libs/http/address_guard.h"

namespace clusterwire::http {

struct Request {
  enum class Method { kGet, kPost };
  Method method = Method::kGet;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers = {};  // no line ends in them
  std::string body = {};                                          // of a POST
  // By the clock's uptime, which no setting of the clock moves; the client's own limit holds too.
  absl::Duration deadline = absl::InfiniteDuration();
};

struct Response {
  int status = 0;                             // any: 404, 302 and 500 are answers, not errors
  std::string body;                           // its first bytes, up to the limit
  bool body_cut = false;                      // there was more, or the rest broke off
  std::string content_type;                   // these three as sent; empty when not
  std::string location;                       // of a redirect, which is never followed
  std::optional<absl::Duration> retry_after;  // from now on; a year is the most that is believed
  std::string address;                        // the IP address that answered
  absl::Duration took;
};

// Sends HTTP/1.1 requests to addresses that strangers gave us: thousands at a time from one thread,
// each bounded in time and in what is kept of the answer. Each goes out once at most: what becomes
// of one that may not have arrived is for the caller to decide. Checks the address actually
// connected to, verifies certificates, ignores proxies of the environment, reuses connections. Safe
// for use from any thread.
class Client {
 public:
  struct Options {
    AddressGuard guard = {};
    size_t in_flight_limit = 4096;  // accepted and unanswered; each may hold a socket
    size_t kept_connections = 256;  // idle ones, for reuse
    // Older idle ones aren't used again: receivers close theirs after some time, and a request that
    // crosses with that is lost. In whole seconds, at least one.
    absl::Duration idle_limit = absl::Seconds(30);
    size_t answer_limit = 16 * 1024;  // bytes of a body that are kept; then the connection is cut
    absl::Duration time_limit = absl::Seconds(30);  // the longest of any request
    absl::Duration connect_limit = absl::Seconds(5);
    std::string user_agent = "clusterwire";
    std::string ca_file = {};  // PEM, in place of the system's; empty: the system's
  };
  struct Counts {
    uint64_t accepted = 0;
    uint64_t refused = 0;   // the limit was reached
    uint64_t answered = 0;  // with any status
    uint64_t failed = 0;
    size_t in_flight = 0;  // now
  };
  // An answer, or what kept it from coming; the reason is one of
  //   DEADLINE_EXCEEDED  TIMEOUT            PERMISSION_DENIED  ADDRESS_REFUSED
  //   UNAVAILABLE  NAME_NOT_RESOLVED, CONNECT_FAILED, TLS_FAILED, CONNECTION_BROKEN, and
  //                STALE_CONNECTION for one that had been idle and died without an answer, which
  //                says nothing of the receiver
  //   CANCELLED    CLIENT_STOPPED           INTERNAL  HTTP_FAILED
  using Callback = std::function<void(absl::StatusOr<Response>)>;

  Client(Options options, Clock& clock);
  // Fails what is in flight with CLIENT_STOPPED, calling back as usual, then joins.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // OK: `callback` is called exactly once, on the client's thread, by the deadline at the latest
  // (give or take what other callbacks take, so they must be short; they may call Start). Otherwise
  // it is never called: INVALID_URL or ADDRESS_REFUSED (a literal address), INVALID_HEADER,
  // RESOURCE_EXHAUSTED with TOO_MANY_REQUESTS, TIMEOUT, or CLIENT_STOPPED.
  absl::Status Start(Request request, Callback callback);
  // Looks the host up as a request would: OK when it has an address that may be reached. Nothing is
  // connected to. `done` is called as above, within `limit`, and errors are those of above.
  absl::Status LookUp(const std::string& url, absl::Duration limit,
                      std::function<void(absl::Status)> done);

  Counts counts() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace clusterwire::http
