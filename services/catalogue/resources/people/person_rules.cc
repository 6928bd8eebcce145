#include "services/catalogue/resources/people/person_rules.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "libs/base/crypto.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"
#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/common/fields/owner.h"
#include "services/catalogue/common/fields/references.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMaxAddresses = 10;
constexpr size_t kMaxEmail = 254;  // RFC 5321
constexpr int kMaxBelongings = 50;
constexpr int kMaxConsents = 50;
constexpr size_t kMostEarlier = 100;

// "local@host.tld": no spaces or control characters, one "@" with something before it, and behind
// it a name of at least two labels. Whether it is anybody's, only a message to it tells.
bool IsEmail(std::string_view text) {
  const size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > kMaxEmail) return false;
  const std::string_view host = text.substr(at + 1);
  if (host.empty() || host.find('@') != std::string_view::npos) return false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f ||
        absl::StrContains("<>()[],;:\\\"", absl::string_view(&c, 1))) {
      return false;
    }
  }
  bool dotted = false;
  size_t label = 0;  // its length so far
  for (size_t i = 0; i <= host.size(); ++i) {
    if (i < host.size() && host[i] != '.') {
      ++label;
      continue;
    }
    if (label == 0 || label > 63 || host[i - 1] == '-' || host[i - label] == '-') return false;
    dotted |= i < host.size();
    label = 0;
  }
  const std::string_view local = text.substr(0, at);
  return dotted && local.front() != '.' && local.back() != '.' &&
         local.find("..") == std::string_view::npos;
}

// "+49 351 8925880": digits with what people put between them.
bool IsPhone(std::string_view text) {
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9') {
      ++digits;
    } else if (!(c == '+' && i == 0) && !absl::StrContains(" -./()", absl::string_view(&c, 1))) {
      return false;
    }
  }
  return digits >= 3 && digits <= 20 && text.size() <= 40;
}

// At most `most`, each right and none twice. Says which one and not what it says.
void CheckAddresses(std::string_view field, const Strings& addresses, bool (*is)(std::string_view),
                    const char* shape, FieldErrors& errors) {
  if (addresses.size() > kMaxAddresses) {
    errors.Add(PathTo("person", field), absl::StrCat("has ", addresses.size(), "; at most ",
                                                     kMaxAddresses, " are possible"));
    return;
  }
  std::set<std::string_view> seen;
  for (int i = 0; i < addresses.size(); ++i) {
    if (!is(addresses[i])) {
      errors.Add(PathTo("person", field, i), absl::StrCat("must look like ", shape));
    } else if (!seen.insert(addresses[i]).second) {
      errors.Add(PathTo("person", field, i), "stands there twice");
    }
  }
}

void CheckRoles(const v1::Person& person, FieldErrors& errors) {
  std::set<int> seen;
  for (int i = 0; i < person.roles_size(); ++i) {
    const std::string path = PathTo("person", "roles", i);
    if (person.roles(i) == 0 || !type::v1::PersonRole_IsValid(person.roles(i))) {
      errors.Add(path, absl::StrCat("is no role: ", kPersonRoles));
    } else if (!seen.insert(person.roles(i)).second) {
      errors.Add(path, "stands there twice");
    }
  }
}

void CheckBelongings(const v1::Person* before, const v1::Person& person, const Context& context,
                     FieldErrors& errors) {
  if (person.belongs_to_size() > kMaxBelongings) {
    errors.Add("person.belongs_to", absl::StrCat("has ", person.belongs_to_size(), "; at most ",
                                                 kMaxBelongings, " are possible"));
    return;
  }
  for (int i = 0; i < person.belongs_to_size(); ++i) {
    const std::string& name = person.belongs_to(i);
    const std::string path = PathTo("person", "belongs_to", i);
    const bool programme = absl::StartsWith(name, "programmes/");
    const char* pattern = programme ? "programmes/{programme}" : "clusters/{cluster}";
    if (!CheckReference(path, pattern, name, errors)) continue;
    if (before != nullptr &&
        std::count(before->belongs_to().begin(), before->belongs_to().end(), name) > 0) {
      continue;
    }
    v1::Cluster in_cluster;
    v1::Programme in_programme;
    if (!IsThereFor(
            context.viewer, context.reader, name,
            programme ? static_cast<google::protobuf::Message*>(&in_programme) : &in_cluster)) {
      errors.Add(path, NotThere(context.viewer, context.reader, name));
    }
  }
}

void CheckConsents(const v1::Person& person, const Context& context, FieldErrors& errors) {
  if (person.consents_size() > kMaxConsents) {
    errors.Add("person.consents", absl::StrCat("has ", person.consents_size(), "; at most ",
                                               kMaxConsents, " are possible"));
    return;
  }
  for (int i = 0; i < person.consents_size(); ++i) {
    const v1::Consent& consent = person.consents(i);
    const std::string path = PathTo("person", "consents", i);
    resource::CheckText(errors, path + ".purpose", consent.purpose(), 1, 200);
    resource::CheckText(errors, path + ".asked_by", consent.asked_by(), 1, 200);
    resource::CheckText(errors, path + ".origin", consent.origin(), 1, 500);
    resource::CheckText(errors, path + ".text_version", consent.text_version(), 1, 100);
    if (!consent.has_give_time()) {
      errors.Add(path + ".give_time", "is required: 2026-02-01T10:00:00Z");
    } else if (ToTime(consent.give_time()) > context.now) {
      errors.Add(path + ".give_time", "lies in the future");
    }
    if (!consent.has_withdraw_time()) continue;
    if (ToTime(consent.withdraw_time()) > context.now) {
      errors.Add(path + ".withdraw_time", "lies in the future");
    } else if (ToTime(consent.withdraw_time()) < ToTime(consent.give_time())) {
      errors.Add(path + ".withdraw_time", "is before give_time");
    }
  }
}

bool HasConsentSince(const v1::Person& person, absl::Time time) {
  return std::any_of(person.consents().begin(), person.consents().end(),
                     [&](const v1::Consent& consent) {
                       return !consent.has_withdraw_time() && ToTime(consent.give_time()) > time;
                     });
}

// Operators learn of all who were erased, others of those of their own records alone: else they
// could ask by trying who was known elsewhere.
absl::Status CheckNotErased(const Erasures& erasures, const v1::Person* before,
                            const v1::Person& person, const Context& context) {
  const KnownBy known = KnownByOf(person);
  if (before != nullptr && erasures.key().Of(known) == erasures.key().Of(KnownByOf(*before))) {
    return absl::OkStatus();
  }
  const auto owner =
      context.viewer.operator_ ? std::nullopt : std::optional<std::string>(person.owner());
  ASSIGN_OR_RETURN(const auto erased, erasures.ErasedAt(context.reader, known, owner));
  if (!erased || HasConsentSince(person, *erased)) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "PERSON_ERASED",
               absl::StrCat("somebody known by the same was erased on ",
                            absl::FormatTime("%Y-%m-%d", *erased, absl::UTCTimeZone()),
                            " and must not be recorded again; a consent that they gave after that "
                            "allows it: add it to person.consents"));
}

absl::Status Check(const Erasures& erasures, const v1::Person* before, const v1::Person& person,
                   const Context& context, FieldErrors& errors) {
  resource::CheckText(errors, "person.display_name", person.display_name(), 1, 200);
  CheckAddresses("emails", person.emails(), &IsEmail, "name@example.org", errors);
  CheckAddresses("phones", person.phones(), &IsPhone, "+49 351 8925880", errors);
  CheckRoles(person, errors);
  CheckOwner("person.owner", before == nullptr ? nullptr : &before->owner(), person.owner(),
             context, errors);
  CheckBelongings(before, person, context, errors);
  CheckConsents(person, context, errors);
  CheckOrigin("person", person.sources(), person.external_ids(), errors);
  if (!errors.empty()) return absl::OkStatus();
  return CheckNotErased(erasures, before, person, context);
}

// What the record was known by before this update and isn't any more: the person stays erased under
// that too.
absl::Status KeepEarlier(const ErasureKey& key, const v1::Person& before, v1::Person* next) {
  std::vector<std::string> earlier(before.earlier_hashes().begin(), before.earlier_hashes().end());
  for (std::string& name : key.Of(KnownByOf(before))) earlier.push_back(std::move(name));
  const std::vector<std::string> now = key.Of(KnownByOf(*next));
  std::set<std::string> seen(now.begin(), now.end());
  std::erase_if(earlier, [&](const std::string& name) { return !seen.insert(name).second; });
  const size_t more = earlier.size() - std::min(earlier.size(), kMostEarlier);
  next->clear_earlier_hashes();
  for (size_t i = more; i < earlier.size(); ++i) next->add_earlier_hashes(earlier[i]);
  return absl::OkStatus();
}

}  // namespace

bool SeesPerson(const filter::Viewer& viewer, const v1::Person& person) {
  return viewer.operator_ ||
         std::binary_search(viewer.edits.begin(), viewer.edits.end(), person.owner());
}

KnownBy KnownByOf(const v1::Person& person) {
  return {person.display_name(), person.emails(), person.external_ids()};
}

std::string ProofOf(const ErasureKey& key, const std::string& person, const v1::Consent& consent) {
  v1::Consent given = consent;
  given.clear_withdraw_time();
  return key.OfConsent(person, SerializeDeterministic(given));
}

Rules<v1::Person> PersonRules(const Erasures& erasures, Random& random) {
  return {.type = "person",
          .collection = "people",
          .output_only = {"edited_fields", "earlier_hashes"},
          .random_ids = &random,
          .check =
              [&erasures](const v1::Person* before, const v1::Person& person,
                          const Context& context, FieldErrors& errors) {
                return Check(erasures, before, person, context, errors);
              },
          .correct = [&erasures](
                         const v1::Person& before,
                         v1::Person* next) { return KeepEarlier(erasures.key(), before, next); },
          .has_facts = false,
          .seen_by = &SeesPerson};
}

}  // namespace clusterwire::catalogue
