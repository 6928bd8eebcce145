#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/search/index.h"

namespace clusterwire::search {

// Segments are merged all the time, half of them beside Apply().
inline constexpr Index::Options kMergeOften{.fanout = 2, .merge_at_once = 6};

inline FactsUpdate Update(const std::string& name, const Facts& facts) {
  return {name, facts.SerializeAsString()};
}
inline FactsUpdate Update(const std::string& name, const std::string& text) {
  Facts facts;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &facts)) << text;
  return Update(name, facts);
}
inline FactsUpdate Gone(const std::string& name) { return {name, std::nullopt}; }

inline std::shared_ptr<const Snapshot> SnapshotOf(const std::vector<FactsUpdate>& updates) {
  Index index;
  EXPECT_THAT(index.Apply(1, updates), IsOk());
  return index.Current()->snapshot;
}

inline Predicate Asking(const std::string& text,
                        const filter::Viewer& viewer = filter::Viewer::Public()) {
  filter::Filter filter;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &filter)) << text;
  return *Predicate::Compile(filter, viewer);
}

inline Page Found(const Snapshot& snapshot, const Predicate& predicate,
                  const SearchOptions& options) {
  auto page = snapshot.Search(predicate, options);
  EXPECT_THAT(page, IsOk());
  return page.ok() ? *std::move(page) : Page();
}

inline std::vector<std::string> NamesOf(const Page& page) {
  std::vector<std::string> names;
  for (const Hit& hit : page.hits) names.push_back(hit.facts.name());
  return names;
}

// All that is found, in order of name.
inline std::vector<std::string> Find(const Snapshot& snapshot, const Predicate& predicate) {
  const Page page = Found(snapshot, predicate, {.limit = kMaxPage});
  EXPECT_FALSE(page.more);
  std::vector<std::string> names = NamesOf(page);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace clusterwire::search
