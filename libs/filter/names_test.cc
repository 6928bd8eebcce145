#include "libs/filter/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/filter/predicate.h"

namespace clusterwire::filter {
namespace {

using testing::HasSubstr;

Vocabulary Types() {
  Vocabulary words;
  for (const char* type :
       {"cluster", "label", "label_scheme", "membership", "programme", "standing", "taxonomy"}) {
    words.types[type] = {};
  }
  return words;
}

TEST(WrongName, IsNoneForWhatCanBeAResource) {
  for (const char* name : {"clusters/a", "clusters/a-1/labels/b", "labelSchemes/ecei",
                           "taxonomies/nuts", "programmes/p/memberships/m/standing"}) {
    EXPECT_EQ(WrongName(name, Types()), "") << name;
  }
}

TEST(WrongName, SaysWhichCollectionWasMeant) {
  EXPECT_THAT(WrongName("cluster/a", Types()), HasSubstr("did you mean 'clusters'?"));
  EXPECT_THAT(WrongName("Clusters/a", Types()), HasSubstr("did you mean 'clusters'?"));
  EXPECT_THAT(WrongName("labelschemes/a", Types()), HasSubstr("did you mean 'labelSchemes'?"));
  EXPECT_THAT(WrongName("clusters/a/label/b", Types()), HasSubstr("did you mean 'labels'?"));
  EXPECT_THAT(WrongName("subscribers/a", Types()), HasSubstr("there is no collection"));
}

TEST(WrongName, SaysWhatAnIdIs) {
  for (const char* name : {"clusters/Go-Cluster", "clusters/-", "clusters/a_b", "clusters/ü"}) {
    EXPECT_THAT(WrongName(name, Types()), HasSubstr("lower case letters")) << name;
  }
  for (const char* name : {"", "a", "clusters/", "clusters/a/labels"}) {
    EXPECT_THAT(WrongName(name, Types()), HasSubstr("write one as clusters/silicon-saxony"));
  }
}

TEST(WrongName, IsRefusedInAFilterAndInWhatItExcludes) {
  const Vocabulary words = Types();
  Filter filter;
  filter.add_names("clusters/a");
  filter.add_names("cluster/a");
  filter.add_programmes("programmes/Go");
  filter.add_none_of()->add_names("labels/A");
  const absl::Status status =
      Predicate::Compile(filter, Viewer::Public(), {.vocabulary = &words}).status();
  for (const char* path :
       {"filter.names[1]", "filter.programmes[0]", "filter.none_of[0].names[0]"}) {
    EXPECT_THAT(status, HasFieldError(path));
  }
  EXPECT_THAT(status, testing::Not(HasFieldError("filter.names[0]")));
  EXPECT_THAT(Predicate::Compile(filter, Viewer::Public()).status(), IsOk())
      << "one that is stored goes on";
}

}  // namespace
}  // namespace clusterwire::filter
