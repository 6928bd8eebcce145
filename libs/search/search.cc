#include <algorithm>
#include <bit>
#include <limits>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/status/error.h"
#include "libs/search/facets.h"
#include "libs/search/hits.h"
#include "libs/search/ranking.h"

namespace clusterwire::search {
namespace {

// What a page is ordered by, as a number that rises; then come title and name.
constexpr uint64_t kNoValue = std::numeric_limits<uint64_t>::max();

struct Found {
  uint64_t value;
  uint32_t ordinal;
  friend auto operator<=>(const Found&, const Found&) = default;
};

// The first of what it is offered.
class First {
 public:
  explicit First(size_t most) : most_(most) {}

  bool full() const { return found_.size() == most_; }
  // Whether nothing of a greater value has room.
  bool Refuses(uint64_t value) const {
    return most_ == 0 || (full() && found_.front().value < value);
  }
  void Offer(const Found& found) {
    if (full()) {
      if (most_ == 0 || !(found < found_.front())) return;
      std::ranges::pop_heap(found_);
      found_.back() = found;
    } else {
      found_.push_back(found);
    }
    std::ranges::push_heap(found_);
  }
  const std::vector<Found>& found() const { return found_; }

 private:
  const size_t most_;
  std::vector<Found> found_;  // a heap, the last of them first
};

// Where a page begins: behind a value, a title's key and a name.
struct Place {
  uint64_t value = 0;
  std::string key;
  std::string name;
};

void AppendBigEndian(uint64_t value, int bytes, std::string* to) {
  for (int i = bytes - 1; i >= 0; --i) *to += static_cast<char>(value >> (i * 8));
}

uint64_t TakeBigEndian(size_t bytes, std::string_view& from) {
  uint64_t value = 0;
  for (const char byte : from.substr(0, bytes)) value = value << 8 | static_cast<uint8_t>(byte);
  from.remove_prefix(bytes);
  return value;
}

std::string PositionKey(uint64_t value, const std::vector<uint16_t>& weights,
                        std::string_view title) {
  std::string key;
  AppendBigEndian(value, 8, &key);
  for (const uint16_t weight : weights) AppendBigEndian(weight, 2, &key);
  return key.append(title);
}

absl::StatusOr<Place> PlaceOf(const PageEnd& end, Ranking* ranking) {
  std::string_view key = end.key;
  const size_t words = ranking == nullptr ? 0 : ranking->words();
  if (key.size() < 8 + 2 * words) {
    FieldErrors errors;
    errors.Add("page_token", "is from no page of this search; begin with the first page");
    return errors.ToStatus();
  }
  Place place;
  place.value = TakeBigEndian(8, key);
  std::vector<uint16_t> weights;
  for (size_t i = 0; i < words; ++i) {
    weights.push_back(static_cast<uint16_t>(TakeBigEndian(2, key)));
  }
  if (ranking != nullptr) ranking->set_weights(std::move(weights));
  place.key = key;
  place.name = end.name;
  return place;
}

// One page over all parts, in one order.
class Pager {
 public:
  Pager(const SearchOptions& options, const Ranking* ranking, std::optional<Place> after)
      : options_(options), ranking_(ranking), after_(std::move(after)) {}

  void Add(const Hits& hits) {
    if (hits.count() == 0) return;
    behind_ = after_ ? hits.segment().records.Behind(after_->key, after_->name) : 0;
    First first(options_.limit + 1);
    Fill(hits, first);
    for (const Found& found : first.found()) {
      const Records& records = hits.segment().records;
      entries_.push_back({.value = found.value,
                          .key = records.key(found.ordinal),
                          .name = records.name(found.ordinal),
                          .segment = &hits.segment(),
                          .ordinal = found.ordinal});
    }
  }

  void WriteTo(Page& page) {
    std::ranges::sort(entries_, [](const Entry& a, const Entry& b) {
      return std::tie(a.value, a.key, a.name) < std::tie(b.value, b.key, b.name);
    });
    page.more = entries_.size() > options_.limit;
    entries_.resize(std::min(entries_.size(), options_.limit));
    const std::vector<uint16_t> none;
    for (const Entry& entry : entries_) {
      Hit& hit = page.hits.emplace_back();
      hit.facts.ParseFromString(entry.segment->records.Facts(entry.ordinal));
      hit.facts.set_name(std::string(entry.name));
      const Point* point = entry.segment->exact.Of(entry.ordinal);
      if (options_.origin && point != nullptr) {
        hit.distance_meters = filter::DistanceMeters(*options_.origin, point->at);
      }
      hit.position = {
          PositionKey(entry.value, ranking_ == nullptr ? none : ranking_->weights(), entry.key),
          hit.facts.name()};
    }
  }

 private:
  struct Entry {
    uint64_t value;
    std::string_view key;
    std::string_view name;
    const Segment* segment;
    uint32_t ordinal;
  };

  void Offer(uint64_t value, uint32_t ordinal, First& first) const {
    if (after_ && (value < after_->value || (value == after_->value && ordinal < behind_))) return;
    first.Offer({value, ordinal});
  }

  void Fill(const Hits& hits, First& first) const {
    switch (options_.order) {
      case Order::kRelevance:
        return ranking_->Rank(hits, [&](uint32_t ordinal, uint32_t points) {
          Offer(std::numeric_limits<uint32_t>::max() - points, ordinal, first);
        });
      case Order::kDistance:
        return FillByDistance(hits, first);
      case Order::kTime:
        return hits.Each([&](uint32_t ordinal) {
          const Numbers::Days& period = hits.segment().numbers[ordinal].period;
          const bool none = period.first > period.last;
          Offer(none ? kNoValue : static_cast<uint64_t>(period.first), ordinal, first);
          return true;
        });
      case Order::kTitle:
        // Documents are numbered so.
        return hits.Each(
            [&](uint32_t ordinal) {
              first.Offer({0, ordinal});
              return !first.full();
            },
            behind_);
    }
  }

  void FillByDistance(const Hits& hits, First& first) const {
    // Such numbers, never negative, rise as their bits do.
    const auto value_of = [](double meters) { return std::bit_cast<uint64_t>(meters); };
    const Points& points = hits.segment().exact;
    if (hits.few()) {
      hits.Each([&](uint32_t ordinal) {
        const Point* point = points.Of(ordinal);
        const double meters =
            point == nullptr ? 0 : filter::DistanceMeters(*options_.origin, point->at);
        Offer(point == nullptr ? kNoValue : value_of(meters), ordinal, first);
        return true;
      });
      return;
    }
    const bool behind_points = after_ && after_->value == kNoValue;
    if (!behind_points) {
      points.Nearest(
          *options_.origin, after_ ? std::bit_cast<double>(after_->value) : 0,
          [&](double meters) { return first.Refuses(value_of(meters)); },
          [&](const Point& point, double meters) {
            if (hits.Has(point.ordinal)) Offer(value_of(meters), point.ordinal, first);
          });
    }
    if (first.full()) return;
    hits.Each(
        [&](uint32_t ordinal) {
          if (points.Of(ordinal) == nullptr) first.Offer({kNoValue, ordinal});
          return !first.full();
        },
        behind_points ? behind_ : 0);
  }

  const SearchOptions& options_;
  const Ranking* const ranking_;  // of kRelevance
  const std::optional<Place> after_;
  uint32_t behind_ = 0;  // in the part at hand
  std::vector<Entry> entries_;
};

std::vector<Hits> Narrowed(const PartList& parts, const Predicate& predicate) {
  const Query query = QueryOf(predicate);
  std::vector<Hits> all;
  for (const Part& part : parts.list) {
    all.emplace_back(part);
    all.back().Narrow(query);
  }
  return all;
}

std::vector<Facet> CountFacets(const PartList& parts, const Predicate& predicate,
                               const std::vector<std::string>& fields,
                               const std::vector<Hits>& hits) {
  // A count ignores what the predicate asks of its own field; most of them are asked nothing.
  std::vector<std::string> together;
  std::vector<Facet> facets;
  const auto asked = [&](const std::string& field) {
    const Predicate others = predicate.Without(field);
    return &others.filter() != &predicate.filter() ? std::optional(others) : std::nullopt;
  };
  for (const std::string& field : fields) {
    if (!asked(field)) together.push_back(field);
  }
  FacetCounter shared(together);
  for (const Hits& part : hits) shared.Add(part);
  std::vector<Facet> counted = shared.Facets();
  auto next = counted.begin();
  for (const std::string& field : fields) {
    if (const auto others = asked(field)) {
      FacetCounter own({field});
      const std::vector<Hits> hits_of_others = Narrowed(parts, *others);
      for (const Hits& part : hits_of_others) own.Add(part);
      facets.push_back(std::move(own.Facets().front()));
    } else {
      facets.push_back(std::move(*next++));
    }
  }
  return facets;
}

}  // namespace

absl::Status CheckOptions(const SearchOptions& options) {
  FieldErrors errors;
  if (options.limit > kMaxPage) {
    errors.Add("limit", absl::StrCat("is ", options.limit, "; at most ", kMaxPage));
  }
  if (options.order == Order::kDistance && !options.origin) {
    errors.Add("origin", "is needed to order by distance");
  }
  const auto& known = filter::FacetFields();
  if (options.facets.size() > known.size()) {
    errors.Add("facets",
               absl::StrCat("has ", options.facets.size(), " fields; at most ", known.size()));
    return errors.ToStatus();
  }
  for (size_t i = 0; i < options.facets.size(); ++i) {
    if (std::ranges::find(known, options.facets[i]) != known.end()) continue;
    errors.Add(
        absl::StrCat("facets[", i, "]"),
        absl::StrCat("'", options.facets[i], "' can't be counted; write one of ",
                     absl::StrJoin(std::vector<std::string>(known.begin(), known.end()), ", ")));
  }
  return errors.ToStatus();
}

Snapshot::Snapshot(std::shared_ptr<const PartList> parts) : parts_(std::move(parts)) {}

size_t Snapshot::size() const {
  size_t size = 0;
  for (const Part& part : parts_->list) size += part.live();
  return size;
}

size_t Snapshot::segments() const { return parts_->list.size(); }

absl::StatusOr<Page> Snapshot::Search(const Predicate& predicate,
                                      const SearchOptions& options) const {
  RETURN_IF_ERROR(CheckOptions(options));
  std::optional<Ranking> ranking;
  if (options.order == Order::kRelevance) ranking.emplace(predicate);
  Ranking* const used = ranking ? &*ranking : nullptr;
  std::optional<Place> after;
  if (options.after) {
    ASSIGN_OR_RETURN(after, PlaceOf(*options.after, used));
  }
  const std::vector<Hits> hits = Narrowed(*parts_, predicate);
  Page page;
  for (const Hits& part : hits) page.total += part.count();
  if (ranking) {
    if (!after) ranking->Weigh(*parts_, page.total);
    page.ranking_cut = ranking->cut();
  }
  Pager pager(options, used, std::move(after));
  for (const Hits& part : hits) pager.Add(part);
  pager.WriteTo(page);
  page.facets = CountFacets(*parts_, predicate, options.facets, hits);
  return page;
}

}  // namespace clusterwire::search
