#pragma once

#include <deque>
#include <list>
#include <string>
#include <unordered_map>

namespace clusterwire::notification {

// Whose turn it is: subscribers one after another, and of each its endpoints one after another.
// Endpoint has `subscriber`, a name that stays. Used by the thread of its owner alone.
template <typename Endpoint>
class Turns {
 public:
  // At the end of its subscriber's line; it isn't in the line yet, and stays where it is.
  void Add(Endpoint& endpoint) {
    const auto line = lines_.try_emplace(endpoint.subscriber).first;
    if (line->second.empty()) subscribers_.push_back(&*line);
    line->second.push_back(&endpoint);
    ++endpoints_;
  }

  bool empty() const { return endpoints_ == 0; }
  size_t size() const { return endpoints_; }
  // Whose turn it is. Not while it is empty.
  Endpoint& Next() const { return *subscribers_.front()->second.front(); }
  // It had its turn: its subscriber goes to the end, and in its line the endpoint does.
  void Pass() {
    std::list<Endpoint*>& line = Rotate()->second;
    line.splice(line.end(), line, line.begin());
  }
  // The same, and the endpoint leaves.
  void Leave() {
    Line* const line = Rotate();
    line->second.pop_front();
    --endpoints_;
    if (!line->second.empty()) return;
    subscribers_.pop_back();
    lines_.erase(lines_.find(line->first));
  }

 private:
  using Lines = std::unordered_map<std::string, std::list<Endpoint*>>;
  using Line = typename Lines::value_type;

  Line* Rotate() {
    Line* const line = subscribers_.front();
    subscribers_.pop_front();
    subscribers_.push_back(line);
    return line;
  }

  std::deque<Line*> subscribers_;
  Lines lines_;  // by subscriber; never empty
  size_t endpoints_ = 0;
};

}  // namespace clusterwire::notification
