#include "libs/search/ranking.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace clusterwire::search {
namespace {

using filter::TermField;

// Of BM25: how soon more of the same adds little, and how much length counts. Lengths are measured
// by fixed ones, not by the average of what is there: the same document ranks the same tomorrow.
constexpr double kSaturation = 1.2;
constexpr double kLengthShare = 0.75;
constexpr double kUsualTitle = 5;
constexpr double kUsualText = 25;
// What a word in a title is worth beside one in the text, and a beginning beside a whole word.
constexpr double kTitleWorth = 4;
constexpr double kBeginningWorth = 0.5;

// Points are whole numbers: a word's rarity by a thousand, its place by another.
constexpr double kScale = 1000;
constexpr size_t kMostTitleWords = 32;
constexpr size_t kMostWords = 128;

struct Worth {
  uint16_t in_title;
  uint16_t in_text;
};

double LengthOf(size_t words, double usual) {
  return 1 - kLengthShare + kLengthShare * static_cast<double>(words) / usual;
}

using Worths = std::array<std::array<Worth, kMostWords>, kMostTitleWords>;

Worths MakeWorths() {
  const auto saturated = [](double often) {
    return static_cast<uint16_t>(std::lround(kScale * often / (often + kSaturation)));
  };
  Worths worths;
  for (size_t title = 0; title < kMostTitleWords; ++title) {
    for (size_t words = 0; words < kMostWords; ++words) {
      const double text = 1 / LengthOf(words, kUsualText);
      worths[title][words] = {
          .in_title = saturated(text + kTitleWorth / LengthOf(title, kUsualTitle)),
          .in_text = saturated(text)};
    }
  }
  return worths;
}

const Worth& WorthIn(const Numbers& numbers) {
  static const auto& worths = *new Worths(MakeWorths());
  return worths[std::min<size_t>(numbers.title_words, kMostTitleWords - 1)]
               [std::min<size_t>(numbers.words, kMostWords - 1)];
}

uint16_t WeightOf(size_t documents, size_t with_word, bool whole) {
  const double all = static_cast<double>(documents);
  const double had = static_cast<double>(std::min(with_word, documents));
  const double rarity = std::log(1 + (all - had + 0.5) / (had + 0.5));
  const double weight = kScale * rarity * (whole ? 1 : kBeginningWorth);
  return static_cast<uint16_t>(std::clamp(std::lround(weight), 1L, 65'535L));
}

}  // namespace

Ranking::Ranking(const Predicate& predicate) {
  const filter::Conditions conditions = predicate.conditions();
  for (const filter::Conditions::OneOf& one_of : conditions.one_of) {
    if (one_of.field != TermField::kToken) continue;
    Ranked& word = words_.emplace_back();
    word.whole = true;
    for (const std::string_view spelling : one_of.values) {
      word.anywhere.keys.push_back(TermKey(TermField::kToken, spelling));
      word.in_title.keys.push_back(TitleWordKey(spelling));
    }
  }
  for (const filter::Word& prefix : conditions.prefixes) {
    Ranked& word = words_.emplace_back();
    word.whole = false;
    for (const std::string& spelling : prefix.spellings) {
      word.anywhere.beginnings.push_back(TermKey(TermField::kToken, spelling));
      word.in_title.beginnings.push_back(TitleWordKey(spelling));
    }
  }
}

void Ranking::Weigh(const PartList& parts, size_t hits) {
  size_t documents = 0;
  std::vector<size_t> with_word(words_.size());
  for (const Part& part : parts.list) {
    documents += part.segment->size();
    for (size_t i = 0; i < words_.size(); ++i) {
      for (const Posting& posting : PostingsOf(words_[i].anywhere, part.segment->terms)) {
        with_word[i] += posting.count;
      }
    }
  }
  weights_.clear();
  for (size_t i = 0; i < words_.size(); ++i) {
    weights_.push_back(WeightOf(documents, with_word[i], words_[i].whole));
  }
  const size_t most = std::max<size_t>(1, kMaxRankings / std::max<size_t>(1, hits));
  if (most >= words_.size()) return;
  std::vector<size_t> order(words_.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](size_t i) { return std::pair(-int{weights_[i]}, i); });
  for (size_t i = most; i < order.size(); ++i) weights_[order[i]] = 0;
}

bool Ranking::cut() const { return std::ranges::find(weights_, 0) != weights_.end(); }

void Ranking::Rank(const Hits& hits,
                   absl::FunctionRef<void(uint32_t ordinal, uint32_t points)> call) const {
  struct InTitles {
    std::vector<uint64_t> bits;
    uint32_t weight;
  };
  const Segment& segment = hits.segment();
  std::vector<InTitles> words;
  uint32_t weight_of_all = 0;
  for (size_t i = 0; i < words_.size(); ++i) {
    if (weights_[i] == 0) continue;
    weight_of_all += weights_[i];
    const auto postings = PostingsOf(words_[i].in_title, segment.terms);
    if (!postings.empty()) words.push_back({Together(postings, segment.size()), weights_[i]});
  }
  hits.Each([&](uint32_t ordinal) {
    const Worth& worth = WorthIn(segment.numbers[ordinal]);
    uint32_t in_title = 0;
    for (const InTitles& word : words) {
      if (HasBit(word.bits.data(), ordinal)) in_title += word.weight;
    }
    // Each hit has all words, be it in its title or elsewhere.
    call(ordinal, in_title * worth.in_title + (weight_of_all - in_title) * worth.in_text);
    return true;
  });
}

}  // namespace clusterwire::search
