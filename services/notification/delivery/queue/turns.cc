#include "services/notification/delivery/queue/turns.h"

#include <utility>

namespace clusterwire::notification {

void Turns::Add(const std::string& subscriber, const std::string& endpoint) {
  std::deque<std::string>& line = lines_[subscriber];
  if (line.empty()) subscribers_.push_back(subscriber);
  line.push_back(endpoint);
  ++endpoints_;
}

const std::string& Turns::Next() const { return lines_.at(subscribers_.front()).front(); }

std::string Turns::TakeNext(std::string* subscriber) {
  *subscriber = std::move(subscribers_.front());
  subscribers_.pop_front();
  std::deque<std::string>& line = lines_.at(*subscriber);
  std::string endpoint = std::move(line.front());
  line.pop_front();
  --endpoints_;
  if (line.empty()) {
    lines_.erase(*subscriber);
  } else {
    subscribers_.push_back(*subscriber);
  }
  return endpoint;
}

void Turns::Pass() {
  std::string subscriber;
  const std::string endpoint = TakeNext(&subscriber);
  Add(subscriber, endpoint);
}

void Turns::Leave() {
  std::string subscriber;
  TakeNext(&subscriber);
}

}  // namespace clusterwire::notification
