// Matching of ours, in one process, on one thread: what measures it and answers. `run` tells it
// what to do (data/serve.h):
//
//   build MIX COUNT DOCUMENTS CHANGES   that many subscriptions over a world of so many resources,
//   and
//                                       as many changes to ask about
//   write FOLDER                        writes subscriptions.tsv and changes.tsv there
//   answer COUNT                        how many match of the first changes, and a sum over which
//   row SECONDS                         asks about the changes in turn for so long
//
// All that knows libs/match stands in this file.
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "libs/match/matcher.h"
#include "tests/benchmark/data/serve.h"
#include "tests/benchmark/match/lines.h"

namespace clusterwire::benchmark {
namespace {

constexpr int64_t kLearnt = 2000;  // as from the records that are kept at a start

class Ours {
 public:
  explicit Ours(const std::string& records) : world_(records) {}

  void Build(const Words& words) {
    mix_ = MixOf(words.at(0)).value();
    count_ = std::stoll(words.at(1));
    documents_ = std::stoll(words.at(2));
    changes_.clear();
    for (int64_t n = 0; n < std::stoll(words.at(3)); ++n) {
      changes_.push_back(world_.ChangeOf(n, documents_));
    }
    const int64_t before = MemoryBytes();
    Times times;
    times.Measure([&] {
      for (int64_t i = 0; i < count_; ++i) {
        const auto predicate =
            filter::Predicate::Compile(world_.Subscription(mix_, i, documents_),
                                       filter::Viewer::Public(), {.allow_prefix_words = false});
        if (!predicate.ok() || !matcher_->Put(i, *predicate).ok()) std::exit(1);
      }
      for (int64_t i = 0; i < std::min(kLearnt, documents_); ++i) {
        matcher_->Learn(world_.Document(i * std::max<int64_t>(1, documents_ / kLearnt)));
      }
      while (matcher_->Refile()) {
      }
    });
    Say("seconds", times.total());
    Say("bytes_per_subscription",
        static_cast<double>(MemoryBytes() - before) / static_cast<double>(count_));
  }

  void Write(const Words& words) const {
    const Shares shares(world_, documents_);
    std::ofstream subscriptions(words.at(0) + "/subscriptions.tsv");
    for (int64_t i = 0; i < count_; ++i) {
      subscriptions << LineOf(i, world_.Subscription(mix_, i, documents_), shares) << '\n';
    }
    std::ofstream changes(words.at(0) + "/changes.tsv");
    for (size_t n = 0; n < changes_.size(); ++n) {
      changes << LineOf(static_cast<int64_t>(n), changes_[n]) << '\n';
    }
  }

  // The sum is of (change, subscription, transition), in any order.
  void Answer(const Words& words) const {
    constexpr uint64_t kPrime = (uint64_t{1} << 61) - 1;
    uint64_t sum = 0;
    uint64_t matches = 0;
    for (size_t n = 0; n < std::stoul(words.at(0)); ++n) {
      Ask(changes_[n], [&](std::span<const match::Match> found) {
        for (const auto& [id, transition] : found) {
          sum = (sum + n * 1'000'003 + static_cast<uint64_t>(id) * 31 +
                 static_cast<uint64_t>(transition)) %
                kPrime;
        }
        matches += found.size();
      });
    }
    std::printf("answer %llu %llu\n", static_cast<unsigned long long>(matches),
                static_cast<unsigned long long>(sum));
  }

  void MeasureRow(const Words& words) const {
    const double seconds = std::stod(words.at(0));
    uint64_t matches = 0;
    Times times;
    while (times.total() < seconds) {
      const Change& change = changes_[times.size() % changes_.size()];
      times.Measure([&] {
        Ask(change, [&](std::span<const match::Match> found) { matches += found.size(); });
      });
    }
    times.Print();
    Say("matches", static_cast<double>(matches) / static_cast<double>(times.size()));
  }

 private:
  template <typename Visitor>
  void Ask(const Change& change, const Visitor& visitor) const {
    matcher_->ForEach(change.before ? &*change.before : nullptr,
                      change.after ? &*change.after : nullptr, visitor);
  }

  const World world_;
  const std::unique_ptr<match::Matcher> matcher_ = std::make_unique<match::Matcher>();
  std::vector<Change> changes_;
  Mix mix_ = Mix::kMixed;
  int64_t count_ = 0;
  int64_t documents_ = 0;
};

}  // namespace
}  // namespace clusterwire::benchmark

int main(int argc, char** argv) {
  using clusterwire::benchmark::Words;
  if (argc != 2) return 2;
  clusterwire::benchmark::Ours ours(argv[1]);
  return clusterwire::benchmark::Serve({
      {"build", [&](const Words& words) { ours.Build(words); }},
      {"write", [&](const Words& words) { ours.Write(words); }},
      {"answer", [&](const Words& words) { ours.Answer(words); }},
      {"row", [&](const Words& words) { ours.MeasureRow(words); }},
  });
}
