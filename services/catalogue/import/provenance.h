#pragma once

#include <string>
#include <string_view>

#include "google/protobuf/repeated_field.h"

#include "clusterwire/type/v1/sources.pb.h"

#include "services/catalogue/import/line.h"

// Where a record's values come from, and what its register calls it.
namespace clusterwire::catalogue::registers {

using Sources = google::protobuf::RepeatedPtrField<type::v1::Source>;
using ExternalIds = google::protobuf::RepeatedPtrField<type::v1::ExternalId>;

// The scheme of external ids under which a record is found again: what the register calls it.
inline constexpr std::string_view kImportScheme = "import";

// Reads `source` and `more_sources` of a line, and adds a source for each value that has no field
// of its own in the resource, so that nothing of the record is lost.
class Provenance {
 public:
  Provenance(Line& line, std::string read_date);

  // Nothing for an empty value. `uri` where the value has a page of its own.
  void Keep(std::string_view field, std::string_view value, std::string_view uri = "");

  const std::string& uri() const { return uri_; }
  const Sources& sources() const { return sources_; }

 private:
  void Add(std::string_view field, std::string_view value, std::string_view uri);

  const std::string read_date_;
  std::string uri_;
  Sources sources_;
};

void AddExternalId(std::string_view scheme, std::string_view id, ExternalIds* ids);
bool HasExternalId(const ExternalIds& ids, std::string_view scheme, std::string_view id);
bool HasScheme(const ExternalIds& ids, std::string_view scheme);

}  // namespace clusterwire::catalogue::registers
