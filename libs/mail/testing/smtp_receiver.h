#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"

namespace clusterwire::mail {

// An SMTP server without encryption for tests of what sends mails: keeps what it gets and answers
// as told. Listens on 127.0.0.1, with a thread for each connection. Safe for use from any thread.
class SmtpReceiver {
 public:
  struct Mail {
    std::string from;  // the arguments of MAIL and RCPT
    std::string to;
    std::string content;  // with CR LF; dots are as they were written
  };
  // What it says to `verb`: "CONNECT", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", and "." after the
  // mail. Without line end; "" says nothing and waits for the client to go; "close" closes, and
  // "default" says what a server says that takes everything.
  using Answer = std::function<std::string(const std::string& verb)>;

  explicit SmtpReceiver(Answer answer = {});
  ~SmtpReceiver();
  SmtpReceiver(const SmtpReceiver&) = delete;
  SmtpReceiver& operator=(const SmtpReceiver&) = delete;

  int port() const { return port_; }
  std::vector<Mail> mails() const;  // whole ones
  size_t connections() const;
  // What was said to it behind "AUTH", as it came.
  std::vector<std::string> logins() const;

 private:
  class Talk;
  void Accept();
  std::string AnswerTo(const std::string& verb, const std::string& by_default) const;

  const Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  mutable Mutex mutex_;
  std::vector<Mail> mails_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> logins_ ABSL_GUARDED_BY(mutex_);
  std::vector<int> sockets_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  std::thread accepting_;
};

}  // namespace clusterwire::mail
