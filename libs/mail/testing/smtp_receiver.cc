#include "libs/mail/testing/smtp_receiver.h"

#include <unistd.h>

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include <sys/socket.h>

#include "libs/base/testing/loopback.h"

namespace clusterwire::mail {

// One connection, on its own thread.
class SmtpReceiver::Talk {
 public:
  Talk(SmtpReceiver& receiver, int socket) : receiver_(receiver), socket_(socket) {}

  void Run() {
    if (!Say("CONNECT", "220 receiver ESMTP")) return;
    while (const std::optional<std::string> line = ReadLine()) {
      if (!Take(*line)) return;
    }
  }

 private:
  bool Take(const std::string& line) {
    const std::string verb = line.substr(0, line.find(' '));
    if (verb == "EHLO" || verb == "HELO") {
      return Say(
          "EHLO",
          "250-receiver\r\n250-SMTPUTF8\r\n250-8BITMIME\r\n250-AUTH PLAIN\r\n250 SIZE 10000000");
    }
    if (verb == "AUTH") {
      std::string login = line.substr(5);
      if (login == "PLAIN" && !Say("AUTH PLAIN", "334 ")) return false;
      if (login == "PLAIN") absl::StrAppend(&login, " ", ReadLine().value_or(""));
      {
        MutexLock lock(receiver_.mutex_);
        receiver_.logins_.push_back(login);
      }
      return Say("AUTH", "235 2.7.0 welcome");
    }
    if (verb == "MAIL") {
      mail_ = {.from = line.substr(5), .to = "", .content = ""};
      return Say("MAIL", "250 2.1.0 ok");
    }
    if (verb == "RCPT") {
      mail_.to = line.substr(5);
      return Say("RCPT", "250 2.1.5 ok");
    }
    if (verb == "DATA") return Say("DATA", "354 go ahead") && TakeContent();
    if (verb == "QUIT") {
      Say("QUIT", "221 bye");
      return false;
    }
    return Say(verb, "500 5.5.1 what?");
  }

  bool TakeContent() {
    if (said_.substr(0, 3) != "354") return true;
    while (const std::optional<std::string> line = ReadLine()) {
      if (*line == ".") {
        const std::string answer = receiver_.AnswerTo(".", "250 2.0.0 queued");
        if (answer.substr(0, 3) == "250") {  // kept before its sender hears of it
          MutexLock lock(receiver_.mutex_);
          receiver_.mails_.push_back(mail_);
        }
        return Tell(answer);
      }
      absl::StrAppend(&mail_.content, absl::StartsWith(*line, "..") ? line->substr(1) : *line,
                      "\r\n");
    }
    return false;
  }

  // False when the talk is over.
  bool Say(const std::string& verb, const std::string& by_default) {
    return Tell(receiver_.AnswerTo(verb, by_default));
  }

  bool Tell(const std::string& answer) {
    said_ = answer;
    if (said_ == "close") return false;
    if (said_.empty()) {
      ReadLine();
      return false;
    }
    const std::string text = said_ + "\r\n";
    return send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }

  std::optional<std::string> ReadLine() {
    while (true) {
      const size_t end = input_.find("\r\n");
      if (end != std::string::npos) {
        std::string line = input_.substr(0, end);
        input_.erase(0, end + 2);
        return line;
      }
      char buffer[4096];
      const ssize_t got = recv(socket_, buffer, sizeof buffer, 0);
      if (got <= 0) return std::nullopt;
      input_.append(buffer, static_cast<size_t>(got));
    }
  }

  SmtpReceiver& receiver_;
  const int socket_;
  std::string input_;
  std::string said_;
  Mail mail_;
};

SmtpReceiver::SmtpReceiver(Answer answer) : answer_(std::move(answer)) {
  listener_ = ListenOnLoopback(0, &port_);
  accepting_ = std::thread([this] { Accept(); });
}

SmtpReceiver::~SmtpReceiver() {
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  for (const int socket : sockets_) close(socket);
  close(listener_);
}

void SmtpReceiver::Accept() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    MutexLock lock(mutex_);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] {
      Talk(*this, socket).Run();
      shutdown(socket, SHUT_RDWR);
    });
  }
}

std::string SmtpReceiver::AnswerTo(const std::string& verb, const std::string& by_default) const {
  constexpr char kNone[] = "default";
  const std::string answer = answer_ ? answer_(verb) : kNone;
  return answer == kNone ? by_default : answer;
}

std::vector<SmtpReceiver::Mail> SmtpReceiver::mails() const {
  MutexLock lock(mutex_);
  return mails_;
}

size_t SmtpReceiver::connections() const {
  MutexLock lock(mutex_);
  return sockets_.size();
}

std::vector<std::string> SmtpReceiver::logins() const {
  MutexLock lock(mutex_);
  return logins_;
}

}  // namespace clusterwire::mail
