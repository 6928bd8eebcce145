#include "libs/base/status/error.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ErrorTest, CarriesReasonDomainAndMetadata) {
  const absl::Status status = Error(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
                                    "used before", {{"request_id", "r1"}});
  const google::rpc::ErrorInfo info = ErrorInfoOf(status);
  EXPECT_EQ(info.reason(), "REQUEST_ID_REUSED");
  EXPECT_EQ(info.domain(), "clusterwire");
  EXPECT_EQ(info.metadata().at("request_id"), "r1");
}

TEST(ErrorTest, NamesEveryBadFieldAtOnceInDetailsAndText) {
  FieldErrors errors;
  errors.Add("cluster.country", "'XX' is no country");
  errors.AddAll("cluster", FieldError("sectors[1]", "unknown"));
  const absl::Status status = errors.ToStatus();
  EXPECT_THAT(status, AllOf(HasFieldError("cluster.country"), HasFieldError("cluster.sectors[1]")));
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("cluster.country: 'XX' is no country"),
                                                   HasSubstr("cluster.sectors[1]: unknown")));
}

TEST(ErrorTest, NoViolationsIsOk) { EXPECT_THAT(FieldErrors().ToStatus(), IsOk()); }

TEST(ErrorTest, AStatusWithoutDetailsHasNoReason) {
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), "");
}

}  // namespace
}  // namespace clusterwire
