#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"

#include "libs/text/language.h"
#include "services/notification/channels/notice.h"

// What a mail says. A pure function makes it: the same input gives the same letter, byte by byte,
// so that a repeated try sends what the first sent.
namespace clusterwire::notification {

// A mail as it is read. The text and the page say the same.
struct Letter {
  std::string subject;  // one line of at most kMaxSubjectBytes
  std::string text;     // lines end with "\n"
  std::string html;     // a whole page
};

inline constexpr size_t kMaxSubjectBytes = 200;
// Notices that one letter tells, fewer when they are long; it says how many more there are.
inline constexpr size_t kMaxNotices = 100;

// One or several changes, told as they happen. One mail of several changes of one resource, too.
struct ChangesLetter {
  std::vector<Notice> notices;  // at least one
};

// What happened in a day or a week, in groups: Notice.group is the heading. Groups stand in the
// order of their first notices.
struct DigestLetter {
  std::vector<Notice> notices;  // at least one
  int64_t more = 0;             // left out by its sender, beside what kMaxNotices leaves out
  absl::Time from = absl::InfinitePast();  // the window, shown in LetterInput.zone
  absl::Time until = absl::InfiniteFuture();
};

// Which text a ConfirmationLetter has, for the proof of consent: another one whenever its words
// change.
inline constexpr char kConfirmationText[] = "confirmation-2026-11";

// Asks whether an address is its reader's and whether they want this. Holds nothing but that.
struct ConfirmationLetter {
  std::string address;       // to which it goes
  std::string confirm_link;  // its page asks once more; a GET changes nothing
  std::vector<std::string>
      subscriptions;  // titles of what is consented to; empty: the address alone
  absl::Time asked = absl::InfinitePast();
  std::string asked_by =
      {};  // who asked, as a person reads it; empty: who filled in a sign-up page
  std::string asked_from = {};  // the network address that asked; empty: not told
  absl::Time expires = absl::InfiniteFuture();
};

// Tells an owner that an endpoint of theirs was switched off.
struct OwnerLetter {
  std::string endpoint;  // as its owner knows it
  std::string reason;    // as its state says it; empty: none
  absl::Time since = absl::InfinitePast();
};

// The same as a notice, for the owner's other endpoints.
Notice NoticeOf(const OwnerLetter& letter, text::Language language, absl::TimeZone zone);

// TestEndpoint.
struct TestLetter {
  std::string endpoint;  // its name
};

using LetterContent =
    std::variant<ChangesLetter, DigestLetter, ConfirmationLetter, OwnerLetter, TestLetter>;

// Pages of ours. Those that are empty aren't shown.
struct LetterLinks {
  std::string unsubscribe = {};  // ends this subscription
  std::string preferences = {};  // all that goes to the address
};

// Who sends, as the configuration says it.
struct LetterSender {
  std::string name;         // "Cluster Office"
  std::string postal = {};  // one or more lines
};

struct LetterInput {
  LetterContent content;
  text::Language language = text::Language::kEnglish;
  absl::TimeZone zone = absl::UTCTimeZone();  // in which times are shown
  LetterSender sender;
  LetterLinks links = {};
  std::vector<std::string> subscriptions = {};  // titles of those that it comes by
};

// Pure. Every text in it that people wrote stays one line and text; of links only http, https and
// webcal are linked.
Letter LetterOf(const LetterInput& input);

}  // namespace clusterwire::notification
