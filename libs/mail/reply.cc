#include "libs/mail/reply.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"

namespace clusterwire::mail {
namespace {

using Kind = SendResult::Kind;
using Stage = Talk::Stage;

constexpr size_t kMostHeard = 16 * 1024;  // bytes of all answers to one mail
constexpr size_t kKept = 1000;            // of one answer
constexpr int kGoAhead = 354;             // the answer to DATA
constexpr int kClosing = 421;

// The code that says more than the first three digits (RFC 3463): "5.1.1"; empty when there is
// none.
std::string EnhancedOf(const Talk& talk) {
  for (const absl::string_view line : absl::StrSplit(talk.answer, '\n')) {
    if (line.size() < 5) continue;
    const absl::string_view rest = line.substr(4);
    const absl::string_view code = rest.substr(0, rest.find(' '));
    const bool is_code = code.size() >= 5 &&
                         absl::ascii_isdigit(static_cast<unsigned char>(code[0])) &&
                         code[1] == '.' && std::ranges::all_of(code, [](unsigned char c) {
                           return absl::ascii_isdigit(c) || c == '.';
                         });
    if (is_code) return std::string(code);
  }
  return "";
}

bool IsFull(int status, const std::string& code) {
  return absl::EndsWith(code, ".2.2") || (code.empty() && status == 552);
}

// To RCPT.
Kind OfRecipient(int status, const std::string& code, const std::string& answer) {
  if (IsFull(status, code)) return Kind::kMailboxFull;
  if (status < 500) return Kind::kLater;
  if (status == 530) return Kind::kServerAway;              // it wants us to log in
  if (absl::StartsWith(code, "5.7.")) return Kind::kLater;  // it doesn't want us, or relays nothing
  if (absl::StartsWith(code, "5.6.") || absl::StartsWith(code, "5.3."))
    return Kind::kMessageRefused;
  // Older servers refuse by 550 what they don't relay for us.
  if (code.empty() && absl::StrContains(absl::AsciiStrToLower(answer), "relay"))
    return Kind::kLater;
  const bool none =
      status == 550 || status == 551 || status == 553 || absl::StartsWith(code, "5.1.");
  return none ? Kind::kAddressRefused : Kind::kLater;
}

// To MAIL: what isn't said of this mail's size is said of us.
Kind OfSender(int status, const std::string& code) {
  const bool too_large =
      status == 552 || absl::StartsWith(code, "5.3.4") || absl::StartsWith(code, "5.2.3");
  return too_large ? Kind::kMessageRefused : Kind::kServerAway;
}

Kind OfBody(int status, const std::string& code) {
  if (IsFull(status, code)) return Kind::kMailboxFull;
  return status < 500 ? Kind::kLater : Kind::kMessageRefused;
}

}  // namespace

void Talk::Say(std::string_view line) {
  const auto says = [&](const char* verb) {
    return absl::StartsWithIgnoreCase(ToAbsl(line), verb);
  };
  // A goodbye before anything else is said to a connection that is given up for this one.
  over_ = over_ || (says("QUIT") && stage != Stage::kGreeting);
  if (over_ || says("QUIT")) return;
  if (says("MAIL FROM:")) {
    stage = Stage::kSender;
  } else if (says("RCPT TO:")) {
    stage = Stage::kRecipient;
  } else if (stage == Stage::kRecipient && says("DATA")) {
    stage = Stage::kData;
  } else if (stage == Stage::kGreeting) {
    stage = Stage::kLogin;
  }
  status = 0;
  answer.clear();
}

bool Talk::Hear(std::string_view line) {
  if (over_) return true;
  heard_ += line.size();
  if (heard_ > kMostHeard) return false;
  int code = 0;
  if (line.size() >= 3 && absl::SimpleAtoi(ToAbsl(line.substr(0, 3)), &code)) status = code;
  if (stage == Stage::kData && status == kGoAhead) {
    stage = Stage::kBody;
    status = 0;
    return true;
  }
  if (answer.size() < kKept) {
    absl::StrAppend(&answer, answer.empty() ? "" : "\n",
                    absl::StripAsciiWhitespace(ToAbsl(line.substr(0, kKept))));
  }
  return true;
}

Kind FailureOf(const Talk& talk) {
  const std::string code = EnhancedOf(talk);
  const bool silent = talk.status < 400;  // what was said is no refusal
  if (silent && talk.stage == Stage::kBody) return Kind::kUnknown;
  if (silent || talk.status == kClosing) return talk.reused ? Kind::kStale : Kind::kServerAway;
  switch (talk.stage) {
    case Stage::kGreeting:
    case Stage::kLogin:
      return Kind::kServerAway;
    case Stage::kSender:
      return OfSender(talk.status, code);
    case Stage::kRecipient:
      return OfRecipient(talk.status, code, talk.answer);
    case Stage::kData:
    case Stage::kBody:
      return OfBody(talk.status, code);
  }
  return Kind::kServerAway;
}

}  // namespace clusterwire::mail
