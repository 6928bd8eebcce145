#include "libs/identity/testing/signer.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include <cjose/cjose.h>

#include "libs/base/handle.h"
#include "libs/base/text/strings.h"

namespace clusterwire::identity {
namespace {

constexpr uint8_t kExponent[] = {1, 0, 1};

using Jwk = Handle<cjose_jwk_t, cjose_jwk_release>;
using Jws = Handle<cjose_jws_t, cjose_jws_release>;
using Header = Handle<cjose_header_t, cjose_header_release>;

cjose_jwk_ec_curve CurveOf(std::string_view algorithm) {
  if (algorithm == "ES384") return CJOSE_JWK_EC_P_384;
  return algorithm == "ES512" ? CJOSE_JWK_EC_P_521 : CJOSE_JWK_EC_P_256;
}

}  // namespace

struct Signer::Handles {
  Jwk jwk;
};

Signer::Signer(std::string_view algorithm, std::string key_id, size_t rsa_bits)
    : algorithm_(algorithm), key_id_(std::move(key_id)), handles_(std::make_unique<Handles>()) {
  cjose_err error = {};
  handles_->jwk.reset(
      algorithm.starts_with("ES")
          ? cjose_jwk_create_EC_random(CurveOf(algorithm), &error)
          : cjose_jwk_create_RSA_random(rsa_bits, kExponent, sizeof kExponent, &error));
  if (handles_->jwk == nullptr) std::abort();
}

Signer::~Signer() = default;

nlohmann::json Signer::public_key() const {
  cjose_err error = {};
  char* const text = cjose_jwk_to_json(handles_->jwk.get(), /*priv=*/false, &error);
  nlohmann::json key = nlohmann::json::parse(text);
  std::free(text);
  key["kid"] = key_id_;
  key["use"] = "sig";
  return key;
}

std::string Signer::Sign(const nlohmann::json& claims, const nlohmann::json& header) const {
  return SignText(claims.dump(), header);
}

std::string Signer::SignText(const std::string& claims, const nlohmann::json& header) const {
  cjose_err error = {};
  const Header made(cjose_header_new(&error));
  nlohmann::json full = {{"alg", algorithm_}, {"kid", key_id_}};
  full.update(header);
  for (const auto& [name, value] : full.items()) {
    const bool set =
        value.is_string()
            ? cjose_header_set(made.get(), name.c_str(), value.get<std::string>().c_str(), &error)
            : cjose_header_set_raw(made.get(), name.c_str(), value.dump().c_str(), &error);
    if (!set) std::abort();  // takes texts, lists and objects
  }
  const Jws jws(cjose_jws_sign(handles_->jwk.get(), made.get(),
                               reinterpret_cast<const uint8_t*>(claims.data()), claims.size(),
                               &error));
  const char* text = nullptr;
  if (jws == nullptr || !cjose_jws_export(jws.get(), &text, &error)) std::abort();
  return text;
}

std::string KeySetOf(std::initializer_list<nlohmann::json> keys) {
  nlohmann::json list = nlohmann::json::array();
  for (const nlohmann::json& key : keys) list.push_back(key);
  return nlohmann::json{{"keys", list}}.dump();
}

std::string Join(std::string_view header, std::string_view claims, std::string_view signature) {
  return absl::StrCat(absl::WebSafeBase64Escape(ToAbsl(header)), ".",
                      absl::WebSafeBase64Escape(ToAbsl(claims)), ".",
                      absl::WebSafeBase64Escape(ToAbsl(signature)));
}

}  // namespace clusterwire::identity
