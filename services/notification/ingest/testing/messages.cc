#include "services/notification/ingest/testing/messages.h"

#include <utility>

#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/time/clock.h"
#include "libs/change/record.h"

namespace clusterwire::notification {
namespace {

void SetFacts(const std::string& name, const std::string& state, type::v1::Facts* facts) {
  facts->set_type("cluster");
  facts->set_name(name);
  facts->set_title("The " + name);
  facts->set_state(state);
  facts->add_codes("iso:DE");
}

}  // namespace

change::v1::ResourceChanged ClusterChange(const std::string& id, int64_t revision,
                                          const std::string& kind, const std::string& before,
                                          const std::string& after) {
  change::v1::ResourceChanged change;
  change.set_history_id("history");
  change.set_revision(revision);
  change.set_ordinal(1);
  change.set_name("clusters/" + id);
  change.set_root(change.name());
  change.set_kind(kind);
  *change.mutable_time() = ToTimestamp(absl::FromUnixSeconds(1'700'000'000 + revision));
  if (!before.empty()) SetFacts(change.name(), before, change.mutable_before());
  if (!after.empty()) {
    SetFacts(change.name(), after, change.mutable_after());
    change.mutable_cluster()->set_name(change.name());
  }
  return change;
}

kafka::ReceivedMessage MessageOf(const change::v1::ResourceChanged& change, int64_t offset) {
  auto message =
      change::Encode({.changed = change,
                      .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"});
  EXPECT_THAT(message, IsOk());
  return {.from = {"changes", 0},
          .offset = offset,
          .time = absl::FromUnixSeconds(1'700'000'000),
          .key = std::move(message->key),
          .value = std::move(message->value),
          .headers = std::move(message->headers)};
}

}  // namespace clusterwire::notification
