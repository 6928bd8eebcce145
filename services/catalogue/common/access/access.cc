#include "services/catalogue/common/access/access.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/label.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"

namespace clusterwire::catalogue {
namespace {

using filter::Viewer;
using google::protobuf::Message;

template <typename T>
const T* As(const Message* resource) {
  const bool is = resource != nullptr && resource->GetDescriptor() == T::descriptor();
  return is ? static_cast<const T*>(resource) : nullptr;
}

// Its field `owner`; null where it has none.
const google::protobuf::FieldDescriptor* OwnerField(const Message* resource) {
  return resource == nullptr ? nullptr : resource->GetDescriptor()->FindFieldByName("owner");
}

std::string OwnerIn(const Message* resource) {
  const auto* field = OwnerField(resource);
  return field == nullptr ? "" : resource->GetReflection()->GetString(*resource, field);
}

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
  if (name.find("/labels/") != std::string_view::npos) {
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
  if (name.find("/labels/") != std::string_view::npos) {
    const auto* label = As<v1::Label>(resource);
    return label == nullptr ? std::vector<std::string>() : std::vector{label->scheme()};
  }
  std::vector<std::string> owners = {std::string(store::RootOf(name))};
  if (std::string owner = OwnerIn(resource); !owner.empty()) owners.push_back(std::move(owner));
  return owners;
}

bool Owns(const Viewer& viewer, std::string_view name, const Message* resource) {
  return viewer.operator_ || HasAny(viewer.owns, OwnersOf(name, resource));
}

absl::Status CheckMayWrite(const Viewer& viewer, std::string_view name, const Message* resource) {
  if (viewer.operator_ || HasAny(viewer.edits, OwnersOf(name, resource))) return absl::OkStatus();
  return NotYours(name, WhoWrites(name));
}

absl::Status CheckMayCreate(const Viewer& viewer, std::string_view name, const Message& next) {
  if (viewer.operator_) return absl::OkStatus();
  if (store::RootOf(name) != name) return CheckMayWrite(viewer, name, &next);
  if (const auto* cluster = As<v1::Cluster>(&next); cluster != nullptr) {
    const bool draft = cluster->state() == v1::Cluster::STATE_UNSPECIFIED ||
                       cluster->state() == v1::Cluster::STATE_DRAFT;
    if (viewer.subject.empty()) return NotYours(name, "sign in by a token or a certificate");
    if (draft) return absl::OkStatus();
    return NotYours(name, "create a draft, by leaving out the state, and PublishCluster shows it");
  }
  if (OwnerField(&next) == nullptr) return NotYours(name, "operators create it");
  if (HasAny(viewer.edits, {OwnerIn(&next)})) return absl::OkStatus();
  return NotYours(name, "it needs an owner, a cluster or programme that the caller may edit");
}

}  // namespace clusterwire::catalogue
