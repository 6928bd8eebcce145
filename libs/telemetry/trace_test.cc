#include "libs/telemetry/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"

namespace clusterwire::telemetry {
namespace {

constexpr char kExample[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(TraceTest, WhatIsParsedIsFormattedTheSame) {
  const auto context = TraceContext::Parse(kExample);
  ASSERT_TRUE(context.has_value());
  EXPECT_EQ(context->trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(context->span_id, "b7ad6b7169203331");
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(context->ToTraceparent(), kExample);
}

TEST(TraceTest, SampledIsTheLowestBitOfTheFlags) {
  const std::string stem = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-";
  EXPECT_FALSE(TraceContext::Parse(stem + "00")->sampled);
  EXPECT_FALSE(TraceContext::Parse(stem + "fe")->sampled);
  EXPECT_TRUE(TraceContext::Parse(stem + "0b")->sampled);
}

TEST(TraceTest, ALaterVersionIsReadAsFarAsWeKnow) {
  const auto context = TraceContext::Parse(
      "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-brings");
  ASSERT_TRUE(context.has_value());
  EXPECT_EQ(context->ToTraceparent(), kExample);
}

TEST(TraceTest, WhatTheSpecificationCallsInvalidIsRefused) {
  for (const char* text : {"", "00", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                           "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
                           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                           "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more",
                           "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}) {
    EXPECT_FALSE(TraceContext::Parse(text).has_value()) << text;
  }
}

TEST(TraceTest, AChildKeepsTheTraceAndGetsASpanOfItsOwn) {
  SeededRandom random(1);
  const TraceContext parent = TraceContext().Child(random);
  const TraceContext child = parent.Child(random);
  EXPECT_EQ(child.trace_id, parent.trace_id);
  EXPECT_NE(child.span_id, parent.span_id);
  EXPECT_TRUE(TraceContext::Parse(child.ToTraceparent()).has_value());
  EXPECT_FALSE(TraceContext().Child(random).empty());
}

TEST(TraceTest, ScopesNestAndEnd) {
  EXPECT_TRUE(CurrentTrace().empty());
  SeededRandom random(1);
  const TraceContext outer = TraceContext().Child(random);
  {
    const TraceScope outer_scope(outer);
    {
      const TraceScope inner_scope(TraceContext().Child(random));
      EXPECT_NE(CurrentTrace().trace_id, outer.trace_id);
    }
    EXPECT_EQ(CurrentTrace().trace_id, outer.trace_id);
  }
  EXPECT_TRUE(CurrentTrace().empty());
}

}  // namespace
}  // namespace clusterwire::telemetry
