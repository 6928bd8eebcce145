#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/descriptor.h>

namespace clusterwire::config {

// A reading of a text-format file against its message type, ahead of protobuf's own parser, for two
// things that the parser can't do: to name what a mistyped name was meant to be, for all of them at
// once, and to take durations written "5s".
struct TextScan {
  std::vector<std::string> errors;  // "12: there is no 'brokrs' in Kafka; did you mean …"
  std::string text;                 // the file with its durations written out, on the same lines
};

TextScan ScanText(std::string_view text, const google::protobuf::Descriptor& message);

}  // namespace clusterwire::config
