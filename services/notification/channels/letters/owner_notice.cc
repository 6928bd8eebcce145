#include <string_view>

#include "absl/strings/str_cat.h"

#include "services/notification/channels/letters/letter.h"
#include "services/notification/channels/letters/shown.h"

namespace clusterwire::notification {

Notice NoticeOf(const OwnerLetter& letter, text::Language language, absl::TimeZone zone) {
  const auto say = [&](std::string_view english, std::string_view german) {
    return std::string(text::In(language, english, german));
  };
  const std::string endpoint = Shown(letter.endpoint, kMaxTitle);
  const std::string since = text::TimeIn(language, letter.since, zone);
  const std::string reason =
      letter.reason.empty() ? ""
                            : absl::StrCat(say("\nReason: ", "\nGrund: "), Shown(letter.reason));
  return {
      .title = absl::StrCat(endpoint, say(" was switched off", " wurde abgeschaltet")),
      .text = absl::StrCat(
          say("Since ", "Seit "), since,
          say(" nothing is delivered to it any more. What it misses meanwhile isn't sent later: "
              "put it in order, then enable it.",
              " wird nichts mehr dorthin zugestellt. Was ihm inzwischen entgeht, wird nicht "
              "nachgeholt: Bringen Sie es in Ordnung und schalten Sie es wieder ein."),
          reason)};
}

}  // namespace clusterwire::notification
