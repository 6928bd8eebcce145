#include "libs/http/server/conditional.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clusterwire::http {
namespace {

ServerReply Ask(const std::string& if_none_match, const std::string& body = "a page") {
  ServerRequest request{.method = "GET", .path = "/"};
  if (!if_none_match.empty()) request.headers["if-none-match"] = if_none_match;
  return Tagged(request, {.body = body});
}

std::string TagOf(const ServerReply& reply) { return reply.headers.at(0).second; }

TEST(ConditionalTest, WhoHasThePageGetsItNotAgain) {
  const ServerReply first = Ask("");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, "a page");
  for (const std::string& asked :
       {TagOf(first), "W/" + TagOf(first), "\"other\", " + TagOf(first), std::string("*")}) {
    const ServerReply again = Ask(asked);
    EXPECT_EQ(again.status, 304) << asked;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(TagOf(again), TagOf(first));
  }
}

TEST(ConditionalTest, AnotherBodyHasAnotherTag) {
  EXPECT_EQ(Ask(TagOf(Ask("")), "another page").status, 200);
  EXPECT_EQ(Ask("\"other\"").status, 200);
}

}  // namespace
}  // namespace clusterwire::http
