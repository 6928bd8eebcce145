#pragma once

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"

#include "services/catalogue/common/resource.h"

// Two entries of one organisation become one.
namespace clusterwire::catalogue {

// What of the duplicate the entry that stays takes over: each field that it doesn't have itself,
// the duplicate's names, sources and ids in other registers.
void TakeOver(const v1::Cluster& duplicate, v1::Cluster* into);

// What names a cluster, but for the one that it becomes a part of, and isn't found by being about
// it: events and all else that it owns or organises, clusters that it is the successor of. Looks
// through all of them, so it is asked before the write.
absl::StatusOr<std::set<std::string>> NamedWithoutLinks(store::Store& store,
                                                        const std::string& cluster,
                                                        const std::string& into);

// Moves what lies under `from`, what is about it and what `named` says names it to `into`, inside a
// write. `notes` says what the caller should know.
absl::Status MoveAll(store::Writer& writer, const store::Registry& registry, const Context& context,
                     const std::string& from, const std::string& into,
                     const std::set<std::string>& named, Notes& notes);

}  // namespace clusterwire::catalogue
