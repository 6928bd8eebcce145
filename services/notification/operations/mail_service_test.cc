// What is told of mails that came back, and what follows for their mailboxes.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include "clusterwire/notification/v1/mail.grpc.pb.h"

#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/testing/client_call.h"
#include "services/notification/channels/email/suppressed.h"
#include "services/notification/ledger/addresses/suppressions.h"
#include "services/notification/testing/test_api.h"

namespace clusterwire::notification {
namespace {

using Request = v1::ReportBounceRequest;
using Stub = v1::MailService::StubInterface;

class MailApi : public testing::Test {
 protected:
  template <typename Ask, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Ask&,
                                                             Response*),
                                const Ask& request) {
    return rpc::CallOnce<Response>(*stub_, method, request);
  }
  absl::StatusOr<v1::ReportBounceResponse> Report(const std::string& recipient, Request::Kind kind,
                                                  const std::string& diagnostic = "") {
    Request request;
    request.set_recipient(recipient);
    request.set_kind(kind);
    request.set_diagnostic(diagnostic);
    return Call(&Stub::ReportBounce, request);
  }
  std::string BounceOf(const std::string& address) {
    return api_.mailboxes.bounces.For(api_.mailboxes.key.Of(address), absl::Now());
  }
  std::vector<v1::Suppression> List(int page_size = 1) {
    std::vector<v1::Suppression> all;
    v1::ListSuppressionsRequest request;
    request.set_page_size(page_size);
    do {
      const auto page = Call(&Stub::ListSuppressions, request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return all;
      all.insert(all.end(), page->suppressions().begin(), page->suppressions().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return all;
  }

  TestApi api_;
  const std::unique_ptr<Stub> stub_ = v1::MailService::NewStub(rpc::MakeChannel(api_.address()));
};

TEST_F(MailApi, ABounceSuppressesItsMailboxAndItsDiagnosticNamesNone) {
  const auto hard = Report(BounceOf("anna@example.org"), Request::KIND_HARD,
                           "550 5.1.1 <anna@example.org>\r\nunknown");
  ASSERT_THAT(hard, IsOk());
  EXPECT_TRUE(hard->suppressed());
  EXPECT_TRUE(Report(BounceOf("bert@example.org"), Request::KIND_COMPLAINT)->suppressed());
  EXPECT_FALSE(Report(BounceOf("carl@example.org"), Request::KIND_SOFT)->suppressed());
  const std::vector<v1::Suppression> all = List();
  ASSERT_THAT(all, testing::SizeIs(2));
  const std::string anna = SuppressionName(api_.mailboxes.key.Of("anna@example.org"));
  const auto found = std::ranges::find(all, anna, &v1::Suppression::name);
  ASSERT_NE(found, all.end());
  EXPECT_EQ(found->detail(), "550 5.1.1 <***@example.org>  unknown");

  v1::DeleteSuppressionRequest lift;
  lift.set_name(anna);
  EXPECT_THAT(Call(&Stub::DeleteSuppression, lift), IsOk());
  EXPECT_EQ(Call(&Stub::DeleteSuppression, lift).status().code(), absl::StatusCode::kNotFound);
  lift.set_name("suppressions/x");
  EXPECT_THAT(Call(&Stub::DeleteSuppression, lift), HasFieldError("name"));
  EXPECT_THAT(List(), testing::SizeIs(1));
}

TEST_F(MailApi, AReportThatNamesNoMailOfOursIsRefused) {
  EXPECT_THAT(Report("anna@example.org", Request::KIND_HARD), HasFieldError("recipient"));
  EXPECT_THAT(Report(std::string(400, 'x'), Request::KIND_HARD), HasFieldError("recipient"));
  EXPECT_THAT(Report("", Request::KIND_UNSPECIFIED), HasFieldError("recipient"));
  EXPECT_THAT(Report("", Request::KIND_UNSPECIFIED), HasFieldError("kind"));
  Request both;
  both.set_recipient("a");
  both.set_delivery("deliveries/1");
  both.set_kind(Request::KIND_HARD);
  EXPECT_THAT(Call(&Stub::ReportBounce, both), HasFieldError("recipient"));
  both.clear_recipient();
  EXPECT_EQ(Call(&Stub::ReportBounce, both).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(List(), testing::IsEmpty());
}

TEST_F(MailApi, AnOwnerSeesThatNothingIsSentToItsMailbox) {
  v1::Endpoint endpoint;
  endpoint.mutable_email()->set_address("anna@example.org");
  v1::Endpoint entered = endpoint;  // by anybody
  endpoint.mutable_email()->mutable_verify_time()->set_seconds(1);
  v1::Endpoint other;
  other.mutable_email()->set_address("bert@example.org");
  v1::Endpoint webhook;
  webhook.mutable_webhook();
  ASSERT_THAT(Report(BounceOf("anna@example.org"), Request::KIND_COMPLAINT), IsOk());
  std::vector<v1::Endpoint*> all = {&endpoint, &entered, &other, &webhook};
  TellSuppressions(*api_.ledger, api_.mailboxes.key, all);
  EXPECT_THAT(endpoint.email().suppression(), testing::HasSubstr("its reader complained"));
  EXPECT_TRUE(endpoint.email().has_suppress_time());
  EXPECT_EQ(entered.email().suppression(), "") << "what its owner said is nobody else's matter";
  EXPECT_FALSE(entered.email().has_suppress_time());
  EXPECT_EQ(other.email().suppression(), "");
  EXPECT_FALSE(webhook.has_email());
}

}  // namespace
}  // namespace clusterwire::notification
