#include "services/catalogue/erasures/erasure_key.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"
#include "libs/text/text.h"

namespace clusterwire::catalogue {
namespace {

constexpr size_t kNameDigits = 40;
constexpr size_t kIdDigits = 16;

// One spelling of a name: "Müller, Jörg" and "JORG MULLER" are the same.
std::string NameForm(std::string_view name) {
  std::vector<std::string> words = text::Words(name);
  for (std::string& word : words) word = text::Fold(word);
  std::sort(words.begin(), words.end());
  return absl::StrJoin(words, " ");
}

}  // namespace

ErasureKey::ErasureKey(std::string_view secret)
    : key_(HmacSha256(secret, "clusterwire.erasures")),
      id_(absl::BytesToHexString(HmacSha256(key_, "id")).substr(0, kIdDigits)) {}

std::string ErasureKey::Hash(std::string_view what, std::string_view text) const {
  return HmacSha256(key_, absl::StrCat(ToAbsl(what), "\n", ToAbsl(text)));
}

std::string ErasureKey::NameOf(std::string_view what, std::string_view text) const {
  return absl::StrCat("erasures/", absl::BytesToHexString(Hash(what, text)).substr(0, kNameDigits));
}

std::string ErasureKey::OfResource(std::string_view name) const { return NameOf("resource", name); }

std::vector<std::string> ErasureKey::Of(const KnownBy& known) const {
  std::vector<std::string> names;
  const std::string name = NameForm(known.display_name);
  for (const std::string& email : known.emails) {
    names.push_back(NameOf("name and e-mail", absl::StrCat(name, "\n", text::Fold(email))));
  }
  for (const type::v1::ExternalId& id : known.external_ids) {
    names.push_back(NameOf("external id", absl::StrCat(id.scheme(), "\n", id.id())));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string ErasureKey::OfConsent(std::string_view person, std::string_view consent) const {
  return Hash("consent", absl::StrCat(ToAbsl(person), "\n", ToAbsl(consent)));
}

}  // namespace clusterwire::catalogue
