#include "libs/template/template.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clusterwire::templates {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Source kSources[] = {
    {"page.html", R"(<p title="{{TITLE}}"><a href="{{LINK}}">{{TITLE}}</a></p>
{{#ITEM}}
<li>{{NAME}} of {{TITLE}}</li>
{{/ITEM}}
{{>BODY}})"},
    {"body.html", "<b>{{TITLE}}</b>"},
    {"plain.txt", "{{TITLE}}|{{#NOTE}}({{NOTE}}){{/NOTE}}"}};

class TemplateTest : public testing::Test {
 protected:
  std::string Render(const char* name) const { return set_.Render(name, values_); }

  const Set set_ = Set(kSources);
  Values values_;
};

TEST_F(TemplateTest, ASectionIsShownAsOftenAsItWasAddedAndSeesWhatStandsAroundIt) {
  values_.Set("TITLE", "list");
  values_.Add("ITEM").Set("NAME", "a");
  values_.Add("ITEM").Set("NAME", "b");
  EXPECT_THAT(Render("page.html"), HasSubstr("<li>a of list</li>\n<li>b of list</li>\n"));
}

TEST_F(TemplateTest, AnIncludedTemplateSeesItsOwnValues) {
  values_.Set("TITLE", "outside");
  values_.Include("BODY", "body.html").Set("TITLE", "inside");
  EXPECT_THAT(Render("page.html"), HasSubstr("<b>inside</b>"));
}

TEST_F(TemplateTest, ATextIsEscapedWhereItStands) {
  values_.Set("TITLE", "\"><script>alert('x')</script>&{{TITLE}}{{>BODY}}");
  values_.Set("LINK", "https://example.org");
  values_.Include("BODY", "body.html").Set("TITLE", "<i>{{#ITEM}}");
  const std::string page = Render("page.html");
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("\"\">")));
  EXPECT_THAT(page, HasSubstr("{{TITLE}}{{&gt;BODY}}")) << "a value is no template";
  EXPECT_THAT(page, HasSubstr("<b>&lt;i&gt;{{#ITEM}}</b>"));
}

TEST_F(TemplateTest, AnAddressThatRunsLeadsNowhere) {
  for (const char* link : {"javascript:alert(1)", "data:text/html,x", "\" onclick=\"x"}) {
    values_.Set("LINK", link);
    const std::string page = Render("page.html");
    EXPECT_THAT(page, Not(HasSubstr("href=\"javascript"))) << link;
    EXPECT_THAT(page, Not(HasSubstr("href=\"data:"))) << link;
    EXPECT_THAT(page, Not(HasSubstr(" onclick=\"x"))) << link;
  }
  values_.Set("LINK", "https://example.org/a?b=c&d=e");
  EXPECT_THAT(Render("page.html"), HasSubstr("href=\"https://example.org/a?b=c&amp;d=e\""));
}

TEST_F(TemplateTest, AnEmptyTextShowsNothingOfItsSection) {
  values_.SetIfAny("NOTE", "").Set("TITLE", "a<b");
  EXPECT_EQ(Render("plain.txt"), "a<b|");
  values_.SetIfAny("NOTE", "n");
  EXPECT_EQ(Render("plain.txt"), "a<b|(n)");
}

TEST_F(TemplateTest, ManyMayRenderAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      Values own;
      own.Set("TITLE", std::to_string(i));
      for (int n = 0; n < 200; ++n) {
        ASSERT_EQ(set_.Render("plain.txt", own), std::to_string(i) + "|");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(TemplateTest, ATemplateThatIsNotThereEndsTheProgram) {
  EXPECT_DEATH(Render("other.html"), "no template other.html");
  constexpr Source kBroken[] = {{"broken.html", "{{#OPEN}}"}};
  EXPECT_DEATH(Set{kBroken}, "broken.html can't be read");
}

}  // namespace
}  // namespace clusterwire::templates
