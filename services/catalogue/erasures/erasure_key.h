#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/repeated_field.h"

#include "clusterwire/type/v1/sources.pb.h"

namespace clusterwire::catalogue {

// What a person may be known by again.
struct KnownBy {
  std::string display_name;
  google::protobuf::RepeatedPtrField<std::string> emails;
  google::protobuf::RepeatedPtrField<type::v1::ExternalId> external_ids;
};

// Hashes what names a person, by a secret key, so that it can be recognised and not be read.
// Immutable.
class ErasureKey {
 public:
  // `secret`: what the key's file holds.
  explicit ErasureKey(std::string_view secret);

  // "erasures/…" of a resource's name.
  std::string OfResource(std::string_view name) const;
  // The same of each thing that a person is known by: an id in another register; the name together
  // with an e-mail address, in any case, with any accents and the order of the name's words. An
  // address alone is none: several share one.
  std::vector<std::string> Of(const KnownBy& known) const;
  // 32 bytes.
  std::string OfOwner(std::string_view owner) const { return Hash("owner", owner); }
  // Of what a consent says of itself, which is no part of anything else, and whose it is.
  std::string OfConsent(std::string_view person, std::string_view consent) const;
  // Tells keys apart: 16 hexadecimal digits.
  const std::string& id() const { return id_; }

 private:
  std::string Hash(std::string_view what, std::string_view text) const;
  std::string NameOf(std::string_view what, std::string_view text) const;

  const std::string key_;
  const std::string id_;
};

}  // namespace clusterwire::catalogue
