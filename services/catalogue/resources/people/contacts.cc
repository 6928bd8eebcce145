#include "services/catalogue/resources/people/contacts.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/person.pb.h"

#include "services/catalogue/common/fields/checks.h"
#include "services/catalogue/resources/people/person_rules.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMaxContacts = 50;

bool IsSeen(const Context& context, const std::string& name) {
  v1::Person person;
  return context.reader.Load(name, &person).ok() && SeesPerson(context.viewer, person);
}

bool Names(const Contacts* contacts, const std::string& person) {
  return contacts != nullptr &&
         std::any_of(contacts->begin(), contacts->end(),
                     [&](const auto& contact) { return contact.person() == person; });
}

}  // namespace

void CheckContacts(std::string_view prefix, const Contacts* before, const Contacts& contacts,
                   const Context& context, FieldErrors& errors) {
  if (contacts.size() > kMaxContacts) {
    errors.Add(PathTo(prefix, "contacts"),
               absl::StrCat("has ", contacts.size(), "; at most ", kMaxContacts, " are possible"));
    return;
  }
  std::set<std::pair<std::string, int>> seen;
  for (int i = 0; i < contacts.size(); ++i) {
    const type::v1::Contact& contact = contacts[i];
    const std::string path = PathTo(prefix, "contacts", i);
    const std::string person_path = absl::StrCat(path, ".person");
    if (CheckReference(person_path, "people/{person}", contact.person(), errors) &&
        !Names(before, contact.person()) && !IsSeen(context, contact.person())) {
      errors.Add(person_path, absl::StrCat("'", contact.person(), "' does not exist"));
    }
    if (!type::v1::PersonRole_IsValid(contact.role()) ||
        contact.role() == type::v1::PERSON_ROLE_UNSPECIFIED) {
      errors.Add(absl::StrCat(path, ".role"), absl::StrCat("is required: ", kPersonRoles));
    }
    if (!seen.emplace(contact.person(), contact.role()).second) {
      errors.Add(path, "names a person twice in the same role");
    }
  }
}

}  // namespace clusterwire::catalogue
