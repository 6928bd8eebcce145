#pragma once

#include <future>
#include <memory>
#include <utility>

namespace clusterwire {

// Waits for what a callback is called with. The callback keeps what it fills: one thread may go on,
// and take this down, while the other is still inside the callback.
template <typename T>
class Awaited {
 public:
  auto Callback() const {
    return [promise = promise_](T value) { promise->set_value(std::move(value)); };
  }
  // Once.
  T Get() { return promise_->get_future().get(); }

 private:
  const std::shared_ptr<std::promise<T>> promise_ = std::make_shared<std::promise<T>>();
};

}  // namespace clusterwire
