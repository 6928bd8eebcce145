#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace clusterwire::rpc {

// A handle on something that is made later than the handlers that use it: they are there from the
// first moment, and the store only once its database answered. The runners refuse calls until all
// handles are set (Runtime::SetStarted()), so only what they run may look through one.
//
// Set() is called once, by one thread; the rest is safe for use from any thread.
template <typename T>
class Late {
 public:
  Late() = default;
  // Makes a T of its own out of what `source` is set to, as soon as that is. `source` is set while
  // this lives, or never.
  template <typename S>
  explicit Late(Late<S>& source) {
    source.WhenSet([this](S& made_of) {
      const auto own = std::make_shared<T>(made_of);
      own_ = own;
      Set(*own);
    });
  }
  Late(const Late&) = delete;
  Late& operator=(const Late&) = delete;

  // `value` outlives the last use.
  void Set(T& value) {
    value_.store(&value, std::memory_order_release);
    for (const auto& then : std::exchange(when_set_, {})) then(value);
  }
  // Not beside Set(); behind it, `then` is called at once.
  void WhenSet(std::function<void(T&)> then) {
    if (is_set()) return then(**this);
    when_set_.push_back(std::move(then));
  }

  bool is_set() const { return value_.load(std::memory_order_acquire) != nullptr; }
  T& operator*() const { return *value_.load(std::memory_order_acquire); }
  T* operator->() const { return value_.load(std::memory_order_acquire); }

 private:
  std::atomic<T*> value_ = nullptr;
  std::vector<std::function<void(T&)>> when_set_;
  std::shared_ptr<const void> own_;  // null where Set() was given another's
};

// A handle on a base class of what `late` is set to, for runners of more than one type. `late`
// outlives it.
template <typename Base>
class LateView {
 public:
  template <typename T>
  LateView(const Late<T>& late)  // implicit, like T& to Base&
      : late_(&late),
        get_([](const void* of) -> Base* { return &**static_cast<const Late<T>*>(of); }) {}

  Base& operator*() const { return *get_(late_); }
  Base* operator->() const { return get_(late_); }

 private:
  const void* late_;
  Base* (*get_)(const void* late);
};

}  // namespace clusterwire::rpc
