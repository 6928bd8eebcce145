#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/testing/echo.pb.h"
#include "libs/rpc/token/token.h"

namespace clusterwire::rpc {
namespace {

using ::clusterwire::rpc::testing::EchoRequest;
using ::testing::HasSubstr;

class PageTokenTest : public ::testing::Test {
 protected:
  absl::StatusOr<Page> Read(const EchoRequest& request) {
    return ReadPage(sealer_, request, {.default_size = 50, .max_size = 200});
  }
  int SizeFor(int page_size) {
    EchoRequest request;
    request.set_page_size(page_size);
    const auto page = Read(request);
    return page.ok() ? page->size : -1;
  }

  static PagePosition Behind(const char* name) {
    PagePosition position;
    position.set_name(name);
    return position;
  }

  const TokenSealer sealer_{"0123456789abcdef"};
};

TEST_F(PageTokenTest, SizesAreDefaultedAndCut) {
  EXPECT_EQ(SizeFor(0), 50);
  EXPECT_EQ(SizeFor(7), 7);
  EXPECT_EQ(SizeFor(200), 200);
  EXPECT_EQ(SizeFor(1'000'000), 200);
}

TEST_F(PageTokenTest, ANegativeSizeIsAnErrorOfItsField) {
  EchoRequest request;
  request.set_page_size(-1);
  EXPECT_THAT(Read(request), HasFieldError("page_size"));
  request.set_page_token("no token");
  EXPECT_THAT(Read(request),
              ::testing::AllOf(HasFieldError("page_size"), HasFieldError("page_token")));
}

TEST_F(PageTokenTest, ATokenContinuesTheSameQueryWithAnotherSize) {
  EchoRequest request;
  request.set_text("health");
  for (int i = 0; i < 20; ++i) (*request.mutable_labels())[absl::StrCat("k", i)] = "v";
  const std::string token = NextPageToken(sealer_, request, Behind("clusters/m"));

  EchoRequest next;
  for (int i = 19; i >= 0; --i) (*next.mutable_labels())[absl::StrCat("k", i)] = "v";
  next.set_text("health");
  next.set_page_token(token);
  next.set_page_size(3);
  const auto page = Read(next);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->after.name(), "clusters/m");
  EXPECT_EQ(page->size, 3);
}

TEST_F(PageTokenTest, ATokenOfAnotherQueryIsRefused) {
  EchoRequest request;
  request.set_text("health");
  const std::string token = NextPageToken(sealer_, request, Behind("clusters/m"));
  request.set_text("mobility");
  request.set_page_token(token);
  EXPECT_THAT(Read(request), ReasonIs("PAGE_TOKEN_MISMATCH"));
  EXPECT_THAT(Read(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("belongs to another query")));
}

TEST_F(PageTokenTest, WhatIsNoTokenIsRefused) {
  EchoRequest request;
  for (const std::string& token :
       {std::string("2"), std::string("clusters/m"), sealer_.Seal("watch", std::string(40, 'x'))}) {
    request.set_page_token(token);
    EXPECT_THAT(Read(request), ReasonIs("PAGE_TOKEN_INVALID"));
  }
}

}  // namespace
}  // namespace clusterwire::rpc
