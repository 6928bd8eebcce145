#include "services/catalogue/types.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/facts/registry.h"
#include "libs/resource/name.h"
#include "libs/resource/page.h"
#include "services/catalogue/common/access/access.h"
#include "services/catalogue/common/access/drafts_made.h"
#include "services/catalogue/common/codes/code_book.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/erasures/erasures.h"

namespace clusterwire::catalogue {

// Each room defines one of these per type.
#define RESOURCE(noun, room) CatalogueType noun##Type();
#include "services/catalogue/types.def"
#undef RESOURCE

namespace {

// Raised with every change to what the projections give: all Facts are then rewritten.
constexpr int kProjectionVersion = 7;

absl::Status Follow(store::Writer& writer, const std::vector<Follower>& followers,
                    const store::Message* before, const store::Message* after) {
  for (const Follower follow : followers) RETURN_IF_ERROR(follow(writer, before, after));
  return absl::OkStatus();
}

std::vector<CatalogueType> AllTypes() {
  return {
#define RESOURCE(noun, room) noun##Type(),
#include "services/catalogue/types.def"
#undef RESOURCE
      // Kept like resources, and none of the interface.
      ErasureType(),
      DraftsMadeType(),
  };
}

// Its own timers, and those of its reminders.
void AddReminderTimers(CatalogueType& one) {
  if (one.deadlines == nullptr) return;
  one.type.timers = [own = std::move(one.type.timers), deadlines = one.deadlines](
                        const store::Message& resource, const store::Hook::Context* context) {
    std::vector<store::Timer> timers = own ? own(resource, context) : std::vector<store::Timer>();
    AddReminders(deadlines(resource, dynamic_cast<const CodeBook&>(*context)), resource, &timers);
    return timers;
  };
}

}  // namespace

absl::StatusOr<std::optional<std::string>> FirstUser(
    const store::Reader& reader, const filter::Viewer& viewer,
    absl::FunctionRef<bool(const std::string&)> is_it) {
  std::optional<std::string> unseen;
  std::string seen;
  absl::Status failed;
  for (const CatalogueType& one : AllTypes()) {
    if (one.uses == nullptr || !seen.empty()) continue;
    RETURN_IF_ERROR(
        resource::ForEach(reader, {.type = one.type.type}, [&](const store::Scanned& scanned) {
          const std::vector<std::string> uses = one.uses(*scanned.resource);
          if (std::none_of(uses.begin(), uses.end(), is_it)) return true;
          const auto facts = facts::Parse(scanned.facts);
          failed = facts.status();
          // Out of sight with something deleted it needs as little as what is deleted itself.
          if (facts.ok() && !*facts) return true;
          if (facts.ok() && MaySee(viewer, *facts)) seen = store::NameOf(*scanned.resource);
          unseen = "something";
          return failed.ok() && seen.empty();
        }));
    RETURN_IF_ERROR(failed);
  }
  return seen.empty() ? unseen : seen;
}

absl::StatusOr<Ties> TiesOf(const store::Reader& reader, const filter::Viewer& viewer,
                            const std::string& programme, const std::string& cluster) {
  Ties ties;
  for (const CatalogueType& one : AllTypes()) {
    if (one.tie == nullptr) continue;
    ASSIGN_OR_RETURN(const auto about, reader.About(cluster, one.type.type, resource::kScanLimit));
    for (const store::Scanned& scanned : about) {
      const Tie tie = one.tie(*scanned.resource);
      const std::string name = store::NameOf(*scanned.resource);
      if (tie == Tie::kNone || store::ParentOf(name) != programme) continue;
      ASSIGN_OR_RETURN(const auto facts, facts::Parse(scanned.facts));
      if (!MaySee(viewer, facts)) continue;
      (tie == Tie::kMember ? ties.membership : ties.admission) = name;
    }
  }
  return ties;
}

std::vector<std::string> GrantablePatterns() {
  std::vector<std::string> patterns;
  for (const CatalogueType& one : AllTypes()) {
    const bool is_root = store::RootOf(one.type.pattern) == one.type.pattern;
    if (is_root && one.type.own) patterns.push_back(one.type.pattern);
  }
  return patterns;
}

std::unique_ptr<store::Message> EmptyResource(std::string_view name) {
  for (const CatalogueType& one : AllTypes()) {
    if (!resource::NamePattern(one.type.pattern).Matches(name)) continue;
    return std::unique_ptr<store::Message>(one.type.prototype->New());
  }
  return nullptr;
}

absl::Status CheckUnused(const store::Reader& reader, const filter::Viewer& viewer,
                         const std::string& name,
                         absl::FunctionRef<bool(const std::string&)> is_it) {
  ASSIGN_OR_RETURN(const std::optional<std::string> user, FirstUser(reader, viewer, is_it));
  if (!user) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "IN_USE",
               absl::StrCat(name, " can't be deleted: ", *user, " needs it"),
               {{"resource", name}, {"user", *user}});
}

absl::StatusOr<store::Registry> CatalogueTypes(facts::Options limits) {
  std::vector<facts::Type> types;
  std::vector<Follower> followers;
  for (CatalogueType& one : AllTypes()) {
    if (one.type.timers && one.step == nullptr) {
      return absl::InternalError(absl::StrCat(one.type.type, " has timers and no step for them"));
    }
    if (one.follow != nullptr) followers.push_back(one.follow);
    AddReminderTimers(one);
    types.push_back(std::move(one.type));
    for (facts::Type& row : one.rows) types.push_back(std::move(row));
  }
  return facts::MakeRegistry(std::move(types),
                             {.inherit = &Inherit,
                              .read_codes = &CodeBook::Read,
                              .follow =
                                  [followers](store::Writer& writer, const store::Message* before,
                                              const store::Message* after) {
                                    return Follow(writer, followers, before, after);
                                  },
                              .version = kProjectionVersion},
                             limits);
}

std::map<std::string, FireTimer, std::less<>> TimerSteps() {
  std::map<std::string, FireTimer, std::less<>> steps;
  for (const CatalogueType& one : AllTypes()) {
    if (one.step == nullptr && one.deadlines == nullptr) continue;
    steps[one.type.type] =
        [step = one.step, deadlines = one.deadlines, prototype = one.type.prototype](
            store::Writer& writer, const std::string& name, const store::Timer& due) {
          return IsReminder(due) ? Remind(writer, name, due, deadlines, *prototype)
                                 : step(writer, name, due.time);
        };
  }
  return steps;
}

}  // namespace clusterwire::catalogue
