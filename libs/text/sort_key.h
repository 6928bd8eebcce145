#pragma once

#include <string>
#include <string_view>

namespace clusterwire::text {

// Bytes that compare (memcmp) as people of no particular country order the texts: ICU collation,
// root locale, tertiary strength. Never a prefix of another text's key. Keys of different ICU
// versions don't compare: keep them in memory, not in a database.
std::string SortKey(std::string_view text);

}  // namespace clusterwire::text
