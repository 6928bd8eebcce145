#include "services/catalogue/common/access/access.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/catalogue/common/catalogue_type.h"

namespace clusterwire::catalogue {
namespace {

using filter::Viewer;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A field of the resource; null where it has none of that name.
const FieldDescriptor* FieldOf(const Message* resource, const char* name) {
  return resource == nullptr ? nullptr : resource->GetDescriptor()->FindFieldByName(name);
}

std::string TextOf(const Message* resource, const char* name) {
  const FieldDescriptor* field = FieldOf(resource, name);
  return field == nullptr ? "" : resource->GetReflection()->GetString(*resource, field);
}

// Whether what is created says nothing of its state, or that it is a draft.
bool IsDraft(const Message& next) {
  const auto* state = next.GetReflection()->GetEnum(next, FieldOf(&next, "state"));
  return state->number() == 0 || state->name() == "STATE_DRAFT";
}

bool IsLabel(std::string_view name) { return name.find("/labels/") != std::string_view::npos; }

// `rights` are the viewer's, in order.
bool HasAny(const std::vector<std::string>& rights, const std::vector<std::string>& names) {
  return std::ranges::any_of(
      names, [&](const std::string& name) { return std::ranges::binary_search(rights, name); });
}

absl::Status NotYours(std::string_view name, std::string_view why) {
  return Error(absl::StatusCode::kPermissionDenied, "NOT_YOURS",
               absl::StrCat("this caller may not write ", ToAbsl(name), ": ", ToAbsl(why)),
               {{"resource", std::string(name)}});
}

// Said of the type alone, so that it tells nothing of what is there.
std::string_view WhoWrites(std::string_view name) {
  if (store::RootOf(name) == name) {
    return "operators may, and who has an editor's grant on it or on its owner";
  }
  if (IsLabel(name)) {
    return "operators may, and who has an editor's grant on its label scheme";
  }
  return "operators may, and who has an editor's grant on what it stands under";
}

}  // namespace

bool MaySee(const Viewer& viewer, const std::optional<facts::Facts>& facts) {
  return facts ? filter::Sees(viewer, *facts) : viewer.operator_;
}

absl::Status CheckMaySee(const store::Reader& reader, const Viewer& viewer, std::string_view name) {
  ASSIGN_OR_RETURN(const std::optional<facts::Facts> facts, facts::Get(reader, name));
  return MaySee(viewer, facts) ? absl::OkStatus() : NotFoundError(name);
}

bool IsThereFor(const Viewer& viewer, const store::Reader& reader, std::string_view name,
                Message* out) {
  return (viewer.operator_ || CheckMaySee(reader, viewer, name).ok()) &&
         reader.Load(name, out).ok() && !store::IsDeleted(*out);
}

std::vector<std::string> OwnersOf(std::string_view name, const Message* resource) {
  if (IsLabel(name)) {
    std::string scheme = TextOf(resource, "scheme");
    return scheme.empty() ? std::vector<std::string>() : std::vector{std::move(scheme)};
  }
  std::vector<std::string> owners = {std::string(store::RootOf(name))};
  if (std::string owner = TextOf(resource, "owner"); !owner.empty())
    owners.push_back(std::move(owner));
  return owners;
}

bool Owns(const Viewer& viewer, std::string_view name, const Message* resource) {
  return viewer.operator_ || HasAny(viewer.owns, OwnersOf(name, resource));
}

absl::Status CheckMayWrite(const Viewer& viewer, std::string_view name, const Message* resource) {
  if (viewer.operator_ || HasAny(viewer.edits, OwnersOf(name, resource))) return absl::OkStatus();
  return NotYours(name, WhoWrites(name));
}

absl::Status CheckOwnerStands(const store::Reader& reader, const Viewer& viewer,
                              const Message& resource) {
  const std::string name = store::NameOf(resource);
  const std::string owner = TextOf(&resource, "owner");
  if (viewer.operator_ || owner.empty() || HasAny(viewer.edits, OwnersOf(name, nullptr))) {
    return absl::OkStatus();
  }
  const std::unique_ptr<Message> row = EmptyResource(owner);
  if (row == nullptr) return absl::OkStatus();
  const absl::Status there = reader.Load(owner, row.get());
  if (!there.ok() && !absl::IsNotFound(there)) return there;
  if (there.ok() && !store::IsDeleted(*row)) return absl::OkStatus();
  return NotYours(name, absl::StrCat("its owner ", owner,
                                     " is deleted; bring that back first, or ask an operator"));
}

absl::Status CheckMayCreate(const Viewer& viewer, std::string_view name, const Message& next) {
  if (viewer.operator_) return absl::OkStatus();
  if (store::RootOf(name) != name) return CheckMayWrite(viewer, name, &next);
  // The rest of the name was made for this call.
  const std::string_view collection = name.substr(0, name.find('/'));
  if (collection == "clusters") {
    if (viewer.subject.empty()) return NotYours(collection, "sign in by a token or a certificate");
    if (IsDraft(next)) return absl::OkStatus();
    return NotYours(collection,
                    "create a draft, by leaving out the state; a platform to which it applies "
                    "publishes it");
  }
  if (FieldOf(&next, "owner") == nullptr) return NotYours(collection, "operators create it");
  if (HasAny(viewer.edits, {TextOf(&next, "owner")})) return absl::OkStatus();
  return NotYours(collection, "it needs an owner, a cluster or programme that the caller may edit");
}

}  // namespace clusterwire::catalogue
