#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/fake_clock.h"
#include "libs/base/testing/seed.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/sql/testing/backends.h"
#include "libs/sql/testing/faulty_database.h"
#include "libs/store/store.h"
#include "libs/store/testing/clubs.h"

namespace clusterwire::store::testing {

// A store of clubs on either database. What is asked of it here is asked of any store:
//   INSTANTIATE_TEST_SUITE_P(Both, MyTest, sql::kBothDatabases, sql::DialectName);
class StoreTest : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  StoreTest() : StoreTest(&ClubRegistry) {}
  explicit StoreTest(std::function<Registry()> make_registry)
      : make_registry_(std::move(make_registry)) {
    Open();
  }

  // Opens the database anew, as after a restart.
  void Open(Options options = {}) {
    store_.reset();
    faulty_.reset();
    database_ = files_.Open();
    faulty_ = std::make_unique<sql::FaultyDatabase>(*database_);
    auto store = Store::Open(*faulty_, make_registry_(), clock_, random_, options);
    if (!store.ok()) std::abort();
    store_ = *std::move(store);
  }

  static WriteOptions MakeCall(std::string request_id = "") {
    WriteOptions call;
    call.caller = "somebody";
    call.trace = "00-trace-01";
    call.request_id = std::move(request_id);
    call.method = "Clubs/Put";
    call.digest = "digest";
    return call;
  }

  absl::StatusOr<Written> Put(const Message& resource, const WriteOptions& call = MakeCall()) {
    return store_->Write(call, [&](Writer& writer) { return writer.Put(resource, "put"); });
  }
  template <Resource T>
  T MustPut(const T& resource) {
    const absl::StatusOr<Written> written = Put(resource);
    EXPECT_THAT(written, IsOk());
    return written.ok() ? *written->Answer<T>() : resource;
  }
  absl::StatusOr<Written> Purge(std::string_view name) {
    return store_->Write(MakeCall(), [&](Writer& writer) { return writer.Purge(name, "purged"); });
  }

  template <Resource T>
  absl::StatusOr<T> Get(std::string_view name) {
    return (*store_->Read())->template Get<T>(name);
  }
  std::optional<std::string> FactsOf(std::string_view name) {
    const auto facts = (*store_->Read())->GetFacts(name);
    return facts.ok() ? *facts : std::nullopt;
  }
  std::vector<Change> Log(Position after = {}, int limit = 100'000) {
    const auto changes = store_->Changes(after, limit);
    EXPECT_THAT(changes, IsOk());
    return changes.ok() ? *changes : std::vector<Change>();
  }
  std::vector<Change> LogOf(Revision revision) {
    std::vector<Change> changes = Log({{revision.value - 1}, INT64_MAX});
    std::erase_if(changes,
                  [&](const Change& change) { return change.position.revision != revision; });
    return changes;
  }

  std::function<Registry()> make_registry_;
  FakeClock clock_;
  SeededRandom random_{1};
  sql::TestDatabase files_{GetParam()};
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<sql::FaultyDatabase> faulty_;
  std::unique_ptr<Store> store_;
};

inline void Delete(absl::Time when, google::protobuf::Timestamp* delete_time) {
  delete_time->set_seconds(absl::ToUnixSeconds(when));
}

}  // namespace clusterwire::store::testing
