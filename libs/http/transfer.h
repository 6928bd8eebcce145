#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <curl/curl.h>
#include <sys/socket.h>

#include "libs/base/handle.h"
#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "libs/http/client.h"
#include "libs/http/transfer_setup.h"

// For client.cc only.
namespace clusterwire::http {

// One request on its way. Made by the thread that starts it, then owned by the client's loop.
class Transfer {
 public:
  // Handles of curl that aren't in use, the loop's own: to make one, with the buffers that it gets
  // in its first use and what is the same for all requests, takes as long as half a request. What
  // differs between two, each sets anew; nothing is told to one that is idle.
  class Handles {
   public:
    // `options` outlive it.
    explicit Handles(const Client::Options& options) : options_(options) {}

    Handle<CURL, curl_easy_cleanup> Take() {
      if (idle_.empty()) return Make();
      Handle<CURL, curl_easy_cleanup> handle = std::move(idle_.back());
      idle_.pop_back();
      return handle;
    }
    void GiveBack(Handle<CURL, curl_easy_cleanup> handle) {
      if (idle_.size() >= kIdle) return;
      curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
      curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
      curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, static_cast<const char*>(nullptr));
      idle_.push_back(std::move(handle));
    }

   private:
    Handle<CURL, curl_easy_cleanup> Make() const {
      Handle<CURL, curl_easy_cleanup> handle(curl_easy_init());
      const auto set = [&](CURLoption option, auto value) {
        curl_easy_setopt(handle.get(), option, value);
      };
      set(CURLOPT_BUFFERSIZE, kBufferBytes);
      set(CURLOPT_USERAGENT, options_.user_agent.c_str());
      set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
      set(CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
      set(CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
      set(CURLOPT_PROTOCOLS_STR, "http,https");
      set(CURLOPT_FOLLOWLOCATION, 0L);
      set(CURLOPT_PROXY, "");  // one from the environment would connect past the guard
      set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::OnSocket);
      set(CURLOPT_PREREQFUNCTION, &Transfer::OnRequest);
      SetCertificateChecks(handle.get(), options_.ca_file);
      return handle;
    }

    const Client::Options& options_;
    static constexpr size_t kIdle = 256;
    std::vector<Handle<CURL, curl_easy_cleanup>> idle_;
  };

  // `options`, `clock` and `handles` outlive it.
  Transfer(Request request, Client::Callback callback, bool look_up_only,
           const Client::Options& options, Clock& clock, Handles& handles)
      : request_(std::move(request)),
        callback_(std::move(callback)),
        look_up_only_(look_up_only),
        options_(options),
        clock_(clock),
        handles_(handles) {}
  ~Transfer() {
    if (easy_ != nullptr) handles_.GiveBack(std::move(easy_));
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // The handle to add to the loop; this object's.
  CURL* Prepare() {
    easy_ = handles_.Take();
    SetUpMessage();
    SetUpLimits();
    return easy_.get();
  }

  void End(CURLcode code) { callback_(Result(code)); }
  void Stop() { callback_(Stopped()); }

  static absl::Status Stopped() {
    return Error(absl::StatusCode::kCancelled, "CLIENT_STOPPED", "the client is stopping");
  }

 private:
  struct Reason {
    absl::StatusCode code;
    const char* reason;
  };

  // Of what the loop said. A status that came is an answer, also when what should follow
  // it broke off: the receiver has said what it did with the request.
  absl::StatusOr<Response> Result(CURLcode code) {
    if (look_up_only_) return LookedUp(code);
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    const bool interim = status < kFirstFinalStatus;
    if (died_unanswered_ || (code != CURLE_OK && interim)) return Failure(code);
    if (code != CURLE_OK) response_.body_cut = true;
    response_.status = static_cast<int>(status);
    const char* address = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_PRIMARY_IP, &address);
    if (address != nullptr) response_.address = address;
    curl_off_t microseconds = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &microseconds);
    response_.took = absl::Microseconds(microseconds);
    curl_off_t seconds = 0;  // of a Retry-After in any of its forms; 0 when there is none
    curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds);
    if (seconds > 0) {
      response_.retry_after = std::min(absl::Seconds(seconds), kLongestRest);
    }
    return std::move(response_);
  }

  void SetUpMessage() {
    bool typed = false;
    for (const auto& [name, value] : request_.headers) {
      typed = typed || absl::EqualsIgnoreCase(name, "content-type");
      lines_.push_back(value.empty() ? name + ";" : absl::StrCat(name, ": ", value));
    }
    // What curl would add by itself: a question that costs a round trip, and a type that is wrong.
    lines_.push_back("Expect:");
    if (!typed) lines_.push_back("Content-Type:");
    headers_.resize(lines_.size());
    for (size_t i = 0; i < lines_.size(); ++i) {
      headers_[i] = {lines_[i].data(), i + 1 < lines_.size() ? &headers_[i + 1] : nullptr};
    }

    Set(CURLOPT_URL, request_.url.c_str());
    Set(CURLOPT_HTTPHEADER, headers_.data());
    Set(CURLOPT_FRESH_CONNECT, look_up_only_ ? 1L : 0L);
    if (request_.method == Request::Method::kPost) {
      Set(CURLOPT_POST, 1L);
      Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      Set(CURLOPT_POSTFIELDS, request_.body.data());
    } else {
      Set(CURLOPT_HTTPGET, 1L);
    }
    Set(CURLOPT_HEADERDATA, this);
    Set(CURLOPT_WRITEDATA, this);
    Set(CURLOPT_OPENSOCKETDATA, this);
    Set(CURLOPT_PREREQDATA, this);
    Set(CURLOPT_ERRORBUFFER, error_);
  }

  void SetUpLimits() {
    SetLimits(easy_.get(),
              {.total = std::min(options_.time_limit, request_.deadline - clock_.Uptime()),
               .connect = options_.connect_limit,
               .idle = options_.idle_limit});
  }

  template <typename Value>
  void Set(CURLoption option, Value value) {
    curl_easy_setopt(easy_.get(), option, value);
  }

  // Sees the address that is about to be connected to, which may differ from what the name resolved
  // to before.
  static curl_socket_t OnSocket(void* self, curlsocktype, curl_sockaddr* address) {
    auto* transfer = static_cast<Transfer*>(self);
    if (transfer->sent_) transfer->died_unanswered_ = true;
    if (transfer->died_unanswered_) return CURL_SOCKET_BAD;
    const std::optional<IpAddress> ip = IpAddress::FromSocket(&address->addr);
    absl::Status verdict = ip ? transfer->options_.guard.CheckAddress(*ip)
                              : Error(absl::StatusCode::kPermissionDenied, "ADDRESS_REFUSED",
                                      "not an Internet address");
    if (!verdict.ok()) {
      transfer->refusal_ = std::move(verdict);
      return CURL_SOCKET_BAD;
    }
    transfer->reachable_ = true;
    if (transfer->look_up_only_) return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }

  // Called each time before the request goes out. When a connection that was used before dies
  // without a byte of an answer, curl would send the request again, up to six times: it isn't known
  // whether the receiver has acted on it, so a second time is for our caller to decide and to
  // record.
  static int OnRequest(void* self, char*, char*, int, int) {
    auto* transfer = static_cast<Transfer*>(self);
    if (!std::exchange(transfer->sent_, true)) return CURL_PREREQFUNC_OK;
    transfer->died_unanswered_ = true;
    return CURL_PREREQFUNC_ABORT;
  }

  static size_t OnHeader(char* data, size_t size, size_t count, void* self) {
    return static_cast<Transfer*>(self)->TakeHeader({data, size * count}) ? size * count : 0;
  }

  bool TakeHeader(std::string_view line) {
    header_bytes_ += line.size();
    if (header_bytes_ > kMaxHeaderBytes) return false;
    if (line.starts_with("HTTP/")) response_ = {};  // the one before was an interim answer
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return true;
    const absl::string_view name = ToAbsl(line.substr(0, colon));
    const auto take = [&](const char* wanted, std::string& value) {
      if (!absl::EqualsIgnoreCase(name, wanted)) return;
      value = std::string(absl::StripAsciiWhitespace(ToAbsl(line.substr(colon + 1))));
    };
    take("content-type", response_.content_type);
    take("location", response_.location);
    return true;
  }

  static size_t OnBody(char* data, size_t size, size_t count, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    Response& response = transfer->response_;
    const size_t bytes = size * count;
    const size_t kept = std::min(bytes, transfer->options_.answer_limit - response.body.size());
    response.body.append(data, kept);
    response.body_cut = kept < bytes;
    return response.body_cut ? 0 : bytes;  // 0 ends the transfer
  }

  absl::StatusOr<Response> LookedUp(CURLcode code) {
    if (reachable_) return Response();
    return Failure(code);
  }

  absl::Status Failure(CURLcode code) {
    if (died_unanswered_) {
      return Error(absl::StatusCode::kUnavailable, "STALE_CONNECTION",
                   "a connection that was used before died without an answer; whether the request "
                   "arrived isn't known");
    }
    if (code == CURLE_COULDNT_CONNECT && !refusal_.ok()) return std::move(refusal_);
    const Reason reason = ReasonFor(code);
    return Error(reason.code, reason.reason, *error_ != '\0' ? error_ : curl_easy_strerror(code));
  }

  static Reason ReasonFor(CURLcode code) {
    switch (code) {
      case CURLE_OPERATION_TIMEDOUT:
        return {absl::StatusCode::kDeadlineExceeded, "TIMEOUT"};
      case CURLE_COULDNT_RESOLVE_HOST:
        return {absl::StatusCode::kUnavailable, "NAME_NOT_RESOLVED"};
      case CURLE_COULDNT_CONNECT:
        return {absl::StatusCode::kUnavailable, "CONNECT_FAILED"};
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CERTPROBLEM:
      case CURLE_SSL_CIPHER:
      case CURLE_SSL_ISSUER_ERROR:
      case CURLE_SSL_INVALIDCERTSTATUS:
      case CURLE_SSL_CACERT_BADFILE:
        return {absl::StatusCode::kUnavailable, "TLS_FAILED"};
      case CURLE_GOT_NOTHING:
      case CURLE_RECV_ERROR:
      case CURLE_SEND_ERROR:
      case CURLE_PARTIAL_FILE:
      case CURLE_WEIRD_SERVER_REPLY:
      case CURLE_UNSUPPORTED_PROTOCOL:  // what HTTP/0.9 is called
        return {absl::StatusCode::kUnavailable, "CONNECTION_BROKEN"};
      default:
        return {absl::StatusCode::kInternal, "HTTP_FAILED"};
    }
  }

  static constexpr size_t kMaxHeaderBytes = 64 * 1024;
  static constexpr long kBufferBytes = 4096;      // that curl reads at a time, and keeps for each
  static constexpr long kFirstFinalStatus = 200;  // those before are interim
  static constexpr absl::Duration kLongestRest = absl::Hours(365 * 24);

  const Request request_;
  Client::Callback callback_;
  const bool look_up_only_;  // of the host's addresses; nothing is connected to
  const Client::Options& options_;
  Clock& clock_;
  Handles& handles_;
  std::vector<std::string> lines_;   // of the header
  std::vector<curl_slist> headers_;  // the same as curl reads it
  char error_[CURL_ERROR_SIZE] = "";
  Response response_;
  size_t header_bytes_ = 0;
  bool sent_ = false;                     // the request, or a part of it
  bool died_unanswered_ = false;          // the connection, a used one, after that
  bool reachable_ = false;                // the guard let an address through
  absl::Status refusal_;                  // of the last address that it refused
  Handle<CURL, curl_easy_cleanup> easy_;  // last: it points to everything above
};

}  // namespace clusterwire::http
