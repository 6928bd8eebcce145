#include "libs/rpc/call/late.h"

#include <string>

#include <gtest/gtest.h>

namespace clusterwire::rpc {
namespace {

TEST(LateTest, IsWhatItIsSetTo) {
  Late<std::string> late;
  EXPECT_FALSE(late.is_set());
  std::string value = "there";
  late.Set(value);
  EXPECT_TRUE(late.is_set());
  EXPECT_EQ(&*late, &value);
  EXPECT_EQ(late->size(), 5u);
}

TEST(LateTest, WhatIsMadeOfAnotherIsThereWithIt) {
  struct Rules {
    explicit Rules(std::string& made_of) : of(made_of) {}
    std::string& of;
  };
  Late<std::string> late;
  const Late<Rules> rules(late);
  EXPECT_FALSE(rules.is_set());
  std::string value;
  late.Set(value);
  EXPECT_EQ(&rules->of, &value);
  const Late<Rules> later(late);
  EXPECT_EQ(&later->of, &value);
}

TEST(LateTest, AViewIsOfTheBaseOfWhatIsSetLater) {
  struct Shape {
    virtual ~Shape() = default;
    virtual int corners() const = 0;
  };
  struct Square final : Shape {
    int corners() const override { return 4; }
  };
  Late<Square> late;
  const LateView<const Shape> view = late;
  Square square;
  late.Set(square);
  EXPECT_EQ(view->corners(), 4);
}

}  // namespace
}  // namespace clusterwire::rpc
