#pragma once

#include <atomic>

#include "libs/base/status/error.h"
#include "libs/sql/database.h"

namespace clusterwire::simulation {

// A database as a process sees it that is killed: from some moment on it can do nothing there any
// more. A transaction that is open then ends as it was going to, as it may for a real one.
class MortalDatabase final : public sql::Database {
 public:
  explicit MortalDatabase(sql::Database& real) : real_(real) {}

  // Dies at the `transactions`th transaction from now; at once with 0.
  void DieIn(int transactions) { left_ = transactions; }
  bool dead() const { return left_ == 0; }

  absl::StatusOr<sql::Lease> Acquire() override {
    int left = left_;
    while (left > 0 && !left_.compare_exchange_weak(left, left - 1)) {
    }
    if (left == 0) return absl::UnavailableError("killed");
    return real_.Acquire();
  }
  absl::Status CheckWritable() override {
    return dead() ? absl::UnavailableError("killed") : real_.CheckWritable();
  }

 private:
  sql::Database& real_;
  std::atomic<int> left_ = -1;  // below 0: it lives
};

}  // namespace clusterwire::simulation
