#include "services/notification/consent/pages/pages.h"

#include <gmock/gmock.h>

#include "services/notification/consent/testing/consent_fixture.h"
#include "services/notification/ledger/addresses/suppressions.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class PagesTest : public ConsentFixture {
 protected:
  http::ServerReply Send(http::ServerRequest request) {
    for (const http::Route& route : pages_.Routes()) {
      const bool fits = route.path.ends_with('/') ? request.path.starts_with(route.path)
                                                  : request.path == route.path;
      if (fits && route.method == request.method) return route.handler(request);
    }
    ADD_FAILURE() << request.path;
    return {};
  }
  http::ServerReply Get(const std::string& path, const std::string& language = "en") {
    return Send({.method = "GET",
                 .path = path,
                 .headers = {{"accept-language", language}},
                 .remote = "203.0.113.5"});
  }
  http::ServerReply Post(const std::string& path, const std::string& body,
                         const std::string& remote = "203.0.113.5") {
    return Send({.method = "POST", .path = path, .body = body, .remote = remote});
  }
  static std::string PathOf(const std::string& link) {
    return link.substr(std::string("https://notices.example.org").size());
  }
  // The value of the hidden field `name`.
  static std::string Hidden(const http::ServerReply& reply, const std::string& name) {
    const std::string mark = "name=\"" + name + "\" value=\"";
    const size_t at = reply.body.find(mark);
    if (at == std::string::npos) return "";
    const size_t begin = at + mark.size();
    return reply.body.substr(begin, reply.body.find('"', begin) - begin);
  }
  std::string Form(const std::string& address, const std::string& rest = "&offer=labels") {
    return "token=" + Hidden(Get("/signup"), "token") + "&address=" + address + rest;
  }
  int Asked() {
    const auto counted = ledger_->Read([](sql::Connection& connection) {
      return connection.Query("SELECT COUNT(*) FROM consent_ask");
    });
    EXPECT_THAT(counted, IsOk());
    return static_cast<int>(counted->rows[0].Int(0));
  }

  Pages pages_{consents_, links_, {"Cluster Office <Berlin>"}, store_.clock};
};
INSTANTIATE_TEST_SUITE_P(Both, PagesTest, sql::kBothDatabases, sql::DialectName);

TEST_P(PagesTest, AScannerThatGetsEveryLinkChangesNothing) {
  const v1::Endpoint endpoint = AddMailbox("me");
  const std::string confirm = PathOf(links_.Confirm(MakeMails()));
  EXPECT_EQ(Get(confirm).status, 200);
  EXPECT_FALSE(GetEndpoint(endpoint.name()).email().has_verify_time());
  const http::ServerReply page = Get(confirm);
  EXPECT_EQ(Post(confirm, "ask=" + Hidden(page, "ask") + "&shown=" + Hidden(page, "shown")).status,
            200);
  EXPECT_TRUE(GetEndpoint(endpoint.name()).email().has_verify_time());
  const v1::Subscription own = Subscribe(AsOwner(), "own", endpoint);
  const std::string unsubscribe = PathOf(links_.Unsubscribe(own, endpoint));
  const std::string preferences = PathOf(links_.Preferences(endpoint, store_.clock.Now()));
  for (const std::string& path : {unsubscribe, preferences}) {
    EXPECT_EQ(Get(path).status, 200);
    EXPECT_EQ(ConsentOf(own.name()).state(), v1::Consent::STATE_GIVEN) << path;
  }
}

TEST_P(PagesTest, OneClickUnsubscribesAndAReplayAnswersTheSame) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  const v1::Subscription own = Subscribe(AsOwner(), "own", endpoint);
  const v1::Subscription other = Subscribe(AsOwner(), "other", endpoint);
  const std::string path = PathOf(links_.Unsubscribe(own, endpoint));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Post(path, "List-Unsubscribe=One-Click").status, 200);
    EXPECT_EQ(ConsentOf(own.name()).state(), v1::Consent::STATE_WITHDRAWN);
  }
  EXPECT_EQ(ConsentOf(other.name()).state(), v1::Consent::STATE_GIVEN);
}

TEST_P(PagesTest, ThePageOffersAll) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  const v1::Subscription own = Subscribe(AsOwner(), "own", endpoint);
  const v1::Subscription other = Subscribe(AsOwner(), "other", endpoint);
  EXPECT_EQ(Post(PathOf(links_.Unsubscribe(own, endpoint)), "all=1").status, 200);
  EXPECT_EQ(ConsentOf(own.name()).state(), v1::Consent::STATE_WITHDRAWN);
  EXPECT_EQ(ConsentOf(other.name()).state(), v1::Consent::STATE_WITHDRAWN);
}

TEST_P(PagesTest, WhatNoTokenOfOursOpensIsNotThere) {
  const v1::Endpoint endpoint = AddMailbox("me");
  const std::string confirm = links_.Confirm(MakeMails());
  const std::string token = confirm.substr(confirm.rfind('/') + 1);
  for (const std::string& path :
       {std::string("/confirm/"), std::string("/confirm/x"), "/unsubscribe/" + token,
        "/preferences/" + token, "/confirm/" + token + "x", std::string("/other")}) {
    const http::ServerReply reply = Get(path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_THAT(reply.body, HasSubstr("Nothing here"));
    EXPECT_THAT(reply.body, HasSubstr("Hier ist nichts"));
    if (path != "/other") EXPECT_EQ(Post(path, "").body, reply.body) << path;
  }
}

TEST_P(PagesTest, PagesComeInTheReadersLanguage) {
  EXPECT_THAT(Get("/signup", "de-AT,en;q=0.5").body, HasSubstr("Nachrichten abonnieren"));
  EXPECT_THAT(Get("/signup", "fr,en;q=0.5,de;q=0.4").body, HasSubstr("Subscribe to notices"));
}

TEST_P(PagesTest, WhoDidNotAskForItCanForbidAllMails) {
  const v1::Endpoint endpoint = AddMailbox("me");
  const std::string confirm = PathOf(links_.Confirm(MakeMails()));
  EXPECT_THAT(Post(confirm, "never=1").body, HasSubstr("Nothing more is sent"));
  EXPECT_FALSE(GetEndpoint(endpoint.name()).email().has_verify_time());
  const auto suppression = ledger_->Read(
      [&](sql::Connection& connection) { return Suppressions(connection).Find(key_.Of(kAnna)); });
  ASSERT_THAT(suppression, IsOk());
  EXPECT_TRUE(suppression->has_value());
  EXPECT_THAT(Get(confirm).body, HasSubstr("Nothing to confirm"));
}

TEST_P(PagesTest, PagesNameWhoAnswersForThem) {
  EXPECT_THAT(Get("/signup").body, HasSubstr("Cluster Office &lt;Berlin&gt;"));
}

TEST_P(PagesTest, SigningUpAnswersAlikeForAllAddresses) {
  AddMailbox("me");
  ConfirmAll(MakeMails());
  const std::string known = Post("/signup", Form("anna%40example.org")).body;
  const std::string unknown = Post("/signup", Form("new%40example.org")).body;
  EXPECT_EQ(known, unknown);
  EXPECT_THAT(known, HasSubstr("mailbox"));
}

TEST_P(PagesTest, AWrongFormKeepsWhatWasEnteredAndAsksNothing) {
  http::ServerReply reply = Post("/signup", Form("no+address"));
  EXPECT_EQ(reply.status, 422);
  EXPECT_THAT(reply.body, HasSubstr("value=\"no address\""));
  EXPECT_THAT(reply.body, HasSubstr("value=\"labels\" checked"));
  EXPECT_EQ(Post("/signup", Form("a%40example.org", "")).status, 422);
  EXPECT_EQ(Post("/signup", Form("a%40example.org", "&offer=unknown")).status, 422);
  EXPECT_EQ(Post("/signup", Form("a%40example.org%0d%0aBcc%3a+x%40y.example")).status, 422);
  EXPECT_EQ(Post("/signup", Form("%3Cscript%3E%40example.org")).status, 422);
  EXPECT_EQ(Post("/signup", "").status, 422);
  EXPECT_EQ(Asked(), 0);
}

TEST_P(PagesTest, APageOfTheCatalogueLeadsToASubscriptionToWhatItIsAbout) {
  const auto page = [this](const std::string& about) {
    return Send({.method = "GET",
                 .path = "/signup",
                 .query = {{"about", about}},
                 .remote = "203.0.113.5"})
        .body;
  };
  EXPECT_THAT(page("clusters/silicon-saxony"),
              testing::AllOf(HasSubstr("value=\"about:clusters/silicon-saxony\" checked"),
                             HasSubstr("All about: silicon saxony")));
  for (const char* about :
       {"clusters/x/labels/y", "subscribers/x", "clusters/X<b>", "clusters/", ""}) {
    EXPECT_THAT(page(about), testing::Not(HasSubstr("about:"))) << about;
  }
  const std::string form = Form("a%40example.org", "&offer=about%3Aclusters%2Fsilicon-saxony");
  EXPECT_EQ(Post("/signup", form).status, 200);
  EXPECT_EQ(Asked(), 1);
}

TEST_P(PagesTest, AFormThatAnotherSiteSendsForItsVisitorIsNotTaken) {
  const std::string form = Form("a%40example.org");
  EXPECT_EQ(Post("/signup", form, "198.51.100.7").status, 422) << "it was given to another network";
  EXPECT_EQ(Post("/signup", "address=a%40example.org&offer=labels").status, 422);
  EXPECT_EQ(Asked(), 0);
  EXPECT_EQ(Post("/signup", form, "203.0.113.99").status, 200) << "its own neighbour";
  EXPECT_EQ(Asked(), 1);
}

TEST_P(PagesTest, ANetworkMaySignUpTenTimesAnHour) {
  for (int i = 0; i < NetworkLimits::kAnHour; ++i) {
    EXPECT_EQ(Post("/signup", Form(absl::StrCat("a", i, "%40example.org"))).status, 200);
  }
  EXPECT_EQ(Post("/signup", Form("one-more%40example.org")).status, 429);
  EXPECT_EQ(Asked(), NetworkLimits::kAnHour);
}

TEST_P(PagesTest, ThePreferencesEndOneOrAllAndSetTheLanguage) {
  const v1::Endpoint endpoint = AddMailbox("me");
  ConfirmAll(MakeMails());
  const v1::Subscription a = Subscribe(AsOwner(), "a", endpoint);
  const v1::Subscription b = Subscribe(AsOwner(), "b", endpoint);
  const std::string path = PathOf(links_.Preferences(endpoint, store_.clock.Now()));
  EXPECT_THAT(Get(path).body, testing::AllOf(HasSubstr("News of a"), HasSubstr("News of b")));
  EXPECT_EQ(Post(path, "subscription=subscribers%2Fx%2Fsubscriptions%2Fa").status, 200);
  EXPECT_EQ(ConsentOf(a.name()).state(), v1::Consent::STATE_WITHDRAWN);
  EXPECT_EQ(ConsentOf(b.name()).state(), v1::Consent::STATE_GIVEN);
  EXPECT_THAT(Post(path, "language=de").body, HasSubstr("Ihre Abonnements"));
  EXPECT_THAT(Get(path, "en").body, HasSubstr("Ihre Abonnements")) << "the chosen one counts";
  EXPECT_EQ(Post(path, "all=1").status, 200);
  EXPECT_EQ(ConsentOf(b.name()).state(), v1::Consent::STATE_WITHDRAWN);
  store_.clock.Advance(Links::kPreferencesLife + absl::Seconds(1));
  EXPECT_EQ(Get(path).status, 404);
}

TEST_P(PagesTest, AHostileTitleIsText) {
  const v1::Endpoint endpoint = AddMailbox("me");
  v1::Subscription hostile;
  hostile.set_title("<img src=x onerror=alert(1)> \"' {{x}}");
  hostile.set_endpoint(endpoint.name());
  ASSERT_THAT(store_.subscriptions->Create(AsOwner(), "subscribers/x", hostile, "h"), IsOk());
  store_.CatchUp();
  const std::string body = Get(PathOf(links_.Confirm(MakeMails()))).body;
  EXPECT_THAT(body, Not(HasSubstr("<img")));
  EXPECT_THAT(body, HasSubstr("&lt;img src=x onerror=alert(1)&gt;"));
}

}  // namespace
}  // namespace clusterwire::notification
