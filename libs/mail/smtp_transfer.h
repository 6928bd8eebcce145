#pragma once

#include <set>
#include <string>

#include <curl/curl.h>

#include "libs/base/handle.h"
#include "libs/base/time/clock.h"
#include "libs/mail/client.h"
#include "libs/mail/reply.h"

// For client.cc only.
namespace clusterwire::mail {

// The sockets that are open to the server. The loop's own.
using Sockets = std::set<int>;

// One mail on its way: what http::TransferLoop asks of a transfer.
class SmtpTransfer {
 public:
  // The references outlive it, and `sockets` the connections.
  SmtpTransfer(Message message, Client::Callback callback, const Client::Options& options,
               Clock& clock, Sockets& sockets)
      : message_(std::move(message)),
        callback_(std::move(callback)),
        options_(options),
        clock_(clock),
        sockets_(sockets),
        easy_(curl_easy_init()) {}

  CURL* Prepare();
  void End(CURLcode code);
  void Stop() { callback_({.kind = SendResult::Kind::kStopped, .answer = "this service stops"}); }

 private:
  template <typename Value>
  void Set(CURLoption option, Value value) {
    curl_easy_setopt(easy_.get(), option, value);
  }
  void SetUpServer();
  void SetUpMail();
  // False when the password can't be read.
  bool SetUpLogin();
  void AddTexts(curl_mime* alternatives) const;
  void Fail(std::string_view why);

  static curl_socket_t OnSocket(void* self, curlsocktype, curl_sockaddr* address);
  static int OnClose(void* sockets, curl_socket_t socket);
  static size_t OnAnswer(char* data, size_t size, size_t count, void* self);
  static int OnTold(CURL*, curl_infotype type, char* data, size_t size, void* self);

  const Message message_;
  const Client::Callback callback_;
  const Client::Options& options_;
  Clock& clock_;
  Sockets& sockets_;
  Talk talk_;
  bool connected_ = false;  // for this mail; else it goes over a connection that had served another
  std::string refusal_;     // of the address that would have been connected to
  char error_[CURL_ERROR_SIZE] = "";
  Handle<curl_slist, curl_slist_free_all> headers_;
  Handle<curl_slist, curl_slist_free_all> recipients_;
  Handle<curl_mime, curl_mime_free> mime_;
  Handle<CURL, curl_easy_cleanup> easy_;  // last: it points to everything above
};

}  // namespace clusterwire::mail
