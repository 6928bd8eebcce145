#pragma once

#include <memory>
#include <type_traits>

namespace clusterwire {

// The owner of a C library's object: destroys it by that library's function, and costs no more than
// the raw pointer.
template <typename T, auto Destroy>
using Handle = std::unique_ptr<T, std::integral_constant<decltype(Destroy), Destroy>>;

}  // namespace clusterwire
