#include "services/catalogue/common/fields/moves.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::catalogue {

absl::Status IllegalMove(const std::string& name, const std::string& state, std::string_view why) {
  return Error(absl::StatusCode::kFailedPrecondition, "ILLEGAL_MOVE",
               absl::StrCat(name, " is ", state, ToAbsl(why)),
               {{"resource", name}, {"state", state}});
}

MoveTable::MoveTable(const google::protobuf::EnumDescriptor& states, std::vector<Move> moves)
    : states_(states), moves_(std::move(moves)) {
  std::set<std::string_view> methods;
  for (const Move& move : moves_) {
    bool known = move.to != 0 && states_.FindValueByNumber(move.to) != nullptr;
    for (const int from : move.from) known = known && states_.FindValueByNumber(from) != nullptr;
    if (!known || !methods.insert(move.method).second) std::abort();
  }
}

const Move& MoveTable::Of(std::string_view method) const {
  const auto found = std::ranges::find(moves_, method, &Move::method);
  if (found == moves_.end()) std::abort();
  return *found;
}

bool MoveTable::Allows(std::string_view method, int state) const {
  return std::ranges::count(Of(method).from, state) > 0;
}

absl::Status MoveTable::Check(std::string_view method, std::string_view name, int state) const {
  if (Allows(method, state)) return absl::OkStatus();
  std::vector<std::string> from;
  for (const int one : Of(method).from) from.push_back(WordOf(one));
  return Refuse(method, name, state,
                absl::StrCat(ToAbsl(method), " is possible from ", absl::StrJoin(from, ", ")));
}

absl::Status MoveTable::Refuse(std::string_view method, std::string_view name, int state,
                               std::string_view why) const {
  std::vector<std::string> possible;
  for (const Move& move : moves_) {
    if (Allows(move.method, state)) possible.emplace_back(move.method);
  }
  const std::string what =
      state == 0 ? "there is none yet" : absl::StrCat(ToAbsl(name), " is ", WordOf(state));
  return Error(absl::StatusCode::kFailedPrecondition, "ILLEGAL_MOVE",
               absl::StrCat(what, ", and ", ToAbsl(why), "; possible now: ", PossibleIn(state)),
               {{"resource", std::string(name)},
                {"state", WordOf(state)},
                {"move", std::string(method)},
                {"possible", absl::StrJoin(possible, ",")}});
}

std::string MoveTable::PossibleIn(int state) const {
  std::vector<std::string> words;
  for (const Move& move : moves_) {
    if (!Allows(move.method, state)) continue;
    words.push_back(absl::StrCat(ToAbsl(move.method), " (", ToAbsl(WordsOf(move.party)), ")"));
  }
  return words.empty() ? "nothing, it is over" : absl::StrJoin(words, ", ");
}

std::string MoveTable::Text() const {
  size_t wide_state = 5;
  size_t wide_move = 4;
  size_t wide_party = 2;
  for (const Move& move : moves_) {
    for (const int from : move.from) wide_state = std::max(wide_state, WordOf(from).size());
    wide_move = std::max(wide_move, move.method.size());
    wide_party = std::max(wide_party, WordsOf(move.party).size());
  }
  const auto line = [&](std::string_view from, std::string_view move, std::string_view party,
                        std::string_view to) {
    return absl::StrFormat("%-*s  %-*s  %-*s  %s", static_cast<int>(wide_state), ToAbsl(from),
                           static_cast<int>(wide_move), ToAbsl(move), static_cast<int>(wide_party),
                           ToAbsl(party), ToAbsl(to));
  };
  std::vector<std::string> lines = {line("state", "move", "by", "state after")};
  for (int i = 0; i < states_.value_count(); ++i) {
    const int state = states_.value(i)->number();
    for (const Move& move : moves_) {
      if (!Allows(move.method, state)) continue;
      lines.push_back(line(WordOf(state), move.method, WordsOf(move.party), WordOf(move.to)));
    }
  }
  return absl::StrJoin(lines, "\n");
}

std::string MoveTable::WordOf(int state) const {
  return state == 0 ? "none" : change::WordOf(states_, state);
}

}  // namespace clusterwire::catalogue
