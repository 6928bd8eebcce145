#include "libs/identity/keys/algorithm.h"

#include <algorithm>

namespace clusterwire::identity {
namespace {

constexpr Algorithm kAlgorithms[] = {
    {"RS256", "RSA", "", 0},      {"RS384", "RSA", "", 0},      {"RS512", "RSA", "", 0},
    {"PS256", "RSA", "", 0},      {"PS384", "RSA", "", 0},      {"PS512", "RSA", "", 0},
    {"ES256", "EC", "P-256", 64}, {"ES384", "EC", "P-384", 96}, {"ES512", "EC", "P-521", 132}};

}  // namespace

std::span<const Algorithm> Algorithms() { return kAlgorithms; }

const Algorithm* FindAlgorithm(std::string_view name) {
  const auto found = std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms),
                                  [name](const Algorithm& one) { return one.name == name; });
  return found == std::end(kAlgorithms) ? nullptr : &*found;
}

}  // namespace clusterwire::identity
