#include "libs/search/index.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"

#include "libs/base/status/error.h"
#include "libs/search/segment/segment.h"

namespace clusterwire::search {
namespace {

// Of a start: so many documents become a segment at once.
constexpr size_t kBatch = 8192;
constexpr int kMaxLoadingThreads = 8;

// Those of one tier have about one size.
int TierOf(size_t documents, size_t fanout) {
  int tier = 0;
  for (; documents >= fanout; documents /= fanout) ++tier;
  return tier;
}

absl::StatusOr<std::shared_ptr<const Segment>> Read(std::span<const FactsUpdate> updates) {
  std::vector<Document> documents;
  for (const FactsUpdate& update : updates) {
    if (!update.facts) continue;
    ASSIGN_OR_RETURN(Document document, Document::Read(update.name, *update.facts));
    documents.push_back(std::move(document));
  }
  if (documents.empty()) return nullptr;
  return Segment::Of(std::move(documents));
}

// What was last said of each.
std::vector<FactsUpdate> LastOf(std::span<const FactsUpdate> updates) {
  absl::flat_hash_map<std::string, size_t> places;
  std::vector<FactsUpdate> last;
  for (const FactsUpdate& update : updates) {
    const auto [at, first] = places.try_emplace(update.name, last.size());
    if (first) {
      last.push_back(update);
    } else {
      last[at->second] = update;
    }
  }
  return last;
}

}  // namespace

Index::Index(std::function<void(int64_t)> published, Options options)
    : on_published_(std::move(published)), options_(options) {
  MutexLock lock(writing_);
  Publish(0);
  merger_ = std::thread([this] { MergeLarge(); });
}

Index::~Index() {
  {
    MutexLock lock(writing_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  merger_.join();
}

std::shared_ptr<const Published> Index::Current() const {
  MutexLock lock(mutex_);
  return published_;
}

absl::Status Index::Apply(int64_t revision, std::span<const FactsUpdate> updates) {
  const std::vector<FactsUpdate> last = LastOf(updates);
  ASSIGN_OR_RETURN(const auto segment, Read(last));
  std::vector<std::string> names;
  for (const FactsUpdate& update : last) names.push_back(update.name);
  {
    MutexLock lock(writing_);
    Replace(names);
    if (segment != nullptr) parts_.push_back({.segment = segment});
    MergeSmall();
    Publish(revision);
    if (!DueFor(SIZE_MAX).empty()) changed_.NotifyOne();
  }
  if (on_published_) on_published_(revision);
  return absl::OkStatus();
}

void Index::Replace(std::span<const std::string> names) {
  std::vector<std::vector<uint32_t>> gone(parts_.size());
  for (const std::string& name : names) {
    for (size_t i = parts_.size(); i-- > 0;) {
      const uint32_t ordinal = parts_[i].segment->records.Find(name);
      if (ordinal == parts_[i].segment->size() || parts_[i].deleted->Has(ordinal)) continue;
      gone[i].push_back(ordinal);
      break;
    }
  }
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (gone[i].empty()) continue;
    parts_[i].deleted = parts_[i].deleted->With(gone[i], parts_[i].segment->size());
  }
  std::erase_if(parts_, [](const Part& part) { return part.live() == 0; });
}

void Index::Publish(int64_t revision) {
  revision_ = revision;
  auto next = std::make_shared<const Published>(
      Published{.revision = revision,
                .snapshot = std::make_shared<const Snapshot>(
                    std::make_shared<const PartList>(PartList{.list = parts_}))});
  MutexLock lock(mutex_);
  published_.swap(next);
}

// The smallest tier that is full; else what more than half of is gone.
std::vector<Part> Index::DueFor(size_t most) const {
  std::map<int, std::vector<Part>> tiers;
  for (const Part& part : parts_) tiers[TierOf(part.live(), options_.fanout)].push_back(part);
  for (const auto& [tier, parts] : tiers) {
    size_t documents = 0;
    for (const Part& part : parts) documents += part.live();
    if (parts.size() >= options_.fanout && documents <= most) return parts;
  }
  for (const Part& part : parts_) {
    if (part.deleted->count() > part.live() && part.live() <= most) return {part};
  }
  return {};
}

void Index::MergeSmall() {
  const std::atomic<bool> never = false;
  for (auto due = DueFor(options_.merge_at_once); !due.empty();
       due = DueFor(options_.merge_at_once)) {
    Install(due, Merge(due, never));
  }
}

void Index::Install(const std::vector<Part>& parts, const Merged& merged) {
  Part whole{.segment = merged.segment};
  std::vector<uint32_t> gone;  // since the merge began
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto now = std::ranges::find(parts_, parts[i].segment, &Part::segment);
    if (now == parts_.end()) {  // all of it is gone
      for (const uint32_t ordinal : merged.moved[i]) {
        if (ordinal != Merged::kGone) gone.push_back(ordinal);
      }
      continue;
    }
    now->deleted->Since(*parts[i].deleted,
                        [&](uint32_t ordinal) { gone.push_back(merged.moved[i][ordinal]); });
    parts_.erase(now);
  }
  if (!gone.empty()) whole.deleted = whole.deleted->With(gone, whole.segment->size());
  if (whole.live() > 0) parts_.push_back(std::move(whole));
}

void Index::MergeLarge() {
  while (!stopping_) {
    std::vector<Part> due;
    {
      MutexLock lock(writing_);
      while (!stopping_ && (due = DueFor(SIZE_MAX)).empty()) changed_.Wait(writing_);
    }
    if (stopping_) return;
    const Merged merged = Merge(due, stopping_);
    if (merged.segment == nullptr) return;
    MutexLock lock(writing_);
    Install(due, merged);
    Publish(revision_);
  }
}

Loader::Loader(Index& index) : index_(index) {
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  const int threads = std::clamp(cores, 1, kMaxLoadingThreads);
  executor_.emplace(
      Executor::Options{.threads = threads, .queue_limit = static_cast<size_t>(threads)});
}

Loader::~Loader() = default;

void Loader::Add(FactsUpdate update) {
  batch_.push_back(std::move(update));
  if (batch_.size() >= kBatch) Hand();
}

void Loader::Hand() {
  const auto batch = std::make_shared<const std::vector<FactsUpdate>>(std::move(batch_));
  batch_.clear();
  // While all are busy the one who adds takes part.
  if (!executor_->TryPost([this, batch] { Build(*batch); })) Build(*batch);
}

void Loader::Build(const std::vector<FactsUpdate>& updates) {
  const auto segment = Read(updates);
  MutexLock lock(mutex_);
  if (!segment.ok()) {
    status_.Update(segment.status());
  } else if (*segment != nullptr) {
    parts_.push_back({.segment = *segment});
  }
}

absl::Status Loader::Finish(int64_t revision) {
  Hand();
  executor_.reset();
  {
    MutexLock lock(mutex_);
    RETURN_IF_ERROR(status_);
    MutexLock writing(index_.writing_);
    index_.parts_ = std::move(parts_);
    index_.Publish(revision);
  }
  index_.changed_.NotifyOne();
  if (index_.on_published_) index_.on_published_(revision);
  return absl::OkStatus();
}

}  // namespace clusterwire::search
