#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include <curl/curl.h>

#include "libs/base/handle.h"
#include "libs/base/time/clock.h"
#include "libs/http/client.h"

// For client.cc only.
namespace clusterwire::http {

// One request on its way. Made by the thread that starts it, then owned by the client's loop.
class Transfer {
 public:
  // `options` and `clock` outlive it.
  Transfer(Request request, Client::Callback callback, const Client::Options& options,
           Clock& clock);

  // The handle to add to the loop; this object's.
  CURL* Prepare();
  // After the loop said how it ended.
  absl::StatusOr<Response> Result(CURLcode code);
  Client::Callback TakeCallback() { return std::move(callback_); }

 private:
  static curl_socket_t OnSocket(void* self, curlsocktype, curl_sockaddr* address);
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  void SetUpMessage();
  void SetUpLimits();
  void SetUpSafety();
  bool TakeHeader(std::string_view line);
  absl::Status Failure(CURLcode code);

  template <typename Value>
  void Set(CURLoption option, Value value) {
    curl_easy_setopt(easy_.get(), option, value);
  }

  const Request request_;
  Client::Callback callback_;
  const Client::Options& options_;
  Clock& clock_;
  Handle<curl_slist, curl_slist_free_all> headers_;
  char error_[CURL_ERROR_SIZE] = "";
  Response response_;
  size_t header_bytes_ = 0;
  absl::Status refusal_;                  // of the last address that the guard refused
  Handle<CURL, curl_easy_cleanup> easy_;  // last: it points to everything above
};

}  // namespace clusterwire::http
