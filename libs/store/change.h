#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"

#include "libs/store/registry.h"
#include "libs/store/revision.h"

namespace clusterwire::store {

// The kind of a change that the store makes itself: what is derived from a resource (hook.h)
// changed because of another resource (`cause`) or of a refresh. Its etag, revision and update_time
// stay.
inline constexpr std::string_view kFactsRefreshed = "facts.refreshed";

// A row of the log. The image before is the previous row of the same name.
struct Change {
  Position position;
  std::string history;  // under which it was written
  std::string type;
  std::string name;
  std::string root;
  std::string kind;
  bool quiet = false;
  std::shared_ptr<const Message> after;  // null: purged since, or a type without images in the log
  std::optional<std::string> facts_before;  // the hook's bytes
  std::optional<std::string> facts_after;
  std::string cause;  // of facts.refreshed: the resource, or the word of the refresh
  std::string actor;
  std::string trace;
  absl::Time time;
};

}  // namespace clusterwire::store
