#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

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
