#include "services/notification/ledger/consent/proofs.h"

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

using testing::ElementsAre;
using testing::Field;

class ProofsTest : public LedgerTest {};
INSTANTIATE_TEST_SUITE_P(Both, ProofsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(ProofsTest, WhatWasSaidIsKeptOnceAndInItsOrder) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  const Proof asked = {.endpoint = "subscribers/x/endpoints/me",
                       .event = Proof::Event::kAsked,
                       .time = now,
                       .subject = "corp:1",
                       .network = "ipv4:192.0.2.7",
                       .text = "text-1"};
  Proof confirmed = asked;
  confirmed.event = Proof::Event::kConfirmed;
  confirmed.time = now + absl::Seconds(5);
  Proof other = asked;
  other.endpoint = "subscribers/y/endpoints/me";
  const auto proofs =
      ledger_->Write([&](sql::Connection& connection) -> absl::StatusOr<std::vector<Proof>> {
        Proofs proofs(connection);
        for (const Proof& proof : {confirmed, asked, asked, other}) {
          RETURN_IF_ERROR(proofs.Add(proof));
        }
        return proofs.Of("subscribers/x", 100);
      });
  ASSERT_THAT(proofs, IsOk());
  EXPECT_THAT(*proofs, ElementsAre(Field(&Proof::event, Proof::Event::kAsked),
                                   Field(&Proof::event, Proof::Event::kConfirmed)));
  EXPECT_EQ((*proofs)[0].network, "ipv4:192.0.2.7");
  EXPECT_EQ((*proofs)[0].text, "text-1");
  EXPECT_EQ(WordOf((*proofs)[1].event), "confirmed");
}

}  // namespace
}  // namespace clusterwire::notification
