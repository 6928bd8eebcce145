#include "services/notification/ledger/records/dead_letters.h"

#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "services/notification/ledger/testing/rows.h"

namespace clusterwire::notification {
namespace {

class DeadLettersTest : public LedgerTest {};
INSTANTIATE_TEST_SUITE_P(Both, DeadLettersTest, sql::kBothDatabases, sql::DialectName);

TEST_P(DeadLettersTest, ADeadLetterComesBackAsItCame) {
  const kafka::ReceivedMessage message{.from = {"changes.v1", 2},
                                       .offset = 42,
                                       .time = absl::FromUnixMillis(1'700'000'000'123),
                                       .key = "clusters/a",
                                       .value = std::string("\xff\0not protobuf", 14),
                                       .headers = {{"ce_id", "h:1:1"}, {"odd", "\xfe"}}};
  const absl::Time now = absl::FromUnixSeconds(1'700'000'001);
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return DeadLetters(connection).Add(message, absl::InvalidArgumentError("broken \xff"), now);
    }),
                IsOk());
  }
  const std::string name = DeadLetterName(message.from, message.offset);
  EXPECT_EQ(name, "deadLetters/changes.v1.2.42");
  const auto listed =
      ledger_->Read([](sql::Connection& connection) { return DeadLetters(connection).List({}); });
  ASSERT_THAT(listed, IsOk());
  ASSERT_THAT(*listed, testing::SizeIs(1));
  EXPECT_EQ(listed->at(0).name(), name);
  EXPECT_EQ(listed->at(0).value(), message.value);
  const auto loaded = ledger_->Read(
      [&](sql::Connection& connection) { return DeadLetters(connection).Load(name); });
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(loaded->key, message.key);
  EXPECT_EQ(loaded->value, message.value);
  EXPECT_EQ(loaded->headers, message.headers);
  EXPECT_EQ(loaded->time, message.time);
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
    return DeadLetters(connection).Remove(name);
  }),
              IsOk());
  EXPECT_THAT(ledger_->Read(
                  [&](sql::Connection& connection) { return DeadLetters(connection).Load(name); }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(DeadLettersTest, PageNewestFirst) {
  for (int64_t offset = 1; offset <= 5; ++offset) {
    ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return DeadLetters(connection)
          .Add({.from = {"t", 0},
                .offset = offset,
                .time = absl::InfinitePast(),
                .key = {},
                .value = std::string(100'000, 'x'),
                .headers = {}},
               absl::InvalidArgumentError("broken"), absl::FromUnixSeconds(1'700'000'000));
    }),
                IsOk());
  }
  std::vector<int64_t> offsets;
  std::optional<PageKey> after;
  while (true) {
    const auto page = ledger_->Read([&](sql::Connection& connection) {
      return DeadLetters(connection).List({.after = after, .limit = 2});
    });
    ASSERT_THAT(page, IsOk());
    if (page->empty()) break;
    for (const v1::DeadLetter& dead : *page) {
      offsets.push_back(dead.offset());
      EXPECT_EQ(dead.value().size(), 64u * 1024);
    }
    after = PageKeyOf(page->back());
  }
  EXPECT_THAT(offsets, testing::ElementsAre(5, 4, 3, 2, 1));
}

TEST_P(DeadLettersTest, WhatIsNoDeadLettersNameIsRefused) {
  for (const char* name : {"", "deadLetters/", "deadLetters/t", "deadLetters/t.1",
                           "deliveries/t.1.2", "deadLetters/t.x.2", "deadLetters/.1"}) {
    EXPECT_THAT(ledger_->Read([&](sql::Connection& connection) {
      return DeadLetters(connection).Load(name);
    }),
                HasFieldError("name"))
        << name;
  }
}

TEST_P(DeadLettersTest, AreFoundByTopicTimeAndAPartOfTheirErrorInAnyCase) {
  for (const auto& [topic, offset, error] :
       {std::tuple("t", 1, "Broken at 100%"), {"t", 2, "broken_at 1000"}, {"u", 3, "other"}}) {
    const kafka::ReceivedMessage message{.from = {topic, 0},
                                         .offset = offset,
                                         .time = absl::InfinitePast(),
                                         .key = {},
                                         .value = "x",
                                         .headers = {}};
    ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) {
      return DeadLetters(connection)
          .Add(message, absl::InvalidArgumentError(error), absl::FromUnixSeconds(offset));
    }),
                IsOk());
  }
  const auto found = [&](const DeadLetterQuery& query) {
    std::vector<int64_t> offsets;
    const auto listed = ledger_->Read(
        [&](sql::Connection& connection) { return DeadLetters(connection).List(query); });
    EXPECT_THAT(listed, IsOk());
    for (const v1::DeadLetter& one : *listed) offsets.push_back(one.offset());
    const auto counted = ledger_->Read(
        [&](sql::Connection& connection) { return DeadLetters(connection).Count(query); });
    EXPECT_THAT(counted, IsOk());
    EXPECT_EQ(*counted, static_cast<int64_t>(offsets.size()));
    return offsets;
  };
  EXPECT_THAT(found({.topic = "t"}), testing::ElementsAre(2, 1));
  EXPECT_THAT(found({.error = "BROKEN"}), testing::ElementsAre(2, 1));
  EXPECT_THAT(found({.error = "100%"}), testing::ElementsAre(1));
  EXPECT_THAT(found({.error = "n_a"}), testing::ElementsAre(2));
  EXPECT_THAT(found({.from = absl::FromUnixSeconds(2)}), testing::ElementsAre(3, 2));
  EXPECT_THAT(found({.until = absl::FromUnixSeconds(2)}), testing::ElementsAre(1));
}

TEST_P(DeadLettersTest, ThoseOfAReleaseThatCalledThemRecordsAreKept) {
  const kafka::ReceivedMessage message{.from = {"t", 0},
                                       .offset = 1,
                                       .time = absl::InfinitePast(),
                                       .key = {},
                                       .value = "x",
                                       .headers = {{"ce_id", "h:1:1"}}};
  ASSERT_THAT(ledger_->Write([&](sql::Connection& connection) -> absl::Status {
    return DeadLetters(connection)
        .Add(message, absl::InvalidArgumentError("broken"), absl::FromUnixSeconds(1'700'000'000));
  }),
              IsOk());
  Downgrade(2,
            "ALTER TABLE dead_letter RENAME TO dead_record;"
            "ALTER TABLE dead_letter_header RENAME TO dead_record_header;"
            "DROP INDEX dead_letter_by_time;"
            "CREATE INDEX dead_record_by_time ON dead_record (met);"
            "ALTER TABLE record DROP COLUMN seen_by;"
            "ALTER TABLE newest_record DROP COLUMN seen_by;"
            "ALTER TABLE newest_record ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;"
            "ALTER TABLE delivery DROP COLUMN created;"
            "ALTER TABLE delivery DROP COLUMN tries_before;"
            "ALTER TABLE delivery RENAME COLUMN sequence TO created;"
            "ALTER TABLE topic_position DROP COLUMN history;"
            "ALTER TABLE topic_position DROP COLUMN revision;"
            "ALTER TABLE topic_position DROP COLUMN since;"
            "ALTER TABLE topic_position DROP COLUMN passed;"
            "DROP TABLE purged_record;");
  ASSERT_THAT(Ledger::Open(*database_), IsOk());
  const auto loaded = ledger_->Read([](sql::Connection& connection) {
    return DeadLetters(connection).Load("deadLetters/t.0.1");
  });
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(loaded->value, "x");
  EXPECT_EQ(loaded->headers, message.headers);
}

}  // namespace
}  // namespace clusterwire::notification
