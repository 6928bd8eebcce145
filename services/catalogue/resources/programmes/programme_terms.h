#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "clusterwire/catalogue/v1/cluster.pb.h"
#include "clusterwire/catalogue/v1/programme.pb.h"

#include "services/catalogue/common/resource.h"

// How a programme is run: the way in, the label that members hold, what they get, its reminders.
namespace clusterwire::catalogue {

// All of it, with the criteria. `before` is null on creation. PERMISSION_DENIED when the viewer may
// not turn something on.
absl::Status CheckTerms(const v1::Programme* before, const v1::Programme& programme,
                        const Context& context, FieldErrors& errors);

// Since when its duty is one: what an update leaves out stays as it was, and what is new is from
// today.
void CorrectTerms(const v1::Programme& before, v1::Programme* next);
void SettleTerms(absl::Time now, v1::Programme* programme);

// Into what a cluster gets: FAILED_PRECONDITION, reason NOT_TAKING_APPLICATIONS, where the
// programme takes none now, isn't published or has ended.
absl::Status CheckTakesApplications(const v1::Programme& programme, absl::Time now);
// The same where only its end matters: what was begun goes on.
absl::Status CheckNotEnded(const v1::Programme& programme, absl::Time now);
// FAILED_PRECONDITION, reason CLUSTER_ENDED, of an organisation that is no more.
absl::Status CheckGoesOn(const v1::Cluster& cluster);
// FAILED_PRECONDITION, reason DRAFT_NOT_LISTED, for a draft where drafts may not apply; reason
// CLUSTER_ARCHIVED for what nobody keeps up to date, and CLUSTER_ENDED.
absl::Status CheckListed(const v1::Programme& programme, const v1::Cluster& cluster);

// The codes, schemes and levels that it names, as CatalogueType::uses tells them.
std::vector<std::string> TermUses(const v1::Programme& programme);

// How what is judged by a criterion, or is of an offering, says that it uses it.
std::string CriterionUse(std::string_view programme, std::string_view id);
std::string OfferingUse(std::string_view programme, std::string_view id);

// Null when the programme has none of that id.
const v1::Offering* FindOffering(const v1::Programme& programme, std::string_view id);
const v1::Criterion* FindCriterion(const v1::Programme& programme, std::string_view id);

}  // namespace clusterwire::catalogue
