#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"    // IWYU pragma: export
#include "absl/status/statusor.h"  // IWYU pragma: export
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"

// Errors are part of the interface. Inside they travel as absl::Status; what a program may act on
// rides along as payloads of google.rpc types, which the rpc library puts on the wire unchanged.
namespace clusterwire {

// A status with a reason that programs may rely on: UPPER_SNAKE_CASE, never reused for another
// meaning. `metadata` holds the values that the message's text was made from.
absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message,
                   std::map<std::string, std::string> metadata = {});

// NOT_FOUND, reason RESOURCE_NOT_FOUND, for the resource `name`.
absl::Status NotFoundError(std::string_view name);

// The same status, telling the caller when to try again. For overload and for what is not yet
// there.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);

// Collects what is wrong with a request, so that the caller hears of all of it at once.
class FieldErrors {
 public:
  // `path` starts at the request message: "cluster.sectors[2]". `description` says what is wrong
  // and what would be right.
  void Add(std::string_view path, std::string_view description);
  // Adds the violations of `status` with their paths put under `prefix`; a status without any is
  // added as one violation of `prefix` itself. OK adds nothing.
  void AddAll(std::string_view prefix, const absl::Status& status);

  // Adds the violations of `status`, as they are, to those that are still to be found; a status
  // without any isn't about fields and is given back.
  absl::Status AddFrom(const absl::Status& status);

  bool empty() const { return bad_request_.field_violations().empty(); }
  // OK when there are none; else INVALID_ARGUMENT, reason INVALID_FIELDS, with every path in a
  // BadRequest and in the text.
  absl::Status ToStatus() const;

 private:
  google::rpc::BadRequest bad_request_;
};

// INVALID_ARGUMENT for one field.
absl::Status FieldError(std::string_view path, std::string_view description);

// What Error() and the others put in; empty when there is none.
google::rpc::ErrorInfo ErrorInfoOf(const absl::Status& status);
google::rpc::BadRequest BadRequestOf(const absl::Status& status);
std::string ReasonOf(const absl::Status& status);

}  // namespace clusterwire

// Returns from the enclosing function when `expression` is not OK.
#define RETURN_IF_ERROR(expression)                                 \
  do {                                                              \
    if (::absl::Status cw_status = (expression); !cw_status.ok()) { \
      return cw_status;                                             \
    }                                                               \
  } while (false)

// Assigns the value of a StatusOr to `target`, which may declare a variable, or returns its status.
#define ASSIGN_OR_RETURN(target, expression) \
  CW_ASSIGN_OR_RETURN(CW_CONCAT(cw_status_or_, __LINE__), target, expression)

#define CW_CONCAT(a, b) CW_CONCAT_INNER(a, b)
#define CW_CONCAT_INNER(a, b) a##b
#define CW_ASSIGN_OR_RETURN(status_or, target, expression)   \
  auto status_or = (expression);                             \
  if (!status_or.ok()) return std::move(status_or).status(); \
  target = *std::move(status_or)
