#include "services/catalogue/resources/clusters/cluster_merge.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/resource/name.h"
#include "libs/resource/page.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/facts_fields.h"
#include "services/catalogue/resources/clusters/cluster_rules.h"
#include "services/catalogue/resources/clusters/name_change.h"
#include "services/catalogue/resources/clusters/similar_names.h"

namespace clusterwire::catalogue {
namespace {

using google::protobuf::FieldDescriptor;
using v1::Cluster;

constexpr int kMostFormerTitles = 20;
constexpr int kMostSources = 50;
constexpr int kMostExternalIds = 20;

// What says how an entry stands, not what the organisation is.
bool IsOfEntry(std::string_view field) {
  static const auto& fields = *new std::set<std::string, std::less<>>{
      "name",         "etag",     "revision",      "create_time", "update_time",  "delete_time",
      "state",        "notes",    "edited_fields", "shown_to",    "completeness", "missing_fields",
      "merged_names", "moved_to", "successor",     "ended",       "title"};
  return fields.contains(field);
}

bool HasTitle(const Cluster& cluster, const std::string& title) {
  const std::string folded = FoldedName(title);
  return FoldedName(cluster.title()) == folded ||
         std::ranges::any_of(cluster.former_titles(), [&](const std::string& former) {
           return FoldedName(former) == folded;
         });
}

void AddTitles(const Cluster& duplicate, Cluster* into) {
  std::vector<std::string> titles = {duplicate.title()};
  titles.insert(titles.end(), duplicate.former_titles().begin(), duplicate.former_titles().end());
  for (const std::string& title : titles) {
    if (!HasTitle(*into, title) && into->former_titles_size() < kMostFormerTitles) {
      into->add_former_titles(title);
    }
  }
}

// Of both, each once, as many as there may be.
template <typename T>
void AddAll(const google::protobuf::RepeatedPtrField<T>& from, int most,
            google::protobuf::RepeatedPtrField<T>* into) {
  for (const T& one : from) {
    const std::string bytes = one.SerializeAsString();
    const bool there = std::ranges::any_of(
        *into, [&](const T& known) { return known.SerializeAsString() == bytes; });
    if (!there && into->size() < most) *into->Add() = one;
  }
}

absl::Status CheckMergeable(const Cluster& duplicate, const Cluster& into,
                            const std::string& into_name) {
  for (const Cluster* one : {&duplicate, &into}) {
    const bool led = one == &into && one->name() != into_name;
    if (one->moved_to().empty() && !led) continue;
    const std::string& name = led ? into_name : one->name();
    return Error(absl::StatusCode::kFailedPrecondition, "ALREADY_MERGED",
                 absl::StrCat(name, " was merged into ", led ? one->name() : one->moved_to(),
                              "; write that name"),
                 {{"resource", name}});
  }
  if (into.state() == Cluster::STATE_DRAFT && duplicate.state() != Cluster::STATE_DRAFT) {
    return Error(absl::StatusCode::kFailedPrecondition, "NOT_MERGEABLE",
                 absl::StrCat(into.name(), " is a draft, and what is public of ", duplicate.name(),
                              " would be gone: PublishCluster comes first"),
                 {{"resource", into.name()}});
  }
  return absl::OkStatus();
}

FieldErrors WrongNames(const v1::MergeClustersRequest& request) {
  FieldErrors errors;
  CheckReference("name", "clusters/{cluster}", request.name(), errors);
  CheckReference("into", "clusters/{cluster}", request.into(), errors);
  return errors;
}

}  // namespace

void TakeOver(const Cluster& duplicate, Cluster* into) {
  AddTitles(duplicate, into);
  AddAll(duplicate.sources(), kMostSources, into->mutable_sources());
  AddAll(duplicate.external_ids(), kMostExternalIds, into->mutable_external_ids());
  AddSorted({duplicate.name()}, into->mutable_merged_names());
  AddSorted(duplicate.merged_names(), into->mutable_merged_names());
  // The offices that the duplicate applies to see what becomes of it, as long as that is a draft.
  if (into->state() == Cluster::STATE_DRAFT) {
    AddSorted(duplicate.shown_to(), into->mutable_shown_to());
  }
  Cluster missing = duplicate;
  const std::vector<const FieldDescriptor*> had = SetFields(*into);
  for (const FieldDescriptor* field : SetFields(missing)) {
    if (IsOfEntry(field->name()) || std::ranges::find(had, field) != had.end()) {
      missing.GetReflection()->ClearField(&missing, field);
    }
  }
  into->MergeFrom(missing);
}

absl::StatusOr<std::set<std::string>> NamedWithoutLinks(store::Store& store,
                                                        const std::string& cluster,
                                                        const std::string& into) {
  ASSIGN_OR_RETURN(const auto reader, store.Read());
  std::set<std::string> named;
  for (const auto& [type, stored] : store.registry().types()) {
    const auto& fields = *stored.prototype->GetDescriptor();
    // Of clusters it is the successor of one that has ended.
    const bool may_name = type == "cluster" || fields.FindFieldByName("owner") != nullptr;
    if (stored.links || !may_name) continue;
    RETURN_IF_ERROR(resource::ForEach(*reader, {.type = type}, [&](const store::Scanned& one) {
      const bool is_into = store::NameOf(*one.resource) == into;
      if (!is_into && IsNamedIn(*one.resource, cluster)) named.insert(store::NameOf(*one.resource));
      return true;
    }));
  }
  return named;
}

absl::StatusOr<Cluster> Clusters::Merge(const WriteCall& call,
                                        const v1::MergeClustersRequest& request) {
  RETURN_IF_ERROR(WrongNames(request).ToStatus());
  if (request.name() == request.into()) {
    return Error(absl::StatusCode::kFailedPrecondition, "SAME_CLUSTER",
                 absl::StrCat(request.name(), " can't be merged into itself"),
                 {{"resource", request.name()}});
  }
  ASSIGN_OR_RETURN(const auto named, NamedWithoutLinks(store(), request.name(), request.into()));
  WriteCall quiet = call;
  quiet.store.quiet = true;
  return Modify(
      quiet, request.into(), "", change::KindText(change::v1::CHANGE_KIND_CLUSTER_MERGED),
      [&](const Context& context, Cluster* into) -> absl::Status {
        ASSIGN_OR_RETURN(const Cluster duplicate, context.reader.Get<Cluster>(request.name()));
        RETURN_IF_ERROR(CheckMergeable(duplicate, *into, request.into()));
        if (store::IsDeleted(duplicate)) return NotFoundError(request.name());
        RETURN_IF_ERROR(resource::CheckEtag(duplicate, request.etag()));
        TakeOver(duplicate, into);
        if (into->successor() == duplicate.name()) into->clear_successor();
        return absl::OkStatus();
      },
      "into", Shown::kAsRead,
      [&](store::Writer& writer, const Context& context, const Cluster& into, Notes& notes) {
        return MoveAll(writer, store().registry(), context, request.name(), into.name(), named,
                       notes);
      });
}

}  // namespace clusterwire::catalogue
