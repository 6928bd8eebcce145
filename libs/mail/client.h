#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

#include "libs/base/net/ip_address.h"
#include "libs/base/time/clock.h"
#include "libs/mail/header.h"

namespace clusterwire::mail {

// What a mail carries besides its two texts.
struct Attachment {
  std::string type;  // "text/calendar; method=REQUEST; charset=utf-8"
  std::string file;  // the name it is shown by, ASCII: "invite.ics"
  std::string content;
  // It says what the texts say, for programs that understand it: it stands beside them too.
  bool alternative = false;
};

// One mail to one mailbox.
struct Message {
  std::string from;  // of the envelope: where it comes back to
  std::string to;
  std::vector<Field> headers = {};  // without those of MIME
  std::string text = {};            // UTF-8, like `html`; any line ends
  std::string html = {};            // empty: there is none
  std::vector<Attachment> attachments = {};
  // By the clock's uptime, which no setting of the clock moves; the client's own limit holds too.
  absl::Duration deadline = absl::InfiniteDuration();
};

// What became of a mail.
struct SendResult {
  enum class Kind {
    kAccepted,        // the server takes care of it from now on
    kAddressRefused,  // there is no such mailbox: nothing should go there again
    kMailboxFull,     // nothing can be put into it now
    kMessageRefused,  // this mail won't be taken at any time
    kLater,           // it isn't taken now
    kServerAway,  // the server takes no mail at all now: it can't be reached, refuses the login,
                  // or says so
    kStale,       // a connection that had been used died, and nothing was taken
    kUnknown,     // it was sent whole, or nearly, and no answer came: it may have been taken
    kNoPlace,     // too many are under way here
    kStopped,     // the client stops
  };
  static constexpr size_t kKinds = 10;

  Kind kind = Kind::kServerAway;
  int status = 0;      // the server's last word on it: 250, 550; 0 when there was none
  std::string answer;  // the first 500 bytes of that, or what went wrong; mailboxes are masked
};
// "accepted", "address_refused", …
std::string_view NameOf(SendResult::Kind kind);

// Sends mails over one SMTP server, several at a time from one thread, each bounded in time and in
// what is kept of the answers; connections are used again. The certificate of the server is
// checked. Each mail goes out once at most: what becomes of one that may not have been taken is for
// the caller to decide. Safe for use from any thread.
class Client {
 public:
  enum class Tls { kStartTls, kImplicit, kNone };
  struct Options {
    std::string host;
    int port = 587;
    Tls tls = Tls::kStartTls;
    std::string ca_file = {};  // PEM, in place of the system's; empty: the system's
    // Where a server without encryption may be besides this machine.
    std::vector<IpRange> plain_networks = {};
    std::string user = {};                             // empty: it doesn't log in
    std::string password_file = {};                    // read for each mail, at most kPasswordBytes
    std::string helo = "localhost";                    // what it calls itself
    size_t connections = 8;                            // at once, each with one mail at a time
    size_t waiting = 100;                              // mails beyond those; more are refused
    absl::Duration time_limit = absl::Seconds(60);     // of one mail once it has a connection
    absl::Duration connect_limit = absl::Seconds(10);  // with TLS
    absl::Duration idle_limit = absl::Seconds(20);     // then a connection isn't used again
  };
  static constexpr size_t kPasswordBytes = 1000;
  using Callback = std::function<void(SendResult)>;

  Client(Options options, Clock& clock);
  // Ends what is under way with kStopped, then joins.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Calls `callback` once: on the client's thread, or at once where nothing is begun. A mail that
  // waits for a connection until its deadline is ended when one is free.
  void Send(Message message, Callback callback);

  // How many ended in each way since the start, by SendResult::Kind.
  using Counts = std::array<uint64_t, SendResult::kKinds>;
  Counts counts() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace clusterwire::mail
