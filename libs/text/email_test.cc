#include "libs/text/email.h"

#include <string>

#include <gtest/gtest.h>

#include "clusterwire/type/v1/text.pb.h"

#include "libs/base/status/error.h"
#include "libs/text/form.h"

namespace clusterwire::text {
namespace {

std::string FormOf(std::string_view text) {
  FieldErrors errors;
  std::string address = InForm(text, type::v1::FORM_EMAIL, "address", errors);
  return errors.empty() ? address : "";
}

TEST(EmailForm, OneMailboxHasOneAddress) {
  EXPECT_EQ(FormOf("anna@example.org"), "anna@example.org");
  EXPECT_EQ(FormOf(" Anna.Muster+news@Example.ORG "), "Anna.Muster+news@example.org");
  EXPECT_EQ(FormOf("info@B\u00fccher.example"), "info@xn--bcher-kva.example");
  EXPECT_EQ(FormOf("info@xn--bcher-kva.example"), "info@xn--bcher-kva.example");
  EXPECT_EQ(FormOf("info@stra\u00dfe.example"), "info@xn--strae-oqa.example");
  EXPECT_EQ(FormOf("j\u00fcrgen@example.org"), FormOf("ju\u0308rgen@example.org"));
}

TEST(EmailForm, WhatIsNoMailboxIsRefused) {
  using namespace std::string_literals;
  const std::string long_local = std::string(65, 'a') + "@example.org";
  std::string long_domain = "anna@";
  for (int i = 0; i < 5; ++i) long_domain += std::string(50, 'b') + ".";
  long_domain += "org";
  for (const std::string& text : {"anna"s,
                                  "@example.org"s,
                                  "anna@"s,
                                  "anna@localhost"s,
                                  "anna@127.0.0.1"s,
                                  "anna@[127.0.0.1]"s,
                                  "a b@example.org"s,
                                  "\"a b\"@example.org"s,
                                  "anna@@example.org"s,
                                  ".anna@example.org"s,
                                  "an..na@example.org"s,
                                  "anna.@example.org"s,
                                  "anna@example..org"s,
                                  "anna@-example.org"s,
                                  "anna@exa_mple.org"s,
                                  "anna@example.org."s,
                                  "anna@example.org, bob@example.org"s,
                                  "anna@example.org\r\nBcc: bob@example.org"s,
                                  "anna\n@example.org"s,
                                  "anna@exam\nple.org"s,
                                  "<anna@example.org>"s,
                                  "Anna <anna@example.org>"s,
                                  "anna\u202e@example.org"s,
                                  "a\0b@example.org"s,
                                  long_local,
                                  long_domain}) {
    FieldErrors errors;
    EXPECT_EQ(InForm(text, type::v1::FORM_EMAIL, "address", errors), " ") << text;
    EXPECT_FALSE(errors.empty()) << text;
  }
}

TEST(EmailForm, WhatIsRefusedIsNotQuoted) {
  EXPECT_EQ(EmailForm("secret..name@example.net").status().message().find("secret"),
            absl::string_view::npos);
  EXPECT_EQ(EmailForm("anna@secret").status().message().find("secret"), absl::string_view::npos);
}

TEST(EmailForm, NothingStaysNothing) { EXPECT_EQ(FormOf(""), ""); }

}  // namespace
}  // namespace clusterwire::text
