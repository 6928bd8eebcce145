#pragma once

#include <cstdint>
#include <string_view>

#include "absl/time/time.h"
#include <google/protobuf/duration.pb.h>

#include "libs/base/status/error.h"

// Range checks for configuration; each adds one violation to `errors` when it fails:
//
//   FieldErrors errors;
//   CheckRange(errors, "kafka.batch", config.kafka().batch(), 1, 10'000);
//   CheckSet(errors, "kafka.brokers", config.kafka().brokers());
//   RETURN_IF_ERROR(errors.ToStatus());
namespace clusterwire::config {

void CheckSet(FieldErrors& errors, std::string_view path, std::string_view value);
void CheckRange(FieldErrors& errors, std::string_view path, int64_t value, int64_t least,
                int64_t most);
void CheckRange(FieldErrors& errors, std::string_view path, const google::protobuf::Duration& value,
                absl::Duration least, absl::Duration most);
// host:port, port from 0 to 65535; an IPv6 host stands in brackets.
void CheckAddress(FieldErrors& errors, std::string_view path, std::string_view value);

absl::Duration ToDuration(const google::protobuf::Duration& value);

}  // namespace clusterwire::config
