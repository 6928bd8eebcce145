#include "services/notification/ledger/addresses/suppressions.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

using Request = v1::ReportBounceRequest;

const std::string kAnna(16, '\x01');
const std::string kBert(16, '\xfe');
const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

class SuppressionsTest : public LedgerTest {
 protected:
  bool Add(const std::string& key, Suppressions::Kind kind, absl::Time now = kStart) {
    auto suppressed = ledger_->Write([&](sql::Connection& connection) {
      return Suppressions(connection).Add(key, kind, "550 5.1.1 no such user", now);
    });
    EXPECT_THAT(suppressed, IsOk());
    return suppressed.ok() && *suppressed;
  }
  std::vector<std::string> Names(std::string_view after = "", int limit = 10) {
    auto found = ledger_->Read(
        [&](sql::Connection& connection) { return Suppressions(connection).List(after, limit); });
    EXPECT_THAT(found, IsOk());
    std::vector<std::string> names;
    for (const v1::Suppression& one : *found) names.push_back(one.name());
    return names;
  }
  absl::Status Remove(const std::string& name) {
    return ledger_->Write(
        [&](sql::Connection& connection) { return Suppressions(connection).Remove(name); });
  }
};
INSTANTIATE_TEST_SUITE_P(Both, SuppressionsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(SuppressionsTest, AHardBounceAndAComplaintSuppressAtOnceAndTheFirstReasonStays) {
  EXPECT_TRUE(Add(kAnna, Request::KIND_HARD));
  EXPECT_TRUE(Add(kAnna, Request::KIND_COMPLAINT, kStart + absl::Hours(1)));
  EXPECT_TRUE(Add(kBert, Request::KIND_COMPLAINT));
  const auto found = ledger_->Read(
      [&](sql::Connection& connection) { return Suppressions(connection).Find(kAnna); });
  ASSERT_THAT(found, IsOk());
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->reason(), v1::Suppression::REASON_HARD_BOUNCE);
  EXPECT_EQ(Describe(**found),
            "its server says that there is no such mailbox (since 2023-11-14T22:13:20+00:00): 550 "
            "5.1.1 no such user");
  EXPECT_THAT(Names(), testing::ElementsAre(SuppressionName(kAnna), SuppressionName(kBert)));
  EXPECT_THAT(Names(SuppressionName(kAnna)), testing::ElementsAre(SuppressionName(kBert)));
}

TEST_P(SuppressionsTest, SoftBouncesSuppressWhenThereAreFiveOverThreeDays) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(Add(kAnna, Request::KIND_SOFT, kStart + absl::Hours(i)));  // one bad day
  }
  EXPECT_FALSE(Add(kAnna, Request::KIND_SOFT, kStart + absl::Hours(71)));
  EXPECT_TRUE(Add(kAnna, Request::KIND_SOFT, kStart + absl::Hours(72)));

  EXPECT_FALSE(Add(kBert, Request::KIND_SOFT));
  EXPECT_FALSE(Add(kBert, Request::KIND_SOFT, kStart + absl::Hours(100)));  // two of them
}

TEST_P(SuppressionsTest, SoftBouncesOfLongAgoCountNoMore) {
  for (int i = 0; i < 4; ++i) Add(kAnna, Request::KIND_SOFT, kStart + i * absl::Hours(24));
  EXPECT_FALSE(Add(kAnna, Request::KIND_SOFT, kStart + absl::Hours(24 * 60)));
}

TEST_P(SuppressionsTest, OneThatIsLiftedBeginsAnew) {
  for (int i = 0; i < 5; ++i) Add(kAnna, Request::KIND_SOFT, kStart + i * absl::Hours(24));
  ASSERT_THAT(Names(), testing::SizeIs(1));
  EXPECT_THAT(Remove(SuppressionName(kAnna)), IsOk());
  EXPECT_THAT(Names(), testing::IsEmpty());
  EXPECT_FALSE(Add(kAnna, Request::KIND_SOFT, kStart + absl::Hours(24 * 6)));
  EXPECT_EQ(Remove(SuppressionName(kAnna)).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Remove("suppressions/x").code(), absl::StatusCode::kNotFound);
}

TEST(SuppressionName, NamesAnAddressKeyInOneWay) {
  EXPECT_EQ(AddressKeyOf(SuppressionName(kBert)), kBert);
  EXPECT_EQ(AddressKeyOf(""), "");
  EXPECT_EQ(AddressKeyOf("suppressions/" + std::string(32, 'F')), "");
  EXPECT_EQ(AddressKeyOf("suppressions/" + std::string(32, 'g')), "");
  EXPECT_EQ(AddressKeyOf("suppressions/" + std::string(30, 'f')), "");
}

}  // namespace
}  // namespace clusterwire::notification
