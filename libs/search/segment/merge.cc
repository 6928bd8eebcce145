// Several segments as one: everything in them is sorted, and stays so.
#include <algorithm>
#include <functional>
#include <utility>

#include "libs/search/segment/segment.h"

namespace clusterwire::search {
namespace {

// Merges what is sorted in several places: hands out each key with the places that have it next,
// which `next` moves on and reads; null where a place has no more.
template <typename Key, typename Next, typename Take>
void InOrder(size_t places, Next next, Take take) {
  std::vector<std::pair<Key, size_t>> heap;
  const auto add = [&](size_t place) {
    Key key;
    if (!next(place, &key)) return;
    heap.emplace_back(std::move(key), place);
    std::ranges::push_heap(heap, std::greater<>());
  };
  for (size_t place = 0; place < places; ++place) add(place);
  while (!heap.empty()) {
    std::ranges::pop_heap(heap, std::greater<>());
    const auto [key, place] = std::move(heap.back());
    heap.pop_back();
    if (!take(key, place)) return;
    add(place);
  }
}

std::shared_ptr<Segment> MergeRecords(std::span<const Part> parts, Merged& merged,
                                      const std::atomic<bool>& stop) {
  uint32_t live = 0;
  for (const Part& part : parts) {
    merged.moved.emplace_back(part.segment->size(), Merged::kGone);
    live += part.live();
  }
  auto segment = std::make_shared<Segment>(live);
  segment->numbers.reserve(live);
  std::vector<uint32_t> at(parts.size());  // the next one
  const auto next = [&](size_t place, std::pair<std::string_view, std::string_view>* key) {
    const Part& part = parts[place];
    uint32_t& ordinal = at[place];
    while (ordinal < part.segment->size() && part.deleted->Has(ordinal)) ++ordinal;
    if (ordinal == part.segment->size()) return false;
    *key = {part.segment->records.key(ordinal), part.segment->records.name(ordinal)};
    ++ordinal;
    return true;
  };
  InOrder<std::pair<std::string_view, std::string_view>>(
      parts.size(), next, [&](const auto& key, size_t place) {
        const Segment& from = *parts[place].segment;
        const uint32_t ordinal = at[place] - 1;
        merged.moved[place][ordinal] = segment->records.size();
        segment->records.Add(key.second, key.first, from.records.Facts(ordinal));
        segment->numbers.push_back(from.numbers[ordinal]);
        return !stop;
      });
  segment->records.Seal();
  return segment;
}

void AddMoved(const Posting& posting, const std::vector<uint32_t>& moved,
              std::vector<uint32_t>& documents) {
  const auto add = [&](uint32_t ordinal) {
    if (moved[ordinal] != Merged::kGone) documents.push_back(moved[ordinal]);
  };
  for (const uint32_t ordinal : posting.list) add(ordinal);
  if (posting.bits == nullptr) return;
  for (uint32_t ordinal = 0; ordinal < moved.size(); ++ordinal) {
    if (HasBit(posting.bits, ordinal)) add(ordinal);
  }
}

void MergeTerms(std::span<const Part> parts, const Merged& merged, const std::atomic<bool>& stop,
                Segment& segment) {
  std::vector<uint32_t> at(parts.size());
  const auto next = [&](size_t place, std::string_view* key) {
    const Dictionary& terms = parts[place].segment->terms;
    if (at[place] == terms.size()) return false;
    *key = terms.key(at[place]++);
    return true;
  };
  std::string_view current;
  std::vector<uint32_t> documents;
  const auto flush = [&] {
    if (!documents.empty()) segment.terms.Append(current, documents);
    documents.clear();
  };
  InOrder<std::string_view>(parts.size(), next, [&](std::string_view key, size_t place) {
    if (key != current) flush();
    current = key;
    AddMoved(parts[place].segment->terms.posting(at[place] - 1), merged.moved[place], documents);
    return !stop;
  });
  flush();
  segment.terms.Seal();
}

Points MergePoints(std::span<const Part> parts, const Merged& merged, Points Segment::*member,
                   uint32_t documents) {
  std::vector<Point> points;
  for (size_t place = 0; place < parts.size(); ++place) {
    for (Point point : (*parts[place].segment.*member).all()) {
      point.ordinal = merged.moved[place][point.ordinal];
      if (point.ordinal != Merged::kGone) points.push_back(point);
    }
  }
  return Points(std::move(points), documents);
}

}  // namespace

Merged Merge(std::span<const Part> parts, const std::atomic<bool>& stop) {
  Merged merged;
  const std::shared_ptr<Segment> segment = MergeRecords(parts, merged, stop);
  if (!stop) MergeTerms(parts, merged, stop, *segment);
  if (stop) return {};
  const uint32_t size = segment->size();
  segment->facets = FacetTerms(segment->terms, size);
  segment->exact = MergePoints(parts, merged, &Segment::exact, size);
  segment->vague = MergePoints(parts, merged, &Segment::vague, size);
  merged.segment = segment;
  return merged;
}

}  // namespace clusterwire::search
