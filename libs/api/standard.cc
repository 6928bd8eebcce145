#include "libs/api/standard.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/reflection.h"
#include <grpcpp/server_context.h>

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/date.h"
#include "libs/rpc/token/token.h"

namespace clusterwire::api {
namespace {

using google::protobuf::FieldDescriptor;
using resource::Collection;
using resource::ReadCall;
using resource::WriteCall;

const FieldDescriptor* Find(const Message& message, const std::string& name) {
  return message.GetDescriptor()->FindFieldByName(name);
}

// A contract without the field is a mistake of ours, not the caller's.
const FieldDescriptor* Need(const Message& message, const std::string& name) {
  const FieldDescriptor* field = Find(message, name);
  if (field == nullptr) std::abort();
  return field;
}

std::string Text(const Message& request, const std::string& name) {
  return request.GetReflection()->GetString(request, Need(request, name));
}

// Not every list has a parent.
std::string ParentOf(const Message& request) {
  return Find(request, "parent") == nullptr ? "" : Text(request, "parent");
}

int64_t MinRevision(const Message& request) {
  const FieldDescriptor* field = Find(request, "min_revision");
  return field == nullptr ? 0 : request.GetReflection()->GetInt64(request, field);
}

// The state that a list is narrowed to; 0: all, or the list can't be.
int StateIn(const Message& request) {
  const FieldDescriptor* field = Find(request, "state");
  return field == nullptr ? 0 : request.GetReflection()->GetEnumValue(request, field);
}

// Whose resources a list is narrowed to; empty: all, or the list can't be.
std::string OwnerIn(const Message& request) {
  return Find(request, "owner") == nullptr ? "" : Text(request, "owner");
}

// The day that a list is asked for; none: it isn't, or the list can't be.
absl::StatusOr<std::optional<absl::CivilDay>> AsOfIn(const Message& request) {
  const std::string text = Find(request, "as_of") == nullptr ? "" : Text(request, "as_of");
  if (text.empty()) return std::nullopt;
  const absl::StatusOr<DayRange> range = ParseDate(text);
  if (range.ok() && range->first == range->last) return range->first;
  return FieldError("as_of",
                    absl::StrCat("'", text, "' is not a day: write 2015-05-13. What holds ",
                                 "at any time of a month or a year is found by ",
                                 "SearchService/Search with a period"));
}

const Message& ResourceOf(const Collection& resources, const Message& request) {
  return request.GetReflection()->GetMessage(request, Need(request, std::string(resources.type())));
}

// The field of the resource's type.
const FieldDescriptor* FieldFor(const Message& resource, const Message& message) {
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->message_type() == resource.GetDescriptor()) return type.field(i);
  }
  std::abort();
}

void Fill(Collection::Found found, Message* response) {
  const auto* reflection = response->GetReflection();
  for (size_t i = 0; i < found.resources.size(); ++i) {
    Message* resource = found.resources[i].release();
    if (i >= found.unknown.size() || found.unknown[i].empty()) {
      reflection->AddAllocatedMessage(response, FieldFor(*resource, *response), resource);
      continue;
    }
    Message* entry = reflection->AddMessage(response, Need(*response, "unknown"));
    entry->GetReflection()->SetAllocatedMessage(entry, resource, FieldFor(*resource, *entry));
    entry->GetReflection()->SetString(entry, Need(*entry, "reason"), found.unknown[i]);
  }
  if (const auto* field = Find(*response, "revision")) {
    reflection->SetInt64(response, field, found.revision.value);
  }
}

// A write whose answer is the resource. `plan_of` gives what is to be run of a call.
template <typename PlanOf>
Reactor* RunAnswer(const Api& api, Resources resources, Context* context, const Message& request,
                   Message* response, PlanOf plan_of) {
  const auto begin = [=](const WriteCall& call, rpc::Then then) {
    resources->Run(plan_of(call), [response, then = std::move(then)](
                                      const absl::StatusOr<Collection::Answer>& answer) {
      if (answer.ok() && *answer != nullptr) response->CopyFrom(**answer);
      then(answer.status());
    });
  };
  return RunWriteLater(api, context, request, begin, [=](const WriteCall& call) {
    return resources->Run(plan_of(call)).status();
  });
}

}  // namespace

Reactor* RunGet(const Api& api, Resources resources, Context* context, const Message& request,
                Message* response) {
  return RunRead(api, context, MinRevision(request),
                 [resources, &request, context, response](const ReadCall& call) -> absl::Status {
                   ASSIGN_OR_RETURN(auto found,
                                    resources->Get(call, {Text(request, "name")}, "name"));
                   context->AddInitialMetadata(kRevisionKey, absl::StrCat(found.revision.value));
                   response->GetReflection()->Swap(response, found.resources.front().get());
                   return absl::OkStatus();
                 });
}

Reactor* RunBatchGet(const Api& api, Resources resources, Context* context, const Message& request,
                     Message* response) {
  return RunRead(api, context, MinRevision(request),
                 [resources, &request, response](const ReadCall& call) -> absl::Status {
                   const auto given = request.GetReflection()->GetRepeatedFieldRef<std::string>(
                       request, Need(request, "names"));
                   if (given.empty() || given.size() > kMaxBatchGet) {
                     return FieldError("names", absl::StrCat("has ", given.size(), "; 1 to ",
                                                             kMaxBatchGet, " are possible"));
                   }
                   const std::vector<std::string> names(given.begin(), given.end());
                   ASSIGN_OR_RETURN(auto found, resources->Get(call, names, "names"));
                   Fill(std::move(found), response);
                   return absl::OkStatus();
                 });
}

Reactor* RunList(const Api& api, Resources resources, Context* context, const Message& request,
                 Message* response) {
  return RunRead(
      api, context, MinRevision(request),
      [&tokens = api.tokens, resources, &request, response](const ReadCall& call) -> absl::Status {
        const FieldDescriptor* deleted = Find(request, "show_deleted");
        resource::ListQuery query{
            .parent = ParentOf(request),
            .bytes = resource::kMaxPageBytes,
            .state = StateIn(request),
            .owner = OwnerIn(request),
            .show_deleted =
                deleted != nullptr && request.GetReflection()->GetBool(request, deleted)};
        const auto as_of = AsOfIn(request);
        query.errors.AddAll("", as_of.status());
        if (as_of.ok()) query.as_of = *as_of;
        const absl::StatusOr<rpc::Page> page = rpc::ReadPage(*tokens, request, {});
        RETURN_IF_ERROR(query.errors.AddFrom(page.status()));
        if (page.ok()) query.after = page->after.name();
        if (page.ok()) query.limit = page->size;
        ASSIGN_OR_RETURN(auto found, resources->List(call, query));
        if (!found.next.empty()) {
          rpc::PagePosition position;
          position.set_name(found.next);
          response->GetReflection()->SetString(response, Need(*response, "next_page_token"),
                                               rpc::NextPageToken(*tokens, request, position));
        }
        Fill(std::move(found), response);
        return absl::OkStatus();
      });
}

Reactor* RunCreate(const Api& api, Resources resources, Context* context, const Message& request,
                   Message* response) {
  return RunAnswer(
      api, resources, context, request, response, [resources, &request](const WriteCall& call) {
        return resources->PlanCreate(call, ParentOf(request), ResourceOf(*resources, request),
                                     Text(request, absl::StrCat(ToAbsl(resources->type()), "_id")));
      });
}

Reactor* RunUpdate(const Api& api, Resources resources, Context* context, const Message& request,
                   Message* response) {
  return RunAnswer(
      api, resources, context, request, response, [resources, &request](const WriteCall& call) {
        return resources->PlanUpdate(
            call, ResourceOf(*resources, request),
            static_cast<const google::protobuf::FieldMask&>(
                request.GetReflection()->GetMessage(request, Need(request, "update_mask"))));
      });
}

Reactor* RunDelete(const Api& api, Resources resources, Context* context, const Message& request,
                   Message* response) {
  return RunAnswer(
      api, resources, context, request, response, [resources, &request](const WriteCall& call) {
        return resources->PlanDelete(call, Text(request, "name"), Text(request, "etag"));
      });
}

Reactor* RunUndelete(const Api& api, Resources resources, Context* context, const Message& request,
                     Message* response) {
  return RunAnswer(
      api, resources, context, request, response, [resources, &request](const WriteCall& call) {
        return resources->PlanUndelete(call, Text(request, "name"), Text(request, "etag"));
      });
}

}  // namespace clusterwire::api
