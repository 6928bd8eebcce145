#include "services/catalogue/resources/labels/label_correction.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/catalogue/common/fields/words.h"

namespace clusterwire::catalogue {
namespace {

using google::protobuf::util::MessageDifferencer;
using Renewals = google::protobuf::RepeatedPtrField<v1::Renewal>;

bool SameRenewals(const Renewals& a, const Renewals& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
    return MessageDifferencer::Equals(one, other);
  });
}

// Those that were forgotten may be added before the last one.
bool AddsAtTheEnd(const Renewals& known, const Renewals& next) {
  return next.size() > known.size() &&
         (known.empty() || next.rbegin()->renewed() != known.rbegin()->renewed());
}

void JoinRenewals(Renewals* renewals) {
  for (int i = 1; i < renewals->size(); ++i) {
    (*renewals)[i].set_previous_valid_until((*renewals)[i - 1].valid_until());
  }
}

std::string Shown(const std::string& value) { return value.empty() ? "unknown" : value; }

}  // namespace

absl::Status TakeCorrection(const v1::Label& known, v1::Label* next) {
  FieldErrors errors;
  if (next->has_revocation() && !known.has_revocation()) {
    errors.Add("label.revocation", "is set by RevokeLabel; a correction changes or removes it");
  }
  if (AddsAtTheEnd(known.renewals(), next->renewals())) {
    errors.Add("label.renewals",
               "get their newest one by RenewLabel; a correction changes those "
               "that are there, removes them, or adds an earlier one");
  }
  RETURN_IF_ERROR(errors.ToStatus());
  const bool renewals_changed = !SameRenewals(known.renewals(), next->renewals());
  const bool end_changed = known.valid_until() != next->valid_until();
  if (!renewals_changed && !end_changed) return absl::OkStatus();
  if (next->renewals().empty()) {
    // What the renewals had made of the end goes with them.
    if (!end_changed) next->set_valid_until(known.renewals(0).previous_valid_until());
    return absl::OkStatus();
  }
  v1::Renewal& last = *next->mutable_renewals()->rbegin();
  const bool last_changed =
      known.renewals().empty() || last.valid_until() != known.renewals().rbegin()->valid_until();
  if (!end_changed) {
    next->set_valid_until(last.valid_until());
  } else if (!last_changed || !renewals_changed) {
    last.set_valid_until(next->valid_until());
  } else if (last.valid_until() != next->valid_until()) {
    errors.Add("label.valid_until", absl::StrCat("'", next->valid_until(), "' is not the end '",
                                                 last.valid_until(), "' of the last renewal"));
  }
  JoinRenewals(next->mutable_renewals());
  return errors.ToStatus();
}

std::vector<std::string> CorrectionsOf(const v1::Label& known, const v1::Label& next) {
  std::vector<std::string> lines;
  const auto compare = [&lines](std::string_view field, const std::string& was,
                                const std::string& is) {
    if (was == is) return;
    lines.push_back(absl::StrCat(ToAbsl(field), ": was ", Shown(was), ", is ", Shown(is)));
  };
  compare("scheme", known.scheme(), next.scheme());
  compare("level", known.level(), next.level());
  compare("awarded", known.awarded(), next.awarded());
  compare("announced", known.announced(), next.announced());
  compare("assessed", known.assessed(), next.assessed());
  compare("valid_until", known.valid_until(), next.valid_until());
  if (!SameRenewals(known.renewals(), next.renewals())) {
    lines.push_back(absl::StrCat("renewals: were ", known.renewals_size(), ", are ",
                                 next.renewals_size(), ", or have other dates"));
  }
  if (known.has_revocation() && !next.has_revocation()) {
    lines.push_back("revocation: is taken out of the record");
  }
  compare("revocation.revoked", known.revocation().revoked(), next.revocation().revoked());
  compare("state", WordOf(known.state()), WordOf(next.state()));
  return lines;
}

}  // namespace clusterwire::catalogue
