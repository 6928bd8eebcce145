#pragma once

#include <string>
#include <string_view>

namespace clusterwire {

// Appends `text` as a string of JSON, with its quotes. Controls are escaped, as are '<', '>', DEL
// and the two line ends that JavaScript knows besides, as protobuf's JSON has them: so the string
// does no harm inside a page or a script either. What is not UTF-8 becomes U+FFFD.
void AppendJsonText(std::string_view text, std::string* out);

}  // namespace clusterwire
