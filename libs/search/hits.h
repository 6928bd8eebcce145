#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"

#include "libs/search/segment/segment.h"

// Inside the library: what a predicate asks of a segment, and what it finds there.
namespace clusterwire::search {

// One of these terms, or of those that begin so, or the document of that name.
struct AskedTerms {
  std::vector<std::string> keys;
  std::vector<std::string> beginnings;
  std::vector<std::string> names;
};
std::vector<Posting> PostingsOf(const AskedTerms& asked, const Dictionary& terms);
// A bit for each document that one of them has.
std::vector<uint64_t> Together(const std::vector<Posting>& postings, uint32_t documents);

// A predicate's conditions in the words of a segment; all of them hold. Refers to the predicate.
struct Query {
  std::vector<AskedTerms> terms;
  const type::v1::Circle* within = nullptr;
  std::optional<Numbers::Days> period;
  std::optional<Numbers::Days> deadline;
  const type::v1::IntRange* size = nullptr;
  std::vector<Query> none_of;
};
Query QueryOf(const Predicate& predicate);

// A set of documents of one part: those that are not deleted, and what is left of them. A list of
// ordinals where they are few, else a bit for each document.
class Hits {
 public:
  // All. The part outlives it.
  explicit Hits(const Part& part);

  // Leaves those of which all of the query holds. All that follows is for afterwards.
  void Narrow(const Query& query);

  uint32_t count() const { return count_; }
  bool Has(uint32_t ordinal) const;
  // Calls with each, upwards from `from`, until `call` says false.
  template <typename Call>
  void Each(Call call, uint32_t from = 0) const;
  // How many of the documents are among these.
  uint32_t CountOf(const Posting& posting) const;
  bool few() const { return kind_ == Kind::kList; }

  const Part& part() const { return *part_; }
  const Segment& segment() const { return *part_->segment; }

 private:
  enum class Kind { kAll, kBits, kList };

  void Keep(const AskedTerms& asked);
  void KeepListed(const std::vector<Posting>& postings);
  void KeepWithin(const type::v1::Circle& circle);
  void KeepBits(const uint64_t* bits);
  void Remove(const Hits& others);
  template <typename Wanted>
  void KeepIf(Wanted wanted);
  void BecomeBits();
  void BecomeList(std::vector<uint32_t> ordinals);
  void Count();

  const Part* part_;
  Kind kind_ = Kind::kAll;
  std::vector<uint64_t> bits_;  // of kBits
  std::vector<uint32_t> list_;  // of kList
  uint32_t count_;
};

template <typename Call>
void Hits::Each(Call call, uint32_t from) const {
  if (kind_ == Kind::kList) {
    for (auto at = std::lower_bound(list_.begin(), list_.end(), from); at != list_.end(); ++at) {
      if (!call(*at)) return;
    }
    return;
  }
  if (kind_ == Kind::kAll) {
    for (uint32_t ordinal = from; ordinal < segment().size(); ++ordinal) {
      if (!part_->deleted->Has(ordinal) && !call(ordinal)) return;
    }
    return;
  }
  for (size_t word = from / kBitsPerWord; word < bits_.size(); ++word) {
    uint64_t bits = bits_[word];
    if (word == from / kBitsPerWord) bits &= ~uint64_t{0} << from % kBitsPerWord;
    for (; bits != 0; bits &= bits - 1) {
      const auto low = static_cast<uint32_t>(std::countr_zero(bits));
      if (!call(static_cast<uint32_t>(word) * kBitsPerWord + low)) return;
    }
  }
}

}  // namespace clusterwire::search
