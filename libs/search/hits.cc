#include "libs/search/hits.h"

#include <algorithm>

namespace clusterwire::search {
namespace {

using filter::TermField;

// A list of fewer documents than this share takes less room and time than bits.
constexpr uint32_t kShareOfList = 64;
// So many lists are searched one by one faster than they are put together.
constexpr size_t kFewLists = 64;

size_t SumOf(const std::vector<Posting>& postings) {
  size_t sum = 0;
  for (const Posting& posting : postings) sum += posting.count;
  return sum;
}

void AddTo(const Posting& posting, std::vector<uint64_t>& bits) {
  if (posting.bits != nullptr) {
    for (size_t word = 0; word < bits.size(); ++word) bits[word] |= posting.bits[word];
  }
  for (const uint32_t ordinal : posting.list) SetBit(bits.data(), ordinal);
}

Query QueryOfConditions(const filter::Conditions& conditions) {
  Query query;
  for (const filter::Conditions::OneOf& one_of : conditions.one_of) {
    AskedTerms& asked = query.terms.emplace_back();
    for (const std::string_view value : one_of.values) {
      asked.keys.push_back(TermKey(one_of.field, value));
      if (one_of.field == TermField::kName) asked.names.emplace_back(value);
    }
  }
  for (const filter::Word& prefix : conditions.prefixes) {
    AskedTerms& asked = query.terms.emplace_back();
    for (const std::string& spelling : prefix.spellings) {
      asked.beginnings.push_back(TermKey(TermField::kToken, spelling));
    }
  }
  query.within = conditions.within;
  query.size = conditions.size;
  if (conditions.period) query.period = Numbers::Days::Of(conditions.period);
  if (conditions.deadline) query.deadline = Numbers::Days::Of(conditions.deadline);
  for (const filter::Conditions& excluded : conditions.none_of) {
    query.none_of.push_back(QueryOfConditions(excluded));
  }
  return query;
}

bool InRange(const type::v1::IntRange& range, int64_t size) {
  return size != Numbers::kNoSize && (!range.has_min() || range.min() <= size) &&
         (!range.has_max() || size <= range.max());
}

}  // namespace

std::vector<Posting> PostingsOf(const AskedTerms& asked, const Dictionary& terms) {
  std::vector<Posting> postings;
  for (const std::string& key : asked.keys) {
    if (const auto posting = terms.Find(key)) postings.push_back(*posting);
  }
  for (const std::string& beginning : asked.beginnings) {
    const auto [from, to] = terms.BeginningWith(beginning);
    for (uint32_t term = from; term < to; ++term) postings.push_back(terms.posting(term));
  }
  return postings;
}

std::vector<uint64_t> Together(const std::vector<Posting>& postings, uint32_t documents) {
  std::vector<uint64_t> bits(WordsFor(documents));
  for (const Posting& posting : postings) AddTo(posting, bits);
  return bits;
}

Query QueryOf(const Predicate& predicate) {
  Query query = QueryOfConditions(predicate.conditions());
  const filter::Viewer& viewer = predicate.viewer();
  if (viewer.operator_) return query;
  AskedTerms& audience = query.terms.emplace_back();
  audience.keys.push_back(TermKey(TermField::kEverybody, ""));
  for (const std::string& member : viewer.members) {
    audience.keys.push_back(TermKey(TermField::kAudience, member));
  }
  return query;
}

Hits::Hits(const Part& part) : part_(&part), count_(part.live()) {}

bool Hits::Has(uint32_t ordinal) const {
  switch (kind_) {
    case Kind::kAll:
      return !part_->deleted->Has(ordinal);
    case Kind::kBits:
      return HasBit(bits_.data(), ordinal);
    case Kind::kList:
      return std::ranges::binary_search(list_, ordinal);
  }
  return false;
}

uint32_t Hits::CountOf(const Posting& posting) const {
  if (count_ == segment().size()) return posting.count;
  uint32_t count = 0;
  if (posting.bits == nullptr) {
    for (const uint32_t ordinal : posting.list) count += Has(ordinal) ? 1 : 0;
  } else if (kind_ == Kind::kBits) {
    return CountBoth(bits_, posting.bits);
  } else {
    Each([&](uint32_t ordinal) {
      count += HasBit(posting.bits, ordinal) ? 1 : 0;
      return true;
    });
  }
  return count;
}

void Hits::Narrow(const Query& query) {
  std::vector<std::pair<size_t, const AskedTerms*>> rarest_first;
  for (const AskedTerms& asked : query.terms) {
    const size_t sum = SumOf(PostingsOf(asked, segment().terms)) + asked.names.size();
    if (sum == 0) return BecomeList({});
    rarest_first.emplace_back(sum, &asked);
  }
  std::ranges::sort(rarest_first);
  for (const auto& [sum, asked] : rarest_first) {
    if (count_ == 0) return;
    Keep(*asked);
  }
  if (query.within != nullptr && count_ > 0) KeepWithin(*query.within);
  if (query.period || query.deadline || query.size != nullptr) {
    KeepIf([&](uint32_t ordinal) {
      const Numbers& numbers = segment().numbers[ordinal];
      return (!query.period || numbers.period.Overlaps(*query.period)) &&
             (!query.deadline || numbers.deadline.Overlaps(*query.deadline)) &&
             (query.size == nullptr || InRange(*query.size, numbers.size));
    });
  }
  for (const Query& excluded : query.none_of) {
    if (count_ == 0) return;
    Hits others = *this;
    others.Narrow(excluded);
    Remove(others);
  }
  if (kind_ == Kind::kAll && part_->deleted->count() > 0) BecomeBits();
}

void Hits::Keep(const AskedTerms& asked) {
  std::vector<Posting> postings = PostingsOf(asked, segment().terms);
  std::vector<uint32_t> named;
  for (const std::string& name : asked.names) {
    const uint32_t ordinal = segment().records.Find(name);
    if (ordinal < segment().size()) named.push_back(ordinal);
  }
  for (const uint32_t& ordinal : named) {
    postings.push_back({.count = 1, .list = {&ordinal, 1}, .bits = nullptr});
  }
  const size_t sum = SumOf(postings);
  const bool everywhere = std::ranges::any_of(
      postings, [&](const Posting& posting) { return posting.count == segment().size(); });
  if (everywhere) return;
  if (kind_ == Kind::kAll && sum * kShareOfList <= segment().size()) {
    std::vector<uint32_t> ordinals;
    ordinals.reserve(sum);
    for (const Posting& posting : postings) {
      for (const uint32_t ordinal : posting.list) {
        if (!part_->deleted->Has(ordinal)) ordinals.push_back(ordinal);
      }
    }
    if (postings.size() > 1) {
      std::ranges::sort(ordinals);
      const auto repeated = std::ranges::unique(ordinals);
      ordinals.erase(repeated.begin(), repeated.end());
    }
    BecomeList(std::move(ordinals));
  } else if (kind_ == Kind::kList && postings.size() <= kFewLists) {
    KeepListed(postings);
  } else if (postings.size() == 1 && postings.front().bits != nullptr) {
    KeepBits(postings.front().bits);
  } else {
    KeepBits(Together(postings, segment().size()).data());
  }
}

// Both sides are sorted: each next one is looked for where the one before was, in steps that grow.
void Hits::KeepListed(const std::vector<Posting>& postings) {
  std::vector<bool> kept(list_.size());
  for (const Posting& posting : postings) {
    if (posting.bits != nullptr) {
      for (size_t i = 0; i < list_.size(); ++i) {
        if (HasBit(posting.bits, list_[i])) kept[i] = true;
      }
      continue;
    }
    auto at = posting.list.begin();
    for (size_t i = 0; i < list_.size() && at != posting.list.end(); ++i) {
      std::ptrdiff_t step = 1;
      while (step < posting.list.end() - at && at[step] < list_[i]) step *= 2;
      at = std::lower_bound(at, at + std::min(step + 1, posting.list.end() - at), list_[i]);
      if (at != posting.list.end() && *at == list_[i]) kept[i] = true;
    }
  }
  size_t size = 0;
  for (size_t i = 0; i < list_.size(); ++i) {
    if (kept[i]) list_[size++] = list_[i];
  }
  list_.resize(size);
  Count();
}

void Hits::KeepWithin(const type::v1::Circle& circle) {
  const filter::LatLng center{circle.latitude(), circle.longitude()};
  if (kind_ == Kind::kList) {
    return KeepIf([&](uint32_t ordinal) {
      const Point* point = segment().exact.Of(ordinal);
      return point != nullptr &&
             filter::DistanceMeters(center, point->at) <= circle.radius_meters();
    });
  }
  std::vector<uint64_t> bits(WordsFor(segment().size()));
  segment().exact.Within(center, circle.radius_meters(),
                         [&](const Point& point) { SetBit(bits.data(), point.ordinal); });
  KeepBits(bits.data());
}

void Hits::KeepBits(const uint64_t* bits) {
  if (kind_ == Kind::kList) {
    return KeepIf([&](uint32_t ordinal) { return HasBit(bits, ordinal); });
  }
  BecomeBits();
  for (size_t word = 0; word < bits_.size(); ++word) bits_[word] &= bits[word];
  Count();
}

void Hits::Remove(const Hits& others) {
  if (others.count_ == 0) return;
  if (others.kind_ == Kind::kBits && kind_ != Kind::kList) {
    BecomeBits();
    for (size_t word = 0; word < bits_.size(); ++word) bits_[word] &= ~others.bits_[word];
    return Count();
  }
  KeepIf([&](uint32_t ordinal) { return !others.Has(ordinal); });
}

template <typename Wanted>
void Hits::KeepIf(Wanted wanted) {
  if (kind_ == Kind::kList) {
    std::erase_if(list_, [&](uint32_t ordinal) { return !wanted(ordinal); });
    return Count();
  }
  BecomeBits();
  for (size_t word = 0; word < bits_.size(); ++word) {
    for (uint64_t bits = bits_[word]; bits != 0; bits &= bits - 1) {
      const auto low = static_cast<uint32_t>(std::countr_zero(bits));
      if (!wanted(static_cast<uint32_t>(word) * kBitsPerWord + low)) bits_[word] ^= bits & -bits;
    }
  }
  Count();
}

void Hits::BecomeBits() {
  if (kind_ != Kind::kAll) return;
  kind_ = Kind::kBits;
  bits_.assign(WordsFor(segment().size()), ~uint64_t{0});
  const uint32_t rest = segment().size() % kBitsPerWord;
  if (rest != 0) bits_.back() = (uint64_t{1} << rest) - 1;
  part_->deleted->ClearFrom(bits_);
}

void Hits::BecomeList(std::vector<uint32_t> ordinals) {
  kind_ = Kind::kList;
  bits_.clear();
  list_ = std::move(ordinals);
  Count();
}

void Hits::Count() {
  if (kind_ == Kind::kList) {
    count_ = static_cast<uint32_t>(list_.size());
    return;
  }
  count_ = CountBits(bits_);
  if (count_ >= segment().size() / kShareOfList) return;
  std::vector<uint32_t> ordinals;
  ordinals.reserve(count_);
  Each([&](uint32_t ordinal) {
    ordinals.push_back(ordinal);
    return true;
  });
  BecomeList(std::move(ordinals));
}

}  // namespace clusterwire::search
