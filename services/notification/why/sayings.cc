#include "services/notification/why/sayings.h"

#include <array>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "libs/base/text/strings.h"

namespace clusterwire::notification {
namespace {

// "*" stands for what is kept, in the same order in both.
struct Saying {
  std::string_view english;
  std::string_view german;
};

constexpr std::array kSayings = {
    // Of gates.
    Saying{"the subscription was deleted or paused",
           "das Abonnement wurde gelöscht oder angehalten"},
    Saying{"the subscription was deleted and made anew",
           "das Abonnement wurde gelöscht und neu angelegt"},
    Saying{"the subscription was deleted", "das Abonnement wurde gelöscht"},
    Saying{"the subscriber was deleted", "der Abonnent wurde gelöscht"},
    Saying{"the subscriber was erased", "der Abonnent wurde gelöscht, mit allem über ihn"},
    Saying{"* is paused, and it has waited for 30 days",
           "* ist angehalten, und es hat 30 Tage gewartet"},
    Saying{"* is paused", "* ist angehalten"},
    Saying{"holds/* until *", "zurückgehalten durch holds/* bis *"},
    Saying{"holds/*", "verworfen durch holds/*"},
    Saying{"the endpoint was deleted", "der Empfänger wurde gelöscht"},
    Saying{"the endpoint is switched off", "der Empfänger ist abgeschaltet"},
    Saying{"nothing is sent to the mailbox: *", "an das Postfach wird nichts gesendet: *"},
    Saying{"the address is not confirmed", "die Adresse ist nicht bestätigt"},
    Saying{"unsubscribed", "abbestellt"},
    Saying{"the owner of the address has not consented to the subscription",
           "wem die Adresse gehört, hat dem Abonnement nicht zugestimmt"},
    Saying{"the subscriber may not see the resource", "der Abonnent darf das nicht sehen"},
    Saying{"what is not public waits until it is known who may see it",
           "was nicht öffentlich ist, wartet, bis bekannt ist, wer es sehen darf"},
    Saying{"the resource was deleted since", "es wurde inzwischen gelöscht"},
    Saying{"it was over after *", "es war vorbei, nach dem *"},
    Saying{"the day was *", "der Tag war der *"},
    Saying{"what went out before isn't read yet", "was vorher verschickt wurde, wird noch gelesen"},
    Saying{"no invitation went out before", "vorher ging keine Einladung hinaus"},
    Saying{"what went out before is still right", "was vorher verschickt wurde, stimmt noch"},
    Saying{"what was given up before it is read first",
           "was davor aufgegeben wurde, wird erst gelesen"},
    // Of mails that gather.
    Saying{"it goes with the next digest", "es kommt mit der nächsten Zusammenfassung"},
    Saying{"quiet hours", "Ruhezeit"}, Saying{"the subscriber's hours until *", "Ruhezeit bis *"},
    Saying{"comes at *", "die Zusammenfassung kommt am *"},
    Saying{"more than * mails on one day; the rest comes in one at *",
           "mehr als * Mails an einem Tag; der Rest kommt in einer am *"},
    Saying{"waits for further changes of the same resource until *",
           "wartet auf weitere Änderungen daran bis *"},
    Saying{"waits for deliveries/*", "wartet auf deliveries/*"},
    Saying{"the mail of * says how many more there were",
           "die Mail von * sagt, wie viele es noch waren"},
    Saying{"in the mail of *", "in der Mail von *"},
    Saying{"goes in the mail of *", "kommt in der Mail von *"},
    Saying{"merged: deliveries/*", "dieselbe Adresse hat es durch deliveries/*"},
    Saying{"went with *: *", "ging mit *: *"},
    // Of the queue and the ledger.
    Saying{"*; before: *", "*; davor: *"},
    Saying{"superseded", "überholt: eine neuere Änderung kam früher an"},
    Saying{"waits in the ledger for its turn", "wartet, bis es an der Reihe ist"},
    Saying{"waits for its next try", "wartet auf den nächsten Versuch"},
    Saying{"given up after * tries: *", "aufgegeben nach * Versuchen: *"},
    // Of what a subscription asks for.
    Saying{"the filter doesn't match", "der Filter trifft nicht zu"},
    Saying{
        "the change is a quiet one, an import or a recomputation, and include_quiet isn't set",
        "die Änderung ist eine stille, ein Import oder eine Neuberechnung, und include_quiet ist "
        "nicht gesetzt"},
    Saying{"the kind of the change is none of its kinds",
           "die Art der Änderung ist keine von denen, die es nennt"},
    Saying{"how the change relates to the filter is none of its transitions",
           "wie die Änderung zum Filter steht, ist kein Übergang, den es nennt"},
    Saying{"that facts were computed anew is told where something begins or ceases to match, or "
           "where kinds name facts.refreshed",
           "dass Angaben neu berechnet wurden, wird nur gemeldet, wo etwas zu passen beginnt oder "
           "aufhört, oder wo kinds facts.refreshed nennt"},
    Saying{
        "filter: whether there are such codes, levels and programmes isn't known here, since "
        "their lists are the catalogue's: *. Its SearchService/Search with the same filter shows "
        "what matches now",
        "filter: ob es diese Codes, Stufen und Programme gibt, ist hier nicht bekannt, denn ihre "
        "Listen hat der Katalog: *. Dessen SearchService/Search mit demselben Filter zeigt, was "
        "jetzt passt"}};

constexpr std::array kNames = {"wanted",  "paused",     "discarded", "held",   "enabled",
                               "consent", "suppressed", "audience",  "grants", "calendar",
                               "past",    "gap",        "digest",    "quiet",  "merged"};

// What the pattern's stars stand for in the text; none where it isn't of the pattern.
std::optional<std::vector<std::string_view>> Match(std::string_view pattern,
                                                   std::string_view text) {
  const std::vector<absl::string_view> pieces = absl::StrSplit(ToAbsl(pattern), '*');
  if (pieces.size() == 1) {
    if (pattern != text) return std::nullopt;
    return std::vector<std::string_view>();
  }
  if (!text.starts_with(ToStd(pieces.front()))) return std::nullopt;
  text.remove_prefix(pieces.front().size());
  std::vector<std::string_view> kept;
  for (size_t i = 1; i < pieces.size(); ++i) {
    const std::string_view piece = ToStd(pieces[i]);
    const bool last = i + 1 == pieces.size();
    const size_t at = !last                   ? text.find(piece)
                      : text.ends_with(piece) ? text.size() - piece.size()
                                              : std::string_view::npos;
    if (at == std::string_view::npos) return std::nullopt;
    kept.push_back(text.substr(0, at));
    text.remove_prefix(at + piece.size());
  }
  return kept;
}

std::optional<std::string> InGerman(std::string_view text) {
  for (const Saying& saying : kSayings) {
    const auto kept = Match(saying.english, text);
    if (!kept) continue;
    std::string german;
    size_t next = 0;
    for (const char c : saying.german) {
      if (c == '*') {
        absl::StrAppend(&german, SayingIn(text::Language::kGerman, (*kept)[next++]));
      } else {
        german += c;
      }
    }
    return german;
  }
  return std::nullopt;
}

}  // namespace

std::string SayingIn(text::Language language, std::string_view saying) {
  if (language != text::Language::kGerman || saying.empty()) return std::string(saying);
  for (const std::string_view name : kNames) {
    if (!saying.starts_with(name) || saying.substr(name.size(), 2) != ": ") continue;
    if (auto rest = InGerman(saying.substr(name.size() + 2))) return *std::move(rest);
  }
  return InGerman(saying).value_or(std::string(saying));
}

}  // namespace clusterwire::notification
