#include "services/notification/grants/testing/grant_records.h"

#include <utility>

#include "libs/change/grant.h"

namespace clusterwire::notification {

using change::v1::GrantChanged;

GrantChanged GrantTo(std::string_view subject, std::string_view resource, const std::string& name,
                     int64_t revision) {
  GrantChanged grant;
  grant.set_name(name);
  grant.set_subject_hash(change::SubjectHash(kSubjectKey, subject));
  grant.set_is_pattern(!subject.empty() && subject.back() == '*');
  grant.set_resource(std::string(resource));
  grant.set_role(GrantChanged::ROLE_VIEWER);
  grant.set_history("h");
  grant.set_revision(revision);
  return grant;
}

GrantChanged Withdrawn(const std::string& name, int64_t revision) {
  GrantChanged grant;
  grant.set_name(name);
  grant.set_withdrawn(true);
  grant.set_history("h");
  grant.set_revision(revision);
  return grant;
}

GrantChanged AllSent(std::string_view key) {
  GrantChanged complete;
  complete.set_name(std::string(change::kGrantsComplete));
  complete.set_subject_hash(change::SubjectHash(key, change::kGrantsComplete));
  complete.set_history("h");
  complete.set_revision(1);
  return complete;
}

void ReadWhole(Grants& grants, const Clock& clock, const std::vector<GrantChanged>& records) {
  GrantIndex index;
  GrantIndex::Keys touched;
  for (const GrantChanged& record : records) index.Take(record, touched);
  index.Take(AllSent(), touched);
  grants.Replace(std::move(index));
  grants.CaughtUp(clock.Uptime());
}

void ReadOn(Grants& grants, const GrantChanged& record) { grants.Apply({{record.name(), record}}); }

}  // namespace clusterwire::notification
