#include "services/catalogue/import/client/progress.h"

#include "absl/strings/str_format.h"

namespace clusterwire::catalogue::import_client {
namespace {

constexpr size_t kWidth = 30;

}  // namespace

void Progress::Set(size_t done) {
  done_ = done;
  const size_t percent = total_ == 0 ? 100 : 100 * done / total_;
  if (!terminal_ || percent == drawn_percent_) return;
  drawn_percent_ = percent;
  std::string bar(kWidth * percent / 100, '#');
  bar.resize(kWidth, '.');
  out_ << absl::StrFormat("\r%-22s [%s] %d of %d", name_, bar, done_, total_) << std::flush;
}

void Progress::End() {
  if (terminal_) {
    Set(done_);
    out_ << '\n';
  } else {
    out_ << absl::StrFormat("%s: %d of %d lines\n", name_, done_, total_);
  }
  out_ << std::flush;
}

}  // namespace clusterwire::catalogue::import_client
