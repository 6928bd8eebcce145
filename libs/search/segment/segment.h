#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

#include "libs/search/segment/dictionary.h"
#include "libs/search/segment/points.h"
#include "libs/search/segment/records.h"
#include "libs/search/snapshot.h"

// Inside the library: what a snapshot is made of.
namespace clusterwire::search {

// One resource, read.
struct Document {
  // DATA_LOSS when the bytes are no Facts.
  static absl::StatusOr<Document> Read(const std::string& name, const std::string& facts);

  std::string name;
  std::string facts;  // as bytes, without the name
  filter::Columns columns;
  std::vector<std::string> keys;  // of the dictionary
};

// What a document is asked for beside its terms.
struct Numbers {
  // Days since the first one there is; what is absent begins after it ends.
  struct Days {
    int32_t first = INT32_MAX;
    int32_t last = INT32_MIN;
    static Days Of(const std::optional<DayRange>& days);
    bool Overlaps(const Days& other) const { return first <= other.last && other.first <= last; }
  };
  static constexpr int64_t kNoSize = INT64_MIN;

  int64_t size = kNoSize;
  Days period;
  Days deadline;
  uint8_t title_words = 0;  // 255 stands for more too
  uint8_t words = 0;
};

// For each document the terms that facets count, as numbers of the dictionary.
class FacetTerms {
 public:
  FacetTerms() = default;
  FacetTerms(const Dictionary& terms, uint32_t documents);

  // Has the processor bring near what Of() of the document will read.
  void Fetch(uint32_t document) const {
    const uint32_t start = starts_[document];
    __builtin_prefetch(narrow_.empty() ? static_cast<const void*>(wide_.data() + start)
                                       : narrow_.data() + start);
  }
  template <typename Call>
  void Of(uint32_t document, Call call) const {
    for (uint32_t i = starts_[document]; i < starts_[document + 1]; ++i) {
      call(narrow_.empty() ? wide_[i] : narrow_[i]);
    }
  }

 private:
  std::vector<uint32_t> starts_;
  std::vector<uint16_t> narrow_;  // where there are few terms
  std::vector<uint32_t> wide_;
};

// A set of documents, numbered by title, then name, and all that a search asks of them. Immutable.
struct Segment {
  explicit Segment(uint32_t documents);

  uint32_t size() const { return records.size(); }

  static std::shared_ptr<const Segment> Of(std::vector<Document> documents);

  Records records;
  Dictionary terms;
  FacetTerms facets;
  std::vector<Numbers> numbers;
  Points exact;  // filter::Columns::point
  Points vague;  // places of documents without such a point
};

// Documents of a segment that are gone or replaced since. Immutable; shares what did not change.
class Deleted {
 public:
  static constexpr uint32_t kChunk = 4096;
  using Chunk = std::vector<uint64_t>;

  bool Has(uint32_t ordinal) const;
  uint32_t count() const { return count_; }
  // Calls with each that is gone and was not `before`.
  void Since(const Deleted& before, absl::FunctionRef<void(uint32_t)> call) const;
  // Clears the bits of what is gone.
  void ClearFrom(std::vector<uint64_t>& bits) const;
  std::shared_ptr<const Deleted> With(std::span<const uint32_t> ordinals, uint32_t documents) const;

 private:
  std::vector<std::shared_ptr<const Chunk>> chunks_;  // null: none of them
  uint32_t count_ = 0;
};

struct Part {
  std::shared_ptr<const Segment> segment;
  std::shared_ptr<const Deleted> deleted = std::make_shared<const Deleted>();

  uint32_t live() const { return segment->size() - deleted->count(); }
};
struct PartList {
  std::vector<Part> list;
};

// What is left of some parts as one segment.
struct Merged {
  static constexpr uint32_t kGone = UINT32_MAX;

  std::shared_ptr<const Segment> segment;
  std::vector<std::vector<uint32_t>> moved;  // for each part and ordinal the one in the segment
};
// No segment when `stop` was set meanwhile.
Merged Merge(std::span<const Part> parts, const std::atomic<bool>& stop);

}  // namespace clusterwire::search
