#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/text_format.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/filter/predicate.h"

// Runs the cases of testdata/, whose README says how they are written.
namespace clusterwire::filter {
namespace {

using testing::UnorderedElementsAreArray;

struct Case {
  int line = 0;
  std::string title;
  std::string filter;
  Viewer viewer = Viewer::Public();
  std::vector<std::string> names;
  bool refused = false;
};

struct Story {
  std::vector<Facts> facts;
  std::vector<Case> cases;
};

Viewer ViewerNamed(const std::string& name) {
  if (name == "public") return Viewer::Public();
  if (name == "operator") return Viewer::Operator();
  return Viewer::As(name);
}

// Reads a story line by line; an indented line goes on with the last keyword.
class StoryReader {
 public:
  Story Read(const std::filesystem::path& path) {
    std::ifstream file(path);
    int number = 0;
    for (std::string line; std::getline(file, line);) Take(line, ++number);
    for (const std::string& text : facts_texts_) {
      Facts facts;
      EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &facts)) << text;
      story_.facts.push_back(facts);
    }
    return std::move(story_);
  }

 private:
  void Take(const std::string& line, int number) {
    if (line.empty() || line[0] == '#') return;
    if (line[0] == ' ') {
      if (keyword_ == "facts") absl::StrAppend(&facts_texts_.back(), line, "\n");
      if (keyword_ == "filter") absl::StrAppend(&story_.cases.back().filter, line, "\n");
      if (keyword_ == "expect" || keyword_ == "refused") AddNames(line);
      return;
    }
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    keyword_ = parts[0];
    const std::string rest = parts.size() > 1 ? parts[1] : "";
    if (keyword_ == "facts") {
      facts_texts_.emplace_back();
    } else if (keyword_ == "filter") {
      story_.cases.emplace_back();
      story_.cases.back().line = number;
      story_.cases.back().title = rest;
    } else if (keyword_ == "viewer") {
      story_.cases.back().viewer = ViewerNamed(rest);
    } else if (keyword_ == "expect" || keyword_ == "refused") {
      story_.cases.back().refused = keyword_ == "refused";
      AddNames(rest);
    } else {
      ADD_FAILURE() << "line " << number << ": '" << keyword_ << "' is no keyword";
    }
  }

  void AddNames(const std::string& line) {
    for (const absl::string_view name : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
      story_.cases.back().names.emplace_back(name);
    }
  }

  Story story_;
  std::string keyword_;
  std::vector<std::string> facts_texts_;
};

class CaseTest : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(CaseTest, FindsWhatTheCaseSays) {
  const Story story = StoryReader().Read(GetParam());
  ASSERT_FALSE(story.facts.empty());
  ASSERT_FALSE(story.cases.empty());
  for (const Case& example : story.cases) {
    SCOPED_TRACE(absl::StrCat("line ", example.line, ": ", example.title));
    Filter filter;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(example.filter, &filter));
    const auto predicate = Predicate::Compile(filter, example.viewer);
    std::vector<std::string> names;
    if (example.refused) {
      EXPECT_THAT(predicate, StatusIs(absl::StatusCode::kInvalidArgument));
      const google::rpc::BadRequest errors = BadRequestOf(predicate.status());
      for (const auto& violation : errors.field_violations()) names.push_back(violation.field());
    } else {
      ASSERT_THAT(predicate, IsOk());
      for (const Facts& facts : story.facts) {
        if (predicate->Matches(facts)) names.push_back(facts.name());
      }
    }
    EXPECT_THAT(names, UnorderedElementsAreArray(example.names));
  }
}

std::vector<std::filesystem::path> Stories() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(CLUSTERWIRE_FILTER_TESTDATA)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  return paths;
}

INSTANTIATE_TEST_SUITE_P(Stories, CaseTest, testing::ValuesIn(Stories()),
                         [](const auto& param) { return param.param.stem().string(); });

}  // namespace
}  // namespace clusterwire::filter
