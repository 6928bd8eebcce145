#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace clusterwire::http {

// The fields of a form as a browser sends it (application/x-www-form-urlencoded); a name may come
// several times, in the order that was sent.
using Form = std::multimap<std::string, std::string, std::less<>>;

inline constexpr size_t kMaxFormFields = 100;

// Fields beyond kMaxFormFields, and those that are no UTF-8 once decoded, are left out. What is no
// escape stays as it is.
Form ParseForm(std::string_view body);

// The value of the first field of that name; empty when there is none.
std::string_view ValueOf(const Form& form, std::string_view name);

// A text as a name or value of a form or of an address behind its '?'.
std::string EncodeForm(std::string_view text);

}  // namespace clusterwire::http
