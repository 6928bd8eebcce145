#include "libs/identity/keys/key_set.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include <cjose/cjose.h>

#include "libs/base/handle.h"
#include "libs/base/text/strings.h"
#include "libs/identity/encoding.h"

namespace clusterwire::identity {
namespace {

constexpr size_t kLeastModulusBits = 2048;
constexpr size_t kMostModulusBits = 8192;  // more costs more than it protects
constexpr size_t kMostExponentBytes = 8;
constexpr size_t kMaxNotes = 5;

using Jwk = Handle<cjose_jwk_t, cjose_jwk_release>;
using Jws = Handle<cjose_jws_t, cjose_jws_release>;

absl::Status Unused(std::string_view why) { return absl::InvalidArgumentError(std::string(why)); }

// Whether a key's "use" and "key_ops" let it check signatures.
bool MayVerify(const nlohmann::json& key) {
  bool valid = true;
  const std::string use = TextIn(key, "use", &valid);
  if (!valid || (!use.empty() && use != "sig")) return false;
  const auto operations = key.find("key_ops");
  if (operations == key.end()) return true;
  return operations->is_array() &&
         std::find(operations->begin(), operations->end(), "verify") != operations->end();
}

std::string WithoutZeros(std::string bytes) {
  bytes.erase(0, bytes.find_first_not_of('\0'));
  return bytes;
}

// A number as keys hold it: base64url, big end first.
std::optional<std::string> NumberIn(const nlohmann::json& key, const char* name) {
  bool valid = true;
  const std::string text = TextIn(key, name, &valid);
  const std::optional<std::string> bytes = FromBase64Url(text);
  if (!valid || !bytes || bytes->empty()) return std::nullopt;
  return bytes;
}

absl::Status CheckRsa(const nlohmann::json& key, size_t* modulus_bytes) {
  const auto modulus = NumberIn(key, "n");
  const auto exponent = NumberIn(key, "e");
  if (!modulus || !exponent) return Unused("an RSA key without a readable n and e");
  const std::string n = WithoutZeros(*modulus);
  const std::string e = WithoutZeros(*exponent);
  const size_t bits =
      n.empty() ? 0 : (n.size() - 1) * 8 + std::bit_width(static_cast<unsigned char>(n.front()));
  if (bits < kLeastModulusBits) {
    return Unused(
        absl::StrCat("an RSA key of ", bits, " bits, and ", kLeastModulusBits, " are the least"));
  }
  if (bits > kMostModulusBits)
    return Unused(absl::StrCat("an RSA key of more than ", kMostModulusBits, " bits"));
  const bool odd = !e.empty() && (static_cast<unsigned char>(e.back()) & 1) != 0;
  if (!odd || e == "\x01" || e.size() > kMostExponentBytes) {
    return Unused("an RSA key with an exponent that protects nothing");
  }
  *modulus_bytes = n.size();
  return absl::OkStatus();
}

// What the library gets: the public numbers alone, and nothing else of a set.
std::string PublicPart(const nlohmann::json& key) {
  nlohmann::json part = nlohmann::json::object();
  for (const char* name : {"kty", "crv", "n", "e", "x", "y"}) {
    if (key.contains(name)) part[name] = key[name];
  }
  return part.dump();
}

}  // namespace

struct Key::Handles {
  Jwk jwk;
};

Key::Key() : handles_(std::make_unique<Handles>()) {}
Key::~Key() = default;

absl::StatusOr<std::shared_ptr<const Key>> Key::Import(const std::string& json) {
  const std::optional<nlohmann::json> parsed = ParseObject(json);
  if (!parsed) return Unused("a key that is no JSON object");
  bool valid = true;
  std::shared_ptr<Key> key(new Key);
  key->id_ = TextIn(*parsed, "kid", &valid);
  key->type_ = TextIn(*parsed, "kty", &valid);
  key->curve_ = TextIn(*parsed, "crv", &valid);
  key->algorithm_ = TextIn(*parsed, "alg", &valid);
  if (!valid) return Unused("a key whose kid, kty, crv or alg is no text");
  if (!MayVerify(*parsed)) return Unused("a key that isn't for checking signatures");
  const std::span<const Algorithm> all = Algorithms();
  if (std::none_of(all.begin(), all.end(),
                   [&key](const Algorithm& one) { return key->Fits(one); })) {
    return Unused("a key of a type, curve or algorithm that no token may be signed with");
  }
  if (key->type_ == "RSA") {
    if (const absl::Status status = CheckRsa(*parsed, &key->modulus_bytes_); !status.ok()) {
      return status;
    }
  } else if (!NumberIn(*parsed, "x") || !NumberIn(*parsed, "y")) {
    return Unused("an EC key without a readable x and y");
  }
  const std::string text = PublicPart(*parsed);
  cjose_err error = {};
  key->handles_->jwk.reset(cjose_jwk_import(text.data(), text.size(), &error));
  if (key->handles_->jwk == nullptr) return Unused("a key whose numbers make no key");
  return key;
}

bool Key::Fits(const Algorithm& algorithm) const {
  return type_ == algorithm.key_type && (type_ != "EC" || curve_ == algorithm.curve) &&
         (algorithm_.empty() || algorithm_ == algorithm.name);
}

bool Key::Verifies(const std::string& token, const Algorithm& algorithm,
                   size_t signature_bytes) const {
  const size_t expected =
      algorithm.signature_bytes == 0 ? modulus_bytes_ : algorithm.signature_bytes;
  if (signature_bytes != expected) return false;
  cjose_err error = {};
  const Jws jws(cjose_jws_import(token.data(), token.size(), &error));
  return jws != nullptr && cjose_jws_verify(jws.get(), handles_->jwk.get(), &error);
}

absl::StatusOr<KeySet> KeySet::Parse(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a key set has at most ", kMaxBytes, " bytes, and this has more"));
  }
  const std::optional<nlohmann::json> parsed = ParseObject(text);
  const auto keys = parsed ? parsed->find("keys") : nlohmann::json::const_iterator();
  if (!parsed || keys == parsed->end() || !keys->is_array()) {
    return absl::InvalidArgumentError(
        "is no key set: a JSON object with the list \"keys\" (RFC 7517)");
  }
  if (keys->size() > kMaxKeys) {
    return absl::InvalidArgumentError(
        absl::StrCat("a key set has at most ", kMaxKeys, " keys, and this has ", keys->size()));
  }
  KeySet set;
  for (const nlohmann::json& element : *keys) {
    absl::StatusOr<std::shared_ptr<const Key>> key = Key::Import(element.dump());
    if (key.ok()) {
      set.keys_.push_back(*std::move(key));
    } else if (set.unused_.size() < kMaxNotes) {
      set.unused_.emplace_back(key.status().message());
    }
  }
  return set;
}

std::vector<std::shared_ptr<const Key>> KeySet::Find(std::string_view id,
                                                     const Algorithm& algorithm) const {
  std::vector<std::shared_ptr<const Key>> found;
  for (const std::shared_ptr<const Key>& key : keys_) {
    if (id.empty() ? key->Fits(algorithm) : key->id() == id) found.push_back(key);
  }
  return found;
}

}  // namespace clusterwire::identity
