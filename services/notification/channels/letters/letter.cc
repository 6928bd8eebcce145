#include "services/notification/channels/letters/letter.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"
#include "services/notification/channels/letters/sheet.h"
#include "services/notification/channels/letters/shown.h"

namespace clusterwire::notification {
namespace {

using Lines = std::vector<std::string>;

// What the notices of one letter have together, before the last that is shown.
constexpr size_t kMaxNoticeBytes = 100'000;
// Subscriptions that a footer names.
constexpr size_t kMaxTitles = 5;
// Subscriptions that a mail names which asks: the caller who asks has written their titles, and the
// mail is no place for what they want to say.
constexpr size_t kMaxAsked = 10;

Lines ShownLines(std::string_view text) {
  Lines lines;
  for (const auto line : absl::StrSplit(ToAbsl(text), '\n', absl::SkipWhitespace())) {
    lines.push_back(Shown(ToStd(line)));
  }
  return lines;
}

// Only what a reader may follow is a link.
SheetLink LinkTo(std::string_view label, std::string_view address) {
  const bool web = absl::StartsWithIgnoreCase(ToAbsl(address), "https://") ||
                   absl::StartsWithIgnoreCase(ToAbsl(address), "http://");
  const bool whole = web && Printable(address, address.size()) == address &&
                     address.find_first_of(" <>\"") == std::string_view::npos;
  return {.label = std::string(label), .address = whole ? std::string(address) : ""};
}

size_t BytesOf(const SheetEntry& entry) {
  size_t bytes = entry.title.size() + entry.link.address.size();
  for (const std::string& line : entry.lines) bytes += line.size();
  for (const std::string& reason : entry.reasons) bytes += reason.size();
  return bytes;
}

// Composes the sheet of one input, by what it is about.
class Composer {
 public:
  explicit Composer(const LetterInput& input) : input_(input) {
    sheet_.language = input.language;
    std::visit([this](const auto& content) { Compose(content); }, input.content);
    if (sheet_.heading.empty()) sheet_.heading = sheet_.subject;
    sheet_.subject = Shown(sheet_.subject, kMaxSubjectBytes - 3);
    sheet_.sender.push_back(Shown(input.sender.name, kMaxTitle));
    std::ranges::move(ShownLines(input.sender.postal), std::back_inserter(sheet_.sender));
  }

  Sheet sheet() && { return std::move(sheet_); }

 private:
  // The text in the reader's language.
  std::string Say(std::string_view english, std::string_view german) const {
    return std::string(text::In(input_.language, english, german));
  }
  std::string Time(absl::Time time) const {
    return text::TimeIn(input_.language, time, input_.zone);
  }
  std::string Quoted(std::string_view text) const {
    return absl::StrCat(Say("“", "„"), Shown(text, kMaxTitle), Say("”", "“"));
  }
  // “a”, “b” and “c”; of more than `most` the others are counted.
  std::string Quoted(const Lines& texts, size_t most) const {
    Lines quoted;
    for (const std::string& text : texts) {
      if (quoted.size() == most) break;
      quoted.push_back(Quoted(text));
    }
    if (texts.size() > most) {
      quoted.push_back(absl::StrCat(texts.size() - most, Say(" more", " weitere")));
    }
    return text::ListIn(input_.language, quoted);
  }

  void Compose(const ChangesLetter& letter);
  void Compose(const DigestLetter& letter);
  void Compose(const ConfirmationLetter& letter);
  void Compose(const OwnerLetter& letter);
  void Compose(const TestLetter& letter);

  SheetEntry EntryOf(const Notice& notice) const;
  // Gives how many more there are than are shown.
  int64_t AddGroups(const std::vector<Notice>& notices, bool with_headings);
  void SayMore(int64_t more);
  // Why it comes, and how to end that.
  void AddFooter();

  const LetterInput& input_;
  Sheet sheet_;
};

SheetEntry Composer::EntryOf(const Notice& notice) const {
  SheetEntry entry = {.title = Shown(notice.title, kMaxTitle),
                      .link = LinkTo(Say("Read more", "Mehr dazu"), notice.link),
                      .lines = ShownLines(notice.text),
                      .why = Say("Why you are told:", "Warum Sie das erfahren:")};
  for (const std::string& reason : notice.reasons) entry.reasons.push_back(Shown(reason));
  return entry;
}

int64_t Composer::AddGroups(const std::vector<Notice>& notices, bool with_headings) {
  const size_t most = std::min(notices.size(), kMaxNotices);
  size_t shown = 0;
  for (size_t bytes = 0; shown < most && bytes < kMaxNoticeBytes; ++shown) {
    const std::string heading = with_headings ? Shown(notices[shown].group, kMaxTitle) : "";
    auto group = std::ranges::find(sheet_.groups, heading, &SheetGroup::heading);
    if (group == sheet_.groups.end()) {
      group = sheet_.groups.insert(group, SheetGroup{.heading = heading});
    }
    group->entries.push_back(EntryOf(notices[shown]));
    bytes += BytesOf(group->entries.back());
  }
  return static_cast<int64_t>(notices.size() - shown);
}

void Composer::SayMore(int64_t more) {
  if (more == 1) {
    sheet_.closing.push_back(
        Say("One more isn't shown here.", "Eine weitere ist hier nicht gezeigt."));
  } else if (more > 1) {
    sheet_.closing.push_back(
        absl::StrCat(more, Say(" more aren't shown here.", " weitere sind hier nicht gezeigt.")));
  }
}

void Composer::AddFooter() {
  if (!input_.subscriptions.empty()) {
    const bool one = input_.subscriptions.size() == 1;
    sheet_.because.push_back(
        absl::StrCat(one ? Say("You get this mail because of your subscription ",
                               "Sie erhalten diese E-Mail wegen Ihres Abonnements ")
                         : Say("You get this mail because of your subscriptions ",
                               "Sie erhalten diese E-Mail wegen Ihrer Abonnements "),
                     Quoted(input_.subscriptions, kMaxTitles), "."));
  }
  sheet_.because.push_back(
      input_.links.unsubscribe.empty()
          ? Say("You can object to such mails at any time, without giving reasons: write to the "
                "sender below.",
                "Sie können solchen E-Mails jederzeit und ohne Angabe von Gründen widersprechen: "
                "Schreiben Sie dem unten genannten Absender.")
          : Say("You can object to such mails at any time, without giving reasons: to unsubscribe "
                "is enough.",
                "Sie können solchen E-Mails jederzeit und ohne Angabe von Gründen widersprechen: "
                "Es genügt, sich abzumelden."));
  const LetterLinks& links = input_.links;
  sheet_.links.push_back(LinkTo(Say("Unsubscribe", "Abmelden"), links.unsubscribe));
  sheet_.links.push_back(LinkTo(
      Say("All your subscriptions, and their language", "Alle Ihre Abonnements und ihre Sprache"),
      links.preferences));
}

void Composer::Compose(const ChangesLetter& letter) {
  const int64_t more = AddGroups(letter.notices, /*with_headings=*/false);
  const size_t others = letter.notices.size() - 1;
  sheet_.subject = letter.notices.front().title;
  if (others > 0) {
    // The title is cut first, so that the count stays in sight.
    sheet_.subject =
        absl::StrCat(Shown(sheet_.subject, kMaxSubjectBytes / 2),
                     others == 1 ? Say(", and one more change", " und eine weitere Änderung")
                                 : absl::StrCat(Say(", and ", " und "), others,
                                                Say(" more changes", " weitere Änderungen")));
    sheet_.heading = absl::StrCat(letter.notices.size(), Say(" changes", " Änderungen"));
  } else {
    // The heading says it: the entry needs no title of its own.
    sheet_.heading = Shown(letter.notices.front().title, kMaxTitle);
    sheet_.groups.front().entries.front().title.clear();
  }
  SayMore(more);
  AddFooter();
}

void Composer::Compose(const DigestLetter& letter) {
  const int64_t more = AddGroups(letter.notices, /*with_headings=*/true) + letter.more;
  const int64_t all = static_cast<int64_t>(letter.notices.size()) + letter.more;
  Lines headings;
  for (SheetGroup& group : sheet_.groups) {
    absl::StrAppend(&group.heading, " (", group.entries.size(), ")");
    headings.push_back(group.heading);
  }
  const absl::CivilDay day(absl::ToCivilDay(letter.until, input_.zone));
  sheet_.subject =
      absl::StrCat(Say("Digest of ", "Übersicht vom "), text::DayIn(input_.language, day), ": ",
                   text::ListIn(input_.language, headings));
  sheet_.paragraphs.push_back(absl::StrCat(
      all,
      all == 1 ? Say(" change from ", " Änderung vom ") : Say(" changes from ", " Änderungen vom "),
      Time(letter.from), Say(" to ", " bis "), Time(letter.until), "."));
  SayMore(more);
  AddFooter();
}

void Composer::Compose(const ConfirmationLetter& letter) {
  const std::string sender = Shown(input_.sender.name, kMaxTitle);
  const std::string address = Shown(letter.address, kMaxTitle);
  sheet_.subject = absl::StrCat(
      Say("Please confirm your address: ", "Bitte bestätigen Sie Ihre Adresse: "), sender);
  sheet_.paragraphs.push_back(absl::StrCat(
      sender, Say(" was asked to send mails to ", " wurde gebeten, E-Mails an "), address,
      letter.subscriptions.empty() ? Say(".", " zu senden.")
                                   : absl::StrCat(Say(", for ", " zu senden, und zwar für "),
                                                  Quoted(letter.subscriptions, kMaxAsked), ".")));
  sheet_.paragraphs.push_back(
      absl::StrCat(Say("If that is what you want, please confirm it by ",
                       "Wenn Sie das möchten, bestätigen Sie es bitte bis "),
                   Time(letter.expires), Say(":", ":")));
  sheet_.button = LinkTo(Say("Confirm", "Bestätigen"), letter.confirm_link);
  std::string asked =
      absl::StrCat(Say("It was asked for on ", "Darum gebeten wurde am "), Time(letter.asked));
  if (!letter.asked_by.empty()) {
    absl::StrAppend(&asked, Say(" by ", " von "), Shown(letter.asked_by, kMaxTitle));
  }
  if (!letter.asked_from.empty()) {
    absl::StrAppend(&asked, Say(", from the network address ", ", von der Netzadresse "),
                    Shown(letter.asked_from, kMaxTitle));
  }
  sheet_.closing.push_back(asked + ".");
  sheet_.closing.push_back(Say(
      "If you didn't ask for it, ignore this mail: nothing else is sent to you. You can withdraw a "
      "consent at any time, by a link in every mail.",
      "Wenn Sie nicht darum gebeten haben, ignorieren Sie diese E-Mail: Sie erhalten dann nichts "
      "weiter. Eine Einwilligung können Sie jederzeit widerrufen, über einen Link in jeder "
      "E-Mail."));
}

void Composer::Compose(const OwnerLetter& letter) {
  Notice notice = NoticeOf(letter, input_.language, input_.zone);
  sheet_.subject = notice.title;
  sheet_.paragraphs = ShownLines(notice.text);
  if (!input_.links.preferences.empty()) AddFooter();
}

void Composer::Compose(const TestLetter& letter) {
  sheet_.subject = Say("A test of this address", "Ein Test dieser Adresse");
  sheet_.paragraphs.push_back(
      absl::StrCat(Say("Somebody asked for a test of ", "Jemand hat einen Test angefordert, von "),
                   Shown(letter.endpoint, kMaxTitle),
                   Say(". Nothing has changed, and nothing is to be done.",
                       ". Nichts hat sich geändert, und es ist nichts zu tun.")));
}

}  // namespace

Letter LetterOf(const LetterInput& input) {
  const Sheet sheet = Composer(input).sheet();
  return {.subject = sheet.subject, .text = TextOf(sheet), .html = PageOf(sheet)};
}

}  // namespace clusterwire::notification
