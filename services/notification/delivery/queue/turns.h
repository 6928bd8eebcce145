#pragma once

#include <deque>
#include <string>
#include <unordered_map>

namespace clusterwire::notification {

// Whose turn it is: subscribers one after another, and of each its endpoints one after another.
// Used by the thread of its owner alone.
class Turns {
 public:
  // At the end of its subscriber's line; it isn't in the line yet.
  void Add(const std::string& subscriber, const std::string& endpoint);

  bool empty() const { return endpoints_ == 0; }
  size_t size() const { return endpoints_; }
  // Whose turn it is. Not while it is empty.
  const std::string& Next() const;
  // It had its turn: its subscriber goes to the end, and in its line the endpoint does.
  void Pass();
  // The same, and the endpoint leaves.
  void Leave();

 private:
  // Takes the endpoint whose turn it is out.
  std::string TakeNext(std::string* subscriber);

  std::deque<std::string> subscribers_;
  std::unordered_map<std::string, std::deque<std::string>> lines_;  // by subscriber; never empty
  size_t endpoints_ = 0;
};

}  // namespace clusterwire::notification
