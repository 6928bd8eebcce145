// What the matcher gives is what asking each predicate gives.
#include <atomic>
#include <map>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/filter/testing/random_facts.h"
#include "libs/match/matcher.h"

namespace clusterwire::match {
namespace {

constexpr int64_t kIds = 200;

// One of them null at times.
struct Change {
  explicit Change(Random& random)
      : before(filter::RandomFacts(random)),
        after(random.Below(2) == 0 ? filter::RandomlyChanged(before, random)
                                   : filter::RandomFacts(random)) {
    if (const uint64_t none = random.Below(5); none < 2)
      (none == 0 ? old_image : new_image) = nullptr;
  }
  Change(const Change&) = delete;

  Transition Of(const Predicate& predicate) const {
    return filter::TransitionOf(old_image != nullptr && predicate.Matches(*old_image),
                                new_image != nullptr && predicate.Matches(*new_image));
  }

  const Facts before, after;
  const Facts* old_image = &before;
  const Facts* new_image = &after;
};

using Answer = std::map<int64_t, Transition>;

Answer Ask(const Matcher& matcher, const Change& change) {
  Answer answer;
  matcher.ForEach(change.old_image, change.new_image, [&](std::span<const Match> matches) {
    for (const auto& [id, transition] : matches) {
      EXPECT_TRUE(answer.emplace(id, transition).second) << id << " was visited twice";
    }
  });
  return answer;
}

// Of any kind, also such as subscriptions may not have.
Predicate RandomPredicate(Random& random) {
  const uint64_t kind = random.Below(5);
  return *Predicate::Compile(kind == 0   ? filter::RandomFilter(random)
                             : kind <= 2 ? filter::RandomExactFilter(random)
                                         : filter::RandomSubscriptionFilter(random),
                             filter::RandomViewer(random));
}

TEST(MatcherPropertyTest, VisitsWhatAskingEachPredicateWould) {
  SeededRandom random(TestSeed());
  Matcher matcher;
  std::map<int64_t, Predicate> all;
  size_t visited = 0;
  for (int round = 0; round < 1000; ++round) {
    for (int i = 0; i < 5; ++i) {
      const auto id = static_cast<int64_t>(random.Below(kIds));
      if (random.Below(4) == 0) {
        matcher.Remove(id);
        all.erase(id);
        continue;
      }
      const Predicate predicate = RandomPredicate(random);
      ASSERT_THAT(matcher.Put(id, predicate), IsOk());
      all.insert_or_assign(id, predicate);
    }
    ASSERT_EQ(matcher.counts().size, all.size());
    const Change change(random);
    Answer expected;
    for (const auto& [id, predicate] : all) {
      const Transition transition = change.Of(predicate);
      if (transition != Transition::kNone) expected.emplace(id, transition);
    }
    visited += expected.size();
    ASSERT_EQ(Ask(matcher, change), expected) << change.before.ShortDebugString() << "\n"
                                              << change.after.ShortDebugString();
    for (uint64_t i = random.Below(20); i > 0; --i) matcher.Learn(change.after);
    matcher.Refile(random.Below(50));
  }
  EXPECT_GT(visited, 3000u) << "the random world has become too sparse to show anything";
}

// While predicates come, change, go and are filed anew, each answer is what a predicate gives that
// its id had at some moment of the asking.
class ConcurrentTest : public testing::Test {
 protected:
  // What an id had: it may be answered by it from the moment that the writer set out until the
  // next one was written.
  struct Version {
    std::optional<Predicate> predicate = {};
    uint64_t from = 0;
    uint64_t to = ~uint64_t{0};
  };
  struct Asked {
    std::unique_ptr<Change> change;
    Answer answer = {};
    uint64_t from = 0;
    uint64_t to = 0;
  };

  void Write(uint64_t seed, int64_t first, int64_t step) {
    SeededRandom random(seed);
    for (int i = 0; i < kWrites; ++i) {
      const auto id = first + step * static_cast<int64_t>(random.Below(kIds / step));
      std::vector<Version>& versions = versions_.at(id);
      Version next;
      if (random.Below(4) != 0) next.predicate = RandomPredicate(random);
      next.from = moment_++;
      if (next.predicate) {
        EXPECT_THAT(matcher_.Put(id, *next.predicate), IsOk());
      } else {
        matcher_.Remove(id);
      }
      versions.back().to = moment_++;
      versions.push_back(std::move(next));
    }
    --writers_;
  }

  void Read(uint64_t seed, std::vector<Asked>& asked) {
    SeededRandom random(seed);
    while (writers_ > 0 && asked.size() < kMostAsked) {
      Asked one{.change = std::make_unique<Change>(random)};
      one.from = moment_++;
      one.answer = Ask(matcher_, *one.change);
      one.to = moment_++;
      asked.push_back(std::move(one));
      matcher_.Learn(asked.back().change->after);
    }
  }

  void Check(const Asked& asked) {
    for (int64_t id = 0; id < kIds; ++id) {
      const auto found = asked.answer.find(id);
      const Transition given = found == asked.answer.end() ? Transition::kNone : found->second;
      std::vector<Transition> right;
      for (const Version& version : versions_.at(id)) {
        if (version.to < asked.from || version.from > asked.to) continue;
        right.push_back(version.predicate ? asked.change->Of(*version.predicate)
                                          : Transition::kNone);
      }
      ASSERT_THAT(right, testing::Contains(given)) << id;
    }
  }

  static constexpr int kWrites = 2000;
  static constexpr size_t kMostAsked = 400;

  Matcher matcher_;
  std::atomic<uint64_t> moment_ = 1;
  std::atomic<int> writers_ = 2;
  std::map<int64_t, std::vector<Version>> versions_;  // each id has one writer
};

TEST_F(ConcurrentTest, EachAnswerIsOfAPredicateThatWasThere) {
  SeededRandom random(TestSeed());
  for (int64_t id = 0; id < kIds; ++id) versions_[id].emplace_back();
  std::vector<std::vector<Asked>> asked(2);
  std::vector<std::thread> threads;
  for (int64_t first : {0, 1}) {
    threads.emplace_back([&, first, seed = random.Next()] { Write(seed, first, 2); });
    threads.emplace_back([&, first, seed = random.Next()] { Read(seed, asked[first]); });
  }
  threads.emplace_back([&] {
    while (writers_ > 0) matcher_.Refile(7);
  });
  for (std::thread& thread : threads) thread.join();
  size_t visited = 0;
  for (const std::vector<Asked>& by_one : asked) {
    for (const Asked& one : by_one) {
      visited += one.answer.size();
      ASSERT_NO_FATAL_FAILURE(Check(one));
    }
  }
  EXPECT_GT(visited, 0u);
  while (matcher_.Refile()) {
  }
  for (int round = 0; round < 50; ++round) {
    Asked last{.change = std::make_unique<Change>(random)};
    last.from = last.to = moment_++;
    last.answer = Ask(matcher_, *last.change);
    ASSERT_NO_FATAL_FAILURE(Check(last));
  }
}

}  // namespace
}  // namespace clusterwire::match
