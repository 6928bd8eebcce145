#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "services/notification/delivery/queue/pace.h"

namespace clusterwire::notification {

// The places for tries under way, and who may have another one. No endpoint can take so many that
// others find none:
//
//   an endpoint    a quarter of those that are free now, and its limit: 1 while it is silent, 4
//                  while it never answered
//   a subscriber   half of those that are free now
//   all that are slow, new or silent   half of all places
//   all that are silent                a quarter of all places
//
// One place is always allowed while there is any. Used by the thread of its owner alone.
class Places {
 public:
  static constexpr int kOfNew = 4;
  static constexpr int kOfSilent = 1;

  Places(int all, int per_endpoint) : all_(all), per_endpoint_(per_endpoint) {}

  // How many an endpoint of this kind may have at the most.
  int Limit(Pace::Kind kind) const;
  // Whether any endpoint of this kind may have one more.
  bool HasRoom(Pace::Kind kind) const;
  // Whether this one may, which holds `held`.
  bool MayTake(Pace::Kind kind, int held, const std::string& subscriber) const;

  // A place stays what it was taken as.
  void Take(Pace::Kind kind, const std::string& subscriber);
  void GiveBack(Pace::Kind kind, const std::string& subscriber);

  int taken() const { return taken_; }
  int all() const { return all_; }
  int TakenBy(const std::string& subscriber) const;

 private:
  const int all_;
  const int per_endpoint_;
  int taken_ = 0;
  std::map<Pace::Kind, int> by_kind_;
  std::unordered_map<std::string, int> by_subscriber_;  // those that hold any
};

}  // namespace clusterwire::notification
