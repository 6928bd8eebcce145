#pragma once

#include <string>
#include <string_view>

#include "libs/mail/client.h"

namespace clusterwire::mail {

// How far one mail came with its server, and what that said last.
struct Talk {
  enum class Stage {
    kGreeting,   // until the server has said who it is, with TLS
    kLogin,      // EHLO, STARTTLS, AUTH
    kSender,     // MAIL
    kRecipient,  // RCPT
    kData,       // DATA
    kBody,       // the mail itself, and what the server makes of it
  };
  Stage stage = Stage::kGreeting;
  int status = 0;       // of the answer to that; 0: none yet
  std::string answer;   // its lines, as far as they are kept
  bool reused = false;  // the connection had served another mail

  // We say `line`; what it holds behind its first word may be secret.
  void Say(std::string_view line);
  // The server says `line`. False when it has said too much.
  bool Hear(std::string_view line);

 private:
  size_t heard_ = 0;   // bytes, of all answers
  bool over_ = false;  // we said goodbye: nothing counts any more
};

// What a mail that wasn't accepted came to. Without an answer `error` says what went wrong.
SendResult::Kind FailureOf(const Talk& talk);

}  // namespace clusterwire::mail
