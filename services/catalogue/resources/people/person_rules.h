#pragma once

#include <string>

#include "clusterwire/catalogue/v1/person.pb.h"

#include "libs/base/random.h"
#include "services/catalogue/common/resource.h"
#include "services/catalogue/erasures/erasures.h"

namespace clusterwire::catalogue {

// Whether a viewer sees a person: operators all, who may edit the owner those that it owns. A
// person is hidden from all others, viewers of the owner included.
bool SeesPerson(const filter::Viewer& viewer, const v1::Person& person);

// Where a person's record is wrong, or somebody is recorded who was erased. No text of a violation
// repeats what a person is called or how they are reached.
Rules<v1::Person> PersonRules(const Erasures& erasures, Random& random);

// The roles there are, for errors.
inline constexpr char kPersonRoles[] =
    "PERSON_ROLE_CLUSTER_MANAGER, PERSON_ROLE_ECCP_RESPONSIBLE, PERSON_ROLE_INTERNATIONALISATION, "
    "PERSON_ROLE_SPEAKER, PERSON_ROLE_CONTACT, PERSON_ROLE_MODERATOR, PERSON_ROLE_PANELLIST or "
    "PERSON_ROLE_REGISTRANT";

KnownBy KnownByOf(const v1::Person& person);
// The proof of a consent, as it was given: withdrawing it changes nothing of that.
std::string ProofOf(const ErasureKey& key, const std::string& person, const v1::Consent& consent);

}  // namespace clusterwire::catalogue
