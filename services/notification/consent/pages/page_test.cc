#include "services/notification/consent/pages/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::notification {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

constexpr char kHostile[] = "<script>alert(1)</script>\" onload='x' &amp; \x01{{x}}";

TEST(PageTest, TextIsTextWhereverItStands) {
  Page page{
      .title = kHostile, .trouble = kHostile, .paragraphs = {kHostile}, .closing = {kHostile}};
  page.forms.push_back(
      {.heading = kHostile,
       .lines = {kHostile},
       .fields =
           {{.name = kHostile, .value = kHostile},
            {.kind = PageField::Kind::kEmail, .name = "a", .label = kHostile},
            {.kind = PageField::Kind::kRadio, .name = "b", .value = kHostile, .label = kHostile}},
       .button = kHostile,
       .described = kHostile});
  const std::string html = HtmlOf(page);
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("\" onload")));
  EXPECT_THAT(html, Not(HasSubstr("' &amp;")));
  EXPECT_THAT(html, Not(HasSubstr("\x01")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&#39;x&#39;"));
}

TEST(PageTest, AnAnswerIsKeptNowhereAndRunsNothing) {
  const http::ServerReply reply =
      ReplyOf(200, {.language = text::Language::kGerman, .title = "Titel"});
  EXPECT_THAT(reply.headers, Contains(Pair("Cache-Control", "no-store")));
  EXPECT_THAT(reply.headers, Contains(Pair("Referrer-Policy", "no-referrer")));
  EXPECT_THAT(reply.headers, Contains(Pair("X-Frame-Options", "DENY")));
  EXPECT_THAT(reply.headers, Contains(Pair("Content-Language", "de")));
  EXPECT_THAT(reply.headers,
              Contains(Pair("Content-Security-Policy", HasSubstr("default-src 'none'"))));
  EXPECT_THAT(reply.body, HasSubstr("<html lang=\"de\">"));
  EXPECT_THAT(reply.body, HasSubstr("width=device-width"));
}

}  // namespace
}  // namespace clusterwire::notification
