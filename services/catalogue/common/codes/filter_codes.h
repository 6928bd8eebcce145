#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "clusterwire/type/v1/filter.pb.h"

#include "libs/base/status/error.h"
#include "services/catalogue/common/codes/code_book.h"

namespace clusterwire::catalogue {

// Whether each code of the filter is on one of the lists.
bool AreOnLists(const type::v1::Filter& filter, const CodeBook& book);

// Adds a violation for each code under `path` that is on no list, with the one that was meant:
// such a filter finds nothing. One that `stands` anywhere is taken all the same, since it may have
// been dropped from its list since; and so is one of a list that is like none of these.
void CheckFilterCodes(const type::v1::Filter& filter, const CodeBook& book, std::string_view path,
                      const std::function<bool(const std::string& code)>& stands,
                      FieldErrors& errors);

}  // namespace clusterwire::catalogue
