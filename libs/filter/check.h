#pragma once

#include "absl/status/status.h"

#include "clusterwire/type/v1/filter.pb.h"

#include "libs/filter/predicate.h"

// Inside the library: what a filter has to be before it is compiled.
namespace clusterwire::filter {

// See Predicate::Compile.
absl::Status CheckFilter(const Filter& filter, const CompileOptions& options);

// The canonical form of a filter that passed the check.
Filter Canonical(Filter filter);

}  // namespace clusterwire::filter
