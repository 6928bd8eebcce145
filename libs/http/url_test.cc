#include "libs/http/url.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::http {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string WhatIsWrongWith(std::string_view text) {
  const auto url = Url::Parse(text);
  EXPECT_THAT(url, ReasonIs("INVALID_URL")) << text;
  return std::string(url.status().message());
}

TEST(UrlTest, ASchemeIsRightInAnyCaseOfLetters) {
  for (const char* text :
       {"https://example.org", "HTTPS://EXAMPLE.ORG:8443/x", "hTTp://example.org/?q=1"}) {
    EXPECT_THAT(Url::Parse(text), IsOk()) << text;
  }
  EXPECT_EQ(Url::Parse("HTTPS://example.org")->scheme, "https");
  for (const char* text : {"ftp://example.org", "gopher://example.org", "ws://example.org"}) {
    EXPECT_THAT(WhatIsWrongWith(text), HasSubstr("use https")) << text;
  }
  EXPECT_THAT(WhatIsWrongWith("javascript:alert(1)"), HasSubstr("has no host"));
}

TEST(UrlTest, AnAddressNeedsAHostBehindExactlyTwoSlashes) {
  for (const char* text :
       {"", "example.org", "//example.org", "http:///x", "http:////x", "https://",
        "https:example.org", "https:/example.org", "https://?x", "https://#f"}) {
    EXPECT_THAT(WhatIsWrongWith(text), HasSubstr("has no host")) << text;
  }
}

TEST(UrlTest, APortIsFromOneTo65535) {
  EXPECT_THAT(Url::Parse("https://example.org:65535/"), IsOk());
  for (const char* port :
       {"0", "00", "65536", "99999", "-1", "+80", "80x", "18446744073709551617"}) {
    EXPECT_THAT(WhatIsWrongWith("https://example.org:" + std::string(port) + "/"),
                HasSubstr("from 1 to 65535"))
        << port;
  }
}

TEST(UrlTest, AUserNameIsWrongAndNeitherItNorThePasswordIsQuoted) {
  for (const char* text : {"https://user@example.org", "https://user:hunter2@example.org/",
                           "https://@example.org", "https://:hunter2@example.org"}) {
    EXPECT_THAT(WhatIsWrongWith(text),
                AllOf(HasSubstr("user name or password"), Not(HasSubstr("hunter2"))))
        << text;
  }
  for (const char* text : {"https://example.org/a@b", "https://example.org?x=@"}) {
    EXPECT_THAT(Url::Parse(text), IsOk()) << text;
  }
}

TEST(UrlTest, AHostWithUmlautsGetsItsAsciiForm) {
  EXPECT_THAT(WhatIsWrongWith("https://bücher.example/x"), HasSubstr("xn--bcher-kva.example"));
  EXPECT_THAT(WhatIsWrongWith("https://B\u00dcCHER.example"), HasSubstr("xn--bcher-kva.example"));
  EXPECT_THAT(WhatIsWrongWith("https://bu\u0308cher.example"), HasSubstr("xn--bcher-kva.example"));
  EXPECT_THAT(WhatIsWrongWith("https://b%C3%BCcher.example"), HasSubstr("xn--bcher-kva.example"));
  EXPECT_THAT(WhatIsWrongWith("https://straße.example:8443/ä"), HasSubstr("xn--strae-oqa.example"));
  EXPECT_THAT(WhatIsWrongWith("https://☃\u200d.example"), HasSubstr("no name"));
  EXPECT_THAT(Url::Parse("https://xn--bcher-kva.example/"), IsOk());
}

TEST(UrlTest, APathWithUmlautsIsToBePercentEncoded) {
  EXPECT_THAT(WhatIsWrongWith("https://example.org/bücher"), HasSubstr("percent-encode"));
  EXPECT_THAT(Url::Parse("https://example.org/b%C3%BCcher"), IsOk());
}

TEST(UrlTest, WhatCouldEndAnAddressInAPageOrATextIsRefused) {
  for (const char* text :
       {"https://example.org/a b", "https://example.org/\t", "https://example.org/\r\nX: y",
        "https://example.org/\"onload=", "https://example.org/<b>", "https://example.org/`",
        "https://example.org\\@10.0.0.1/", "https://exa mple.org"}) {
    EXPECT_THAT(WhatIsWrongWith(text), HasSubstr("percent-encode")) << text;
  }
}

TEST(UrlTest, AHostIsANameOrAnAddress) {
  for (const char* text : {"https://example.org.", "https://a_b.example.org", "https://localhost",
                           "https://8.8.8.8", "https://[2606:4700::1111]:444/"}) {
    EXPECT_THAT(Url::Parse(text), IsOk()) << text;
  }
  EXPECT_EQ(Url::Parse("https://[2606:4700::1111]:444/")->host, "2606:4700::1111");
  for (const std::string& text :
       {std::string("https://."), std::string("https://a..b/"), std::string("https://a|b/"),
        std::string("https://-a.example/"), "https://" + std::string(64, 'a') + ".example",
        std::string("https://[::1")}) {
    WhatIsWrongWith(text);
  }
}

TEST(UrlTest, IsAtMostTwoThousandCharacters) {
  const std::string start = "https://example.org/";
  EXPECT_THAT(Url::Parse(start + std::string(kMaxUrl - start.size(), 'x')), IsOk());
  EXPECT_THAT(WhatIsWrongWith(start + std::string(kMaxUrl, 'x')), HasSubstr("2000"));
}

}  // namespace
}  // namespace clusterwire::http
