#include "libs/resource/moved.h"

#include "libs/base/status/error.h"
#include "libs/store/resource.h"

namespace clusterwire::resource {
namespace {

// Moves of one resource after another that a name is followed through.
constexpr int kMostMoves = 100;

}  // namespace

absl::Status LoadMoved(const store::Reader& reader, const std::string& name,
                       google::protobuf::Message* out) {
  RETURN_IF_ERROR(reader.Load(name, out));
  const auto* moved_to = out->GetDescriptor()->FindFieldByName("moved_to");
  if (moved_to == nullptr) return absl::OkStatus();
  for (int moves = 0; moves < kMostMoves && store::IsDeleted(*out); ++moves) {
    const std::string next = out->GetReflection()->GetString(*out, moved_to);
    if (next.empty()) break;
    RETURN_IF_ERROR(reader.Load(next, out));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<google::protobuf::Message>> RowNow(const store::Reader& reader,
                                                                  const store::Registry& registry,
                                                                  const std::string& name) {
  const store::ResourceType* type = registry.ForName(name);
  if (type == nullptr) return nullptr;
  std::unique_ptr<google::protobuf::Message> row(type->prototype->New());
  const absl::Status loaded = LoadMoved(reader, name, row.get());
  if (absl::IsNotFound(loaded)) return nullptr;
  RETURN_IF_ERROR(loaded);
  return row;
}

}  // namespace clusterwire::resource
