#include "libs/store/log/tailer.h"

#include <utility>
#include <vector>

#include "libs/base/status/error.h"

namespace clusterwire::store {

Tailer::Tailer(Store& store, Clock& clock, Random& random, Options options, Handler handler)
    : store_(store),
      clock_(clock),
      options_(options),
      handler_(std::move(handler)),
      position_(options.after),
      worker_(clock, random, [this] { return Step(); }) {
  store_.Subscribe(&worker_.wakeup());
  worker_.Wake();  // for what was committed before
}

Tailer::~Tailer() { store_.Unsubscribe(&worker_.wakeup()); }

Position Tailer::position() const {
  MutexLock lock(mutex_);
  return position_;
}

absl::StatusOr<absl::Time> Tailer::Step() {
  ASSIGN_OR_RETURN(const std::vector<Change> changes,
                   store_.Changes(position(), options_.batch, options_.images));
  if (!changes.empty() || !caught_up_) RETURN_IF_ERROR(handler_(changes));
  caught_up_ = changes.empty();
  if (caught_up_) return clock_.Now() + options_.poll;
  MutexLock lock(mutex_);
  position_ = changes.back().position;
  return absl::InfinitePast();
}

}  // namespace clusterwire::store
