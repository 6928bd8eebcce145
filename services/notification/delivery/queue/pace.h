#pragma once

#include "absl/time/time.h"

namespace clusterwire::notification {

// How an endpoint answers. From that follow its share of the places and how long a try may take.
// Learned anew after a restart.
class Pace {
 public:
  enum class Kind {
    kNew,     // never answered yet
    kQuick,   // answers within kQuickAnswer
    kSlow,    // answers, but takes longer
    kSilent,  // its last try ended without an answer
  };
  static constexpr absl::Duration kQuickAnswer = absl::Seconds(2);
  static constexpr int kEnough = 10;  // answers in a row before its limit is its own
  static constexpr absl::Duration kShortestLimit = absl::Seconds(5);

  void OnAnswer(absl::Duration took);
  void OnSilence() { *this = Pace(Kind::kSilent); }

  Pace() = default;
  Kind kind() const { return kind_; }
  // `most`, or four times the slowest of its recent answers when that is less. One try that is cut
  // so costs no delivery: the next one has `most` again.
  absl::Duration TimeLimit(absl::Duration most) const;

 private:
  explicit Pace(Kind kind) : kind_(kind) {}

  Kind kind_ = Kind::kNew;
  int answers_ = 0;                                // in a row
  absl::Duration slowest_ = absl::ZeroDuration();  // of them; older ones weigh less and less
};

}  // namespace clusterwire::notification
