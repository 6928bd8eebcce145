#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

#include "clusterwire/change/v1/change_kind.pb.h"

#include "libs/change/words.h"
#include "services/catalogue/common/access/party.h"

// A process as data: which move leads from which state to which, and whose move it is. The table of
// a process stands once, in its room; it decides, it is printed in errors and in the comment of its
// proto, and its tests go through it.
namespace clusterwire::catalogue {

// FAILED_PRECONDITION, reason ILLEGAL_MOVE, of a process that needs no table: "events/x is draft"
// and why the move can't be made, which begins with its own comma or colon. Metadata: resource,
// state.
absl::Status IllegalMove(const std::string& name, const std::string& state, std::string_view why);
template <typename T>
absl::Status IllegalMove(const T& resource, std::string_view why) {
  return IllegalMove(resource.name(), WordOf(resource.state()), why);
}

// One move from several states into one. State 0, UNSPECIFIED, is before there is anything: a move
// from there makes the resource.
struct Move {
  std::string_view method;  // the rpc: "SubmitApplication"
  Party party;              // whose it is
  change::v1::ChangeKind kind;
  std::vector<int> from;
  int to;
};

// The moves of one process. Immutable.
class MoveTable {
 public:
  // `states` is the enum that Move::from and Move::to are values of. Aborts when it isn't, or when
  // a method has two rows.
  MoveTable(const google::protobuf::EnumDescriptor& states, std::vector<Move> moves);

  // Aborts when there is none: the methods are ours.
  const Move& Of(std::string_view method) const;
  std::span<const Move> moves() const { return moves_; }

  // Whether the move may be made in this state.
  bool Allows(std::string_view method, int state) const;
  // OK, or FAILED_PRECONDITION, reason ILLEGAL_MOVE, that says from where the move is possible and
  // which moves are possible now, and whose. Metadata: resource, state, move, possible (methods
  // with a comma between). `name` is the resource; empty where there is none yet.
  absl::Status Check(std::string_view method, std::string_view name, int state) const;
  // The refusal itself, of a move of which more is to be said: `why` follows "x is submitted, and
  // ".
  absl::Status Refuse(std::string_view method, std::string_view name, int state,
                      std::string_view why) const;

  // The table in words, a line for each state and move: the one that the proto's comment repeats.
  // Without a line feed at the end.
  std::string Text() const;
  // "submitted"; "none" of 0.
  std::string WordOf(int state) const;

 private:
  // The moves that are possible in `state`, in words for a person.
  std::string PossibleIn(int state) const;

  const google::protobuf::EnumDescriptor& states_;
  const std::vector<Move> moves_;
};

// A table over the states of `State`, an enum of the contracts.
template <typename State>
MoveTable MoveTableOf(std::vector<Move> moves) {
  return MoveTable(*google::protobuf::GetEnumDescriptor<State>(), std::move(moves));
}

}  // namespace clusterwire::catalogue
