#include "libs/rpc/admission/access.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/threads/mutex.h"

namespace clusterwire::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

bool IsIn(std::string_view name, std::string_view collection) {
  return name.size() > collection.size() && name.starts_with(collection) &&
         name[collection.size()] == '/';
}

bool IsOffice(const std::string& name) {
  return IsIn(name, "programmes") || IsIn(name, "labelSchemes") || IsIn(name, "taxonomies");
}

bool IsSubscriber(const std::string& name) { return IsIn(name, "subscribers"); }

Access AccessOption(const MethodDescriptor& method) {
  return method.options().GetExtension(type::v1::access);
}

// Who may call, as the end of a sentence, and how one becomes that.
std::string_view Whom(Access needed) {
  switch (needed) {
    case type::v1::ACCESS_SIGNED_IN:
      return "who is signed in";
    case type::v1::ACCESS_SUBSCRIBER:
      return "who has a subscriber of their own (SubscriberService/CreateSubscriber makes one)";
    case type::v1::ACCESS_CLUSTER:
      return "who may edit a cluster or another resource (an owner of it grants that)";
    case type::v1::ACCESS_OFFICE:
      return "who may edit a programme, a label scheme or a taxonomy (an owner of it grants that)";
    default:
      return "operators (callers.operators in the service's configuration names them)";
  }
}

std::string_view Who(Access caller) {
  switch (caller) {
    case type::v1::ACCESS_SIGNED_IN:
      return "signed in, with no such right";
    case type::v1::ACCESS_SUBSCRIBER:
      return "a subscriber, with no such right";
    case type::v1::ACCESS_CLUSTER:
      return "one who may edit resources, but none of these";
    case type::v1::ACCESS_OFFICE:
      return "one who may edit a programme, a label scheme or a taxonomy";
    default:
      return "nobody that is known";
  }
}

}  // namespace

Access AccessOf(const Caller& caller) {
  const auto has = [](const std::vector<std::string>& names, auto is) {
    return std::any_of(names.begin(), names.end(), is);
  };
  if (caller.is_operator) return type::v1::ACCESS_OPERATOR;
  if (has(caller.edits, IsOffice)) return type::v1::ACCESS_OFFICE;
  if (has(caller.edits, std::not_fn(IsSubscriber))) return type::v1::ACCESS_CLUSTER;
  if (has(caller.members, IsSubscriber)) return type::v1::ACCESS_SUBSCRIBER;
  return caller.proof != Caller::Proof::kNone ? type::v1::ACCESS_SIGNED_IN
                                              : type::v1::ACCESS_PUBLIC;
}

Access StatedAccess(std::string_view method) {
  // gRPC names only methods that it has, so there are never many.
  static auto& mutex = *new Mutex;
  static auto& known = *new std::map<std::string, Access, std::less<>>;
  MutexLock lock(mutex);
  const auto found = known.find(method);
  if (found != known.end()) return found->second;
  std::string name(method.substr(method.starts_with('/') ? 1 : 0));
  std::replace(name.begin(), name.end(), '/', '.');
  const MethodDescriptor* descriptor = DescriptorPool::generated_pool()->FindMethodByName(name);
  if (descriptor == nullptr) return type::v1::ACCESS_UNSPECIFIED;
  return known.emplace(method, AccessOption(*descriptor)).first->second;
}

absl::Status CheckAccess(std::string_view method, const Caller& caller) {
  const Access needed = StatedAccess(method);
  if (needed == type::v1::ACCESS_UNSPECIFIED) {
    return Error(absl::StatusCode::kPermissionDenied, "ACCESS_NOT_STATED",
                 absl::StrCat(ToAbsl(method),
                              " doesn't state who may call it, so nobody may; "
                              "tell the operator, this is a fault of the service"));
  }
  const Access is = AccessOf(caller);
  if (is >= needed) return absl::OkStatus();
  if (is == type::v1::ACCESS_PUBLIC) {
    return Error(absl::StatusCode::kUnauthenticated, "SIGN_IN",
                 absl::StrCat("this call is for ", ToAbsl(Whom(needed)),
                              ", and nothing was sent that says who calls; send the metadata "
                              "'authorization: Bearer TOKEN', or a client certificate"),
                 {{"needed", Access_Name(needed)}});
  }
  return Error(absl::StatusCode::kPermissionDenied, "ACCESS_DENIED",
               absl::StrCat("this call is for ", ToAbsl(Whom(needed)), "; '", caller.subject,
                            "' is ", ToAbsl(Who(is))),
               {{"needed", Access_Name(needed)}, {"caller", Access_Name(is)}});
}

absl::Status CheckAccessStated(std::string_view service) {
  const ServiceDescriptor* descriptor =
      DescriptorPool::generated_pool()->FindServiceByName(std::string(service));
  if (descriptor == nullptr) {
    return absl::InternalError(absl::StrCat(ToAbsl(service), " has no descriptor"));
  }
  std::vector<std::string> silent;
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const MethodDescriptor& method = *descriptor->method(i);
    if (AccessOption(method) == type::v1::ACCESS_UNSPECIFIED) silent.push_back(method.full_name());
  }
  if (silent.empty()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(absl::StrJoin(silent, ", "),
                                          ": without the option (clusterwire.type.v1.access), so "
                                          "nobody could call it; state in its .proto who may"));
}

}  // namespace clusterwire::rpc
