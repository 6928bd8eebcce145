#include "libs/rpc/call/status.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/trace.h"

namespace clusterwire::rpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status proto;
  EXPECT_TRUE(proto.ParseFromString(status.error_details()));
  return proto;
}

TEST(StatusTest, CodeTextAndDetailsComeBackAsTheyWent) {
  absl::Status status = FieldError("cluster.sectors[2]", "no such code");
  status = WithRetryDelay(status, absl::Seconds(3));
  const grpc::Status wire = ToGrpcStatus(status);
  EXPECT_EQ(wire.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(wire).code(), 3);
  EXPECT_EQ(DetailsOf(wire).message(), wire.error_message());
  EXPECT_EQ(ToAbslStatus(wire), status);
}

TEST(StatusTest, OkIsOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_THAT(ToAbslStatus(grpc::Status::OK), IsOk());
}

TEST(StatusTest, AStatusWithoutReasonGetsTheNameOfItsCode) {
  const absl::Status seen = ToAbslStatus(ToGrpcStatus(absl::AbortedError("no")));
  EXPECT_THAT(seen, ReasonIs("ABORTED"));
  EXPECT_EQ(ErrorInfoOf(seen).domain(), "clusterwire");
}

TEST(StatusTest, EveryCodeKeepsItsNumber) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "x");
    EXPECT_EQ(ToGrpcStatus(status).error_code(), code);
    EXPECT_EQ(static_cast<int>(ToAbslStatus(ToGrpcStatus(status)).code()), code);
  }
}

TEST(StatusTest, ManyViolationsAreCutToWhatFitsAndTheRestIsCounted) {
  FieldErrors errors;
  for (int i = 0; i < 5000; ++i) {
    errors.Add(absl::StrCat("filter.sectors[", i, "]"), "no such code: ä");
  }
  const grpc::Status wire = ToGrpcStatus(errors.ToStatus());
  EXPECT_LE(wire.error_message().size(), 1000u);
  EXPECT_LE(wire.error_details().size(), 3500u);
  const absl::Status seen = ToAbslStatus(wire);
  EXPECT_THAT(seen, ReasonIs("INVALID_FIELDS"));
  EXPECT_THAT(seen, HasFieldError("filter.sectors[0]"));
  const google::rpc::BadRequest bad_request = BadRequestOf(seen);
  const int kept = bad_request.field_violations_size() - 1;
  EXPECT_GT(kept, 10);
  EXPECT_EQ(bad_request.field_violations(kept).description(),
            absl::StrCat("and ", 5000 - kept, " more"));
}

TEST(StatusTest, TextIsCutBetweenCharacters) {
  std::string umlauts;
  for (int i = 0; i < 2000; ++i) umlauts += "ü";
  const std::string text = ToGrpcStatus(absl::AbortedError(umlauts)).error_message();
  EXPECT_LE(text.size(), 1000u);
  EXPECT_EQ(text.size() % 2, 1u) << "whole two-byte characters and the three bytes of the dots";
}

class ForClientTest : public testing::Test {
 protected:
  std::vector<std::string> lines_;
  telemetry::LogRedirect redirect_{[this](std::string_view line) { lines_.emplace_back(line); }};
};

TEST_F(ForClientTest, AnUnwordedFaultStaysInTheLogAndTheClientGetsTheTrace) {
  SeededRandom random(1);
  const telemetry::TraceContext trace = telemetry::TraceContext().Child(random);
  const telemetry::TraceScope scope(trace);
  const absl::Status seen = ForClient(absl::InternalError("connect user=cw password=geheim"));
  EXPECT_THAT(seen, StatusIs(absl::StatusCode::kInternal, HasSubstr(trace.trace_id)));
  EXPECT_THAT(seen, StatusIs(absl::StatusCode::kInternal, Not(HasSubstr("geheim"))));
  EXPECT_THAT(lines_, ElementsAre(testing::AllOf(HasSubstr("geheim"), HasSubstr(trace.trace_id))));
}

TEST_F(ForClientTest, OfADatabaseThatIsAwayTheClientHearsWhenToTryAgainAndNotWhereItIs) {
  const absl::Status seen =
      ForClient(WithRetryDelay(Error(absl::StatusCode::kUnavailable, "DATABASE_AWAY",
                                     "connection to server at db.internal failed for user cw"),
                               absl::Seconds(2)));
  EXPECT_THAT(seen, StatusIs(absl::StatusCode::kUnavailable, Not(HasSubstr("db.internal"))));
  EXPECT_THAT(seen, ReasonIs("DATABASE_AWAY"));
  EXPECT_NE(seen.GetPayload("type.googleapis.com/google.rpc.RetryInfo"), absl::nullopt);
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("db.internal")));
}

TEST_F(ForClientTest, OfADatabaseWhoseDiskIsFullTheClientDoesNotHearWhichDisk) {
  const absl::Status seen = ForClient(Error(absl::StatusCode::kResourceExhausted, "DATABASE_FULL",
                                            "the disk of /var/lib/store.db is full"));
  EXPECT_THAT(seen, StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("no room")));
  EXPECT_THAT(seen, StatusIs(absl::StatusCode::kResourceExhausted, Not(HasSubstr("/var"))));
  EXPECT_THAT(seen, ReasonIs("DATABASE_FULL"));
}

TEST_F(ForClientTest, WhatWasWordedForTheClientIsLeftAlone) {
  for (const absl::Status& status :
       {absl::OkStatus(), absl::NotFoundError("x"),
        Error(absl::StatusCode::kInternal, "LEDGER_UNBALANCED", "the ledger does not balance")}) {
    EXPECT_EQ(ForClient(status), status);
  }
  EXPECT_TRUE(lines_.empty());
}

}  // namespace
}  // namespace clusterwire::rpc
