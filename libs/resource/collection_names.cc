// What creations are called, and where a name leads.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "libs/base/text/strings.h"
#include "libs/resource/collection.h"
#include "libs/resource/moved.h"
#include "libs/resource/name.h"

namespace clusterwire::resource {
namespace {

constexpr int kMostIds = 50;  // tried, of those that a type suggests
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

absl::Status Collection::LoadRow(const store::Reader& reader, const std::string& name,
                                 Message* out) const {
  return LoadMoved(reader, name, out);
}

absl::Status Collection::MovedError(const std::string& name, const Message& row) {
  const std::string now = store::NameOf(row);
  return Error(absl::StatusCode::kFailedPrecondition, "MOVED",
               absl::StrCat(name, " is ", now, " now: write that name"),
               {{"resource", name}, {"moved_to", now}});
}

absl::StatusOr<bool> Collection::IsKnown(const store::Reader& reader, const filter::Viewer& viewer,
                                         const Message& row) const {
  if (!service_.looks_first || viewer.operator_) return true;
  const std::string name = store::NameOf(row);
  if (CheckSeen(reader, viewer, row).ok()) return true;
  return store::IsDeleted(row) && service_.may_write(viewer, name, &row).ok();
}

absl::Status Collection::StepAside(const store::Reader& reader, const filter::Viewer& viewer,
                                   Message* next) const {
  const std::string first = store::NameOf(*next);
  const size_t id = first.rfind('/') + 1;
  const auto take = [&](const std::string& other) {
    next->GetReflection()->SetString(next, next->GetDescriptor()->FindFieldByName("name"),
                                     absl::StrCat(first.substr(0, id), other));
  };
  for (int n = 0; n <= kMostIds; ++n) {
    if (n > 0) take(rules_.another_id(*next, n));
    const Owned there(rules_.prototype->New());
    const absl::Status found = LoadRow(reader, store::NameOf(*next), there.get());
    if (absl::IsNotFound(found)) return absl::OkStatus();
    RETURN_IF_ERROR(found);
    ASSIGN_OR_RETURN(const bool known, IsKnown(reader, viewer, *there));
    if (!known) break;
    if (!rules_.another_id) return absl::OkStatus();
  }
  take(WithRandomEnd(first.substr(id), Random::System()));
  return absl::OkStatus();
}

absl::Status Collection::CheckNew(const store::Reader& reader, const filter::Viewer& viewer,
                                  Message* next) const {
  const std::string name = store::NameOf(*next);
  const Owned there(rules_.prototype->New());
  const absl::Status found = LoadRow(reader, name, there.get());
  if (absl::IsNotFound(found)) return absl::OkStatus();
  RETURN_IF_ERROR(found);
  const bool deleted = store::IsDeleted(*there);
  ASSIGN_OR_RETURN(const bool known, IsKnown(reader, viewer, *there));
  if (!known) {
    return Error(
        absl::StatusCode::kAlreadyExists, "RESOURCE_EXISTS",
        absl::StrCat(name, " can't be had; give another ", ToAbsl(rules_.type), "_id, or none"),
        {{"resource", name}});
  }
  if (rules_.creates_once && !deleted && store::SameButForStamps(*there, *next)) {
    next->CopyFrom(*there);
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kAlreadyExists, "RESOURCE_EXISTS",
               deleted
                   ? absl::StrCat(name, " exists and is deleted: ", Method("Undelete"),
                                  " brings it back, or give another ", ToAbsl(rules_.type), "_id")
                   : absl::StrCat(name, " exists already: ", Method("Update"),
                                  " changes it, or give another ", ToAbsl(rules_.type), "_id"),
               {{"resource", name}});
}

std::string Collection::NewName(const filter::Viewer& viewer, std::string_view parent,
                                const Message& resource, std::string_view id,
                                FieldErrors& errors) const {
  const std::string path = absl::StrCat(ToAbsl(rules_.type), "_id");
  std::string last(id);
  if (last.empty() && rules_.suggest_id) last = rules_.suggest_id(resource);
  if (rules_.random_ids != nullptr) {
    const auto made = IdOrRandom(path, id, *rules_.random_ids);
    errors.AddAll("", made.status());
    last = made.value_or("");
  } else if (service_.roots_named_by_operators && !viewer.operator_ && parent.empty()) {
    if (!id.empty()) {
      errors.Add(path, "is chosen by operators alone; leave it empty, and one is made");
    }
    last = WithRandomEnd(last, Random::System());
  } else if (!IsId(last)) {
    errors.Add(path, absl::StrCat("'", last, id.empty() ? "', made from the rest," : "'",
                                  " is no id: 1 to 60 lower case letters, digits and '-', not "
                                  "beginning or ending with '-'"));
  }
  return absl::StrCat(ToAbsl(parent), parent.empty() ? "" : "/", ToAbsl(rules_.collection), "/",
                      last);
}

std::string Collection::Method(std::string_view verb) const {
  std::string method(verb);
  bool capital = true;
  for (const char c : rules_.type) {
    if (c != '_') method += capital ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c;
    capital = c == '_';
  }
  return method;
}

}  // namespace clusterwire::resource
