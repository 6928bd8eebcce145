#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

#include "libs/store/reader.h"
#include "libs/store/registry.h"

namespace clusterwire::resource {

// Loads the row of a name, or, of a type with a field `moved_to`, of the one that the name leads
// to.
absl::Status LoadMoved(const store::Reader& reader, const std::string& name,
                       google::protobuf::Message* out);

// What stands at a name of any type, or at the one that it leads to; null where nothing does.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RowNow(const store::Reader& reader,
                                                                  const store::Registry& registry,
                                                                  const std::string& name);

}  // namespace clusterwire::resource
