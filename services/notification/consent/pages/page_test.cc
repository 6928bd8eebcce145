#include "services/notification/consent/pages/page.h"

#include "absl/strings/escaping.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/crypto.h"

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
  const std::string html = ReplyOf(200, page).body;
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("\" onload")));
  EXPECT_THAT(html, Not(HasSubstr("' &amp;")));
  EXPECT_THAT(html, Not(HasSubstr("\x01")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&#39;x&#39;"));
}

TEST(PageTest, FieldsStandInTheirOrderAndInTheirGroups) {
  using enum PageField::Kind;
  Page page{.title = "t"};
  page.forms.push_back(
      {.fields = {{.kind = kHidden, .name = "token", .value = "a+b/c=="},
                  {.kind = kGroup, .label = "Language"},
                  {.kind = kRadio, .name = "language", .value = "de", .checked = true},
                  {.kind = kGroup, .label = "What"},
                  {.kind = kCheckbox, .name = "offer", .value = "1", .label = "Silver & Gold"}},
       .button = "Go",
       .loud = true});
  const std::string html = ReplyOf(200, page).body;
  size_t at = 0;
  for (const char* part :
       {"<form method=\"post\"", "<input type=\"hidden\" name=\"token\" value=\"a+b/c==\">",
        "<fieldset>", "<legend>Language</legend>", "value=\"de\" checked>", "</fieldset>",
        "<legend>What</legend>", "type=\"checkbox\" name=\"offer\" value=\"1\">",
        "Silver &amp; Gold</span>", "</fieldset>", "<button type=\"submit\" class=\"loud\">Go<",
        "</form>"}) {
    at = html.find(part, at);
    ASSERT_NE(at, std::string::npos) << part << " in " << html;
  }
  EXPECT_THAT(html, Not(HasSubstr("footer>")));
}

TEST(PageTest, TheStyleIsTheOneThatThePolicyLetsIn) {
  const http::ServerReply reply = ReplyOf(200, {.title = "t"});
  const size_t begin = reply.body.find("<style>") + 7;
  const std::string style = reply.body.substr(begin, reply.body.find("</style>") - begin);
  EXPECT_THAT(style, HasSubstr("button.loud{"));
  EXPECT_THAT(reply.headers,
              Contains(Pair("Content-Security-Policy",
                            HasSubstr("'sha256-" + absl::Base64Escape(Sha256(style)) + "'"))));
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
