#include "libs/http/server/form.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(FormTest, FieldsAreDecodedAndRepeatedOnesKeepTheirOrder) {
  const Form form = ParseForm("address=a%2Bb%40example.org&offer=labels&offer=events&empty=&x+y=1");
  EXPECT_THAT(form,
              ElementsAre(Pair("address", "a+b@example.org"), Pair("empty", ""),
                          Pair("offer", "labels"), Pair("offer", "events"), Pair("x y", "1")));
  EXPECT_EQ(ValueOf(form, "offer"), "labels");
  EXPECT_EQ(ValueOf(form, "other"), "");
}

TEST(FormTest, WhatIsEncodedIsReadAsItWas) {
  const std::string text = "a b&c=d+%ü~'\"<\n";
  EXPECT_EQ(ValueOf(ParseForm("q=" + EncodeForm(text)), "q"), text);
  EXPECT_EQ(EncodeForm("programmes/go-cluster"), "programmes%2Fgo-cluster");
}

TEST(FormTest, WhatIsNoEscapeStaysAndWhatIsNoTextIsLeftOut) {
  EXPECT_THAT(ParseForm("a=100%&b=%4&c=%zz"),
              ElementsAre(Pair("a", "100%"), Pair("b", "%4"), Pair("c", "%zz")));
  EXPECT_THAT(ParseForm("a=%ff&%c3=1&=2&&b=1"), ElementsAre(Pair("b", "1")));
  EXPECT_THAT(ParseForm(""), IsEmpty());
}

TEST(FormTest, ManyFieldsAreCut) {
  std::string body;
  for (int i = 0; i < 1000; ++i) body += "a=1&";
  EXPECT_EQ(ParseForm(body).size(), kMaxFormFields);
}

}  // namespace
}  // namespace clusterwire::http
