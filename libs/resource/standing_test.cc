#include "libs/resource/standing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::resource {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(WithoutStanding, WhatWasWrongBeforeIsToldAndWhatIsNewIsRefused) {
  FieldErrors before;
  before.Add("cluster.regions[1]", "'nuts:DED9' is not in the list");
  FieldErrors now = before;
  now.Add("cluster.title", "is required");
  Notes notes;
  const absl::Status status = WithoutStanding(now, before, &notes).ToStatus();
  EXPECT_THAT(status, HasFieldError("cluster.title"));
  EXPECT_EQ(BadRequestOf(status).field_violations_size(), 1);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("'nuts:DED9' is not in the list")));
}

TEST(WithoutStanding, ANeighbourInAListMayGo) {
  FieldErrors before;
  before.Add("cluster.regions[1]", "'nuts:DED9' is not in the list");
  FieldErrors now;
  now.Add("cluster.regions[0]", "'nuts:DED9' is not in the list");
  EXPECT_THAT(WithoutStanding(now, before, nullptr).ToStatus(), IsOk());
}

TEST(WithoutStanding, TheSameFaultOnceMoreIsNew) {
  FieldErrors before;
  before.Add("event.programmes[0]", "is empty");
  FieldErrors now = before;
  now.Add("event.programmes[1]", "is empty");
  EXPECT_THAT(WithoutStanding(now, before, nullptr).ToStatus(),
              HasFieldError("event.programmes[1]"));
}

TEST(WithoutStanding, AnotherValueThatIsWrongIsNew) {
  FieldErrors before;
  before.Add("cluster.country", "'XX' is no country");
  FieldErrors now;
  now.Add("cluster.country", "'YY' is no country");
  EXPECT_THAT(WithoutStanding(now, before, nullptr).ToStatus(), HasFieldError("cluster.country"));
}

}  // namespace
}  // namespace clusterwire::resource
