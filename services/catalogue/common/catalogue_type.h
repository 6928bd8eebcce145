#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/base/text/strings.h"
#include "libs/facts/registry.h"
#include "libs/filter/viewer.h"
#include "libs/store/reader.h"
#include "services/catalogue/common/codes/code_book.h"
#include "services/catalogue/common/reminders.h"

namespace clusterwire::catalogue {

// What happens to a resource when one of its timers falls due: it is set to the state that it has
// at `due`. Runs inside the write that also withdraws the timer.
using TimerStep = absl::Status (*)(store::Writer& writer, const std::string& name, absl::Time due);

// What a resource makes of a cluster that it is about, in the programme that it stands under, now.
enum class Tie { kNone, kMember, kApplicant };

// What else a write is to change because of a resource: asked of each that it changed, of every
// type, as it was and as it is now (null: it isn't there), in the writes of callers, timers,
// imports. Of one that is derived anew they are the same object. Puts that in the same write, or
// leaves it to later ones (Writer::DeriveLater).
using Follower = absl::Status (*)(store::Writer& writer, const store::Message* before,
                                  const store::Message* after);

// A type of resource as its room describes it, in NOUNType().
struct CatalogueType {
  facts::Type type;
  TimerStep step = nullptr;  // required where the projection names timers
  // What people are reminded of. Needs a field `reminders`; timers and steps follow from it.
  DeadlinesOf deadlines = nullptr;
  // The names and codes that a resource uses: what they stand for stays while it is there.
  std::vector<std::string> (*uses)(const store::Message& resource) = nullptr;
  // Of what stands under a programme and is about a cluster: a current membership, an open
  // admission.
  Tie (*tie)(const store::Message& resource) = nullptr;
  // What its resources are to do when others change: so those needn't know of it.
  Follower follow = nullptr;
  // What is kept beside its resources to find them by, each a type of its own (RowsOf()).
  std::vector<facts::Type> rows = {};
};

// A type of rows that no method shows: without Facts, and in the log by their names alone, so that
// they travel nowhere.
template <store::Resource T>
facts::Type RowsOf(const char* type, const char* pattern) {
  facts::Type rows = facts::MakeType<T, CodeBook>(type, pattern);
  rows.images_in_log = false;
  return rows;
}

// Who needs a resource or a code: asked before it is deleted or loses a part. Looks at every
// resource of the types that say what they use (CatalogueType::uses), so it is for what is rarely
// written and widely used: schemes and code lists. types.cc defines it, from the list of types: a
// rule needn't know who uses what it is about.

// The first that uses what `is_it` says yes to, of those that the viewer sees, for an error to
// name; "something" when there are only others, none when there is none at all.
absl::StatusOr<std::optional<std::string>> FirstUser(
    const store::Reader& reader, const filter::Viewer& viewer,
    absl::FunctionRef<bool(const std::string& use)> is_it);

// FAILED_PRECONDITION, reason IN_USE, when there is one; `name` is what can't be deleted then.
absl::Status CheckUnused(const store::Reader& reader, const filter::Viewer& viewer,
                         const std::string& name,
                         absl::FunctionRef<bool(const std::string& use)> is_it);

// What ties a cluster to a programme now, by name, of what the viewer sees; empty where nothing
// does.
struct Ties {
  std::string membership;
  std::string admission;
};
absl::StatusOr<Ties> TiesOf(const store::Reader& reader, const filter::Viewer& viewer,
                            const std::string& programme, const std::string& cluster);

// Those of the types that grants can be given on, as their names are written
// ("clusters/{cluster}"): roots that have Facts. types.cc defines these two as well.
std::vector<std::string> GrantablePatterns();

// An empty resource of the type that has such names; null when there is none.
std::unique_ptr<store::Message> EmptyResource(std::string_view name);

// How what has a country says that it uses it: "iso:DE".
inline std::string CountryUse(const std::string& country) {
  return absl::StrCat(ToAbsl(kCountryList), ":", country);
}

}  // namespace clusterwire::catalogue
