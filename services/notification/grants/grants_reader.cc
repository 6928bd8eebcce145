#include "services/notification/grants/grants_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/change/grant.h"
#include "libs/telemetry/log.h"

namespace clusterwire::notification {

GrantsReader::GrantsReader(Options options, Grants& grants, Clock& clock, Random& random)
    : options_(std::move(options)), grants_(grants), clock_(clock), looked_(clock.Now()) {
  ReadAnew();
  if (!grants_.enabled()) return;
  worker_.emplace(
      clock, random, [this] { return Step(); }, Backoff::Options{.limit = kPatience});
}

absl::Status GrantsReader::status() const {
  MutexLock lock(mutex_);
  return status_;
}

void GrantsReader::ReadAnew() {
  positions_.clear();
  building_.emplace();
  ends_.clear();
  looked_behind_ = 0;
}

void GrantsReader::NoteEnd(int64_t end, absl::Duration asked) {
  if (!ends_.empty() && ends_.back().end == end) {
    ends_.back().last_seen = asked;
    return;
  }
  ends_.push_back({end, asked});
  if (ends_.size() > kMostEnds) ends_.pop_front();
}

std::optional<absl::Duration> GrantsReader::KnownUpTo() {
  std::optional<absl::Duration> known;
  while (!ends_.empty() && ends_.front().end < looked_behind_) {
    known = ends_.front().last_seen;
    ends_.pop_front();
  }
  return known;
}

absl::StatusOr<absl::Time> GrantsReader::Step() {
  const absl::StatusOr<bool> more = Look();
  {
    MutexLock lock(mutex_);
    status_ = more.status();
  }
  if (!more.ok()) {
    telemetry::LogWarning("grants are read anew", {{"error", more.status()}});
    ReadAnew();
    if (kafka::NeedsNewClient(more.status())) reader_.reset();
    return more.status();
  }
  return *more ? absl::InfinitePast() : clock_.Now() + kPause;
}

absl::StatusOr<bool> GrantsReader::Look() {
  if (reader_ == nullptr) {
    ASSIGN_OR_RETURN(reader_, kafka::TopicReader::Create(options_.client));
  }
  const absl::Time now = clock_.Now();
  if (now - looked_ > kLongPause) ReadAnew();
  looked_ = now;
  const absl::Duration asked = clock_.Uptime();
  ASSIGN_OR_RETURN(const std::vector<int64_t> ends, reader_->Ends(options_.topic, kPatience));
  if (ends.size() < positions_.size()) {
    return absl::AbortedError(
        absl::StrCat(options_.topic, " has fewer partitions than before: it was made anew"));
  }
  positions_.resize(ends.size(), -1);
  if (!ends.empty()) NoteEnd(ends.front(), asked);
  const std::vector<int64_t> before = positions_;
  for (size_t i = 0; i < ends.size(); ++i) {
    if (positions_[i] == ends[i]) continue;
    RETURN_IF_ERROR(ReadOn(static_cast<int32_t>(i), ends[i]));
  }
  // An open transaction, by whomever, keeps us from the end.
  if (positions_ != ends) return positions_ != before;
  if (building_) {
    // The catalogue is still to write it, or to write it anew.
    if (building_->complete().empty()) return false;
    telemetry::LogInfo("grants read", {{"in_force", building_->counts().in_force}});
    grants_.Replace(*std::exchange(building_, std::nullopt));
  }
  if (const auto known = KnownUpTo()) grants_.CaughtUp(*known);
  return false;
}

absl::Status GrantsReader::ReadOn(int32_t partition, int64_t end) {
  int64_t& position = positions_[static_cast<size_t>(partition)];
  std::vector<Grants::Item> items;
  const auto keep = [&](const kafka::ReceivedMessage& message) {
    const bool gone = !change::ForgottenGrant(message).empty();
    items.push_back({message.key, change::DecodeGrant(message), gone});
    const auto& grant = items.back().grant;
    if (grant.ok() && grant->name() == change::kGrantsComplete && partition == 0) {
      looked_behind_ = std::max<int64_t>(looked_behind_, grant->looked_behind());
    }
    if (grant.ok() || gone) return;
    telemetry::LogWarning("a grant can't be read", {{"error", items.back().grant.status()}});
  };
  ASSIGN_OR_RETURN(position, reader_->Read({options_.topic, partition}, position,
                                           std::min(end, std::max<int64_t>(position, 0) + kChunk),
                                           keep, kPatience));
  if (building_) {
    GrantIndex::Keys touched;
    for (const Grants::Item& item : items) Grants::Take(item, *building_, touched);
  } else {
    grants_.Apply(items);
  }
  return absl::OkStatus();
}

}  // namespace clusterwire::notification
