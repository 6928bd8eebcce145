#include "services/catalogue/resources/grants/grant_index.h"

#include <utility>

#include "clusterwire/catalogue/v1/invitation.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/text/subject.h"
#include "libs/resource/page.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kPage = 2000;                         // rows of the log, without what they hold
constexpr absl::Duration kPoll = absl::Seconds(1);  // for writes of other processes

GrantIndex::Entry EntryOf(const v1::Grant& grant) {
  return {grant.name(), grant.subject(), grant.resource(), grant.role(), grant.has_delete_time()};
}

GrantIndex::Entry EntryOf(const v1::Invitation& invitation) {
  return {invitation.name(), "", invitation.resource(), invitation.role()};
}

std::vector<GrantIndex::Entry> ToVector(std::map<std::string, GrantIndex::Entry> found) {
  std::vector<GrantIndex::Entry> entries;
  for (auto& [name, entry] : found) entries.push_back(std::move(entry));
  return entries;
}

}  // namespace

GrantIndex::GrantIndex(store::Store& store, Clock& clock, Random& random)
    : store_(store), clock_(clock), random_(random) {}

absl::StatusOr<std::unique_ptr<GrantIndex>> GrantIndex::Open(store::Store& store, Clock& clock,
                                                             Random& random) {
  std::unique_ptr<GrantIndex> index(new GrantIndex(store, clock, random));
  {
    MutexLock turn(index->turn_);
    RETURN_IF_ERROR(index->ReadAll());
  }
  const auto step = [&index = *index]() -> absl::StatusOr<absl::Time> {
    RETURN_IF_ERROR(index.CatchUp());
    return index.clock_.Now() + kPoll;
  };
  index->worker_ = std::make_unique<Worker>(clock, random, step);
  store.Subscribe(&index->worker_->wakeup());
  index->worker_->Wake();  // for what was committed meanwhile
  return index;
}

GrantIndex::~GrantIndex() {
  if (worker_ != nullptr) store_.Unsubscribe(&worker_->wakeup());
}

absl::StatusOr<GrantIndex::Rights> GrantIndex::RightsOf(std::string_view subject) {
  ASSIGN_OR_RETURN(const std::vector<Entry> holding, Holding(subject));
  std::map<std::string, v1::Grant::Role> roles;  // the highest, by resource
  for (const Entry& entry : holding) {
    v1::Grant::Role& role = roles[entry.resource];
    role = std::max(role, entry.role);
  }
  Rights rights;
  for (const auto& [resource, role] : roles) {
    if (role >= v1::Grant::ROLE_VIEWER) rights.members.push_back(resource);
    if (role >= v1::Grant::ROLE_EDITOR) rights.edits.push_back(resource);
    if (role >= v1::Grant::ROLE_OWNER) rights.owns.push_back(resource);
  }
  return rights;
}

absl::StatusOr<std::vector<GrantIndex::Entry>> GrantIndex::On(std::string_view resource) {
  return OnAny({std::string(resource)});
}

absl::StatusOr<std::vector<GrantIndex::Entry>> GrantIndex::OnAny(
    const std::vector<std::string>& resources) {
  RETURN_IF_ERROR(CatchUp());
  std::map<std::string, Entry> found;
  MutexLock lock(mutex_);
  for (const std::string& resource : resources) Add(by_resource_, resource, found);
  return ToVector(std::move(found));
}

absl::StatusOr<std::vector<GrantIndex::Entry>> GrantIndex::To(std::string_view subject) {
  RETURN_IF_ERROR(CatchUp());
  std::map<std::string, Entry> found;
  MutexLock lock(mutex_);
  if (!subject.empty()) Add(by_subject_, subject, found);
  return ToVector(std::move(found));
}

absl::StatusOr<std::vector<GrantIndex::Entry>> GrantIndex::Holding(std::string_view subject) {
  RETURN_IF_ERROR(CatchUp());
  const std::vector<std::string> patterns =
      subject.empty() ? std::vector<std::string>() : PatternsMatching(subject);
  std::map<std::string, Entry> found;
  MutexLock lock(mutex_);
  for (const std::string& pattern : patterns) Add(by_subject_, pattern, found);
  return ToVector(std::move(found));
}

absl::StatusOr<std::string> GrantIndex::ResourceOf(std::string_view name) {
  RETURN_IF_ERROR(CatchUp());
  MutexLock lock(mutex_);
  const auto entry = entries_.find(name);
  const bool holds = entry != entries_.end() && !entry->second.withdrawn;
  return holds ? entry->second.resource : std::string();
}

absl::StatusOr<std::set<std::string>> GrantIndex::WithdrawnOn(std::string_view resource) {
  RETURN_IF_ERROR(CatchUp());
  MutexLock lock(mutex_);
  const auto names = withdrawn_.find(resource);
  return names == withdrawn_.end() ? std::set<std::string>() : names->second;
}

void GrantIndex::Add(const Names& under, std::string_view key,
                     std::map<std::string, Entry>& found) const {
  const auto names = under.find(key);
  if (names == under.end()) return;
  for (const std::string& name : names->second) found.emplace(name, entries_.find(name)->second);
}

absl::Status GrantIndex::CatchUp() {
  ASSIGN_OR_RETURN(const store::Revision newest, store_.revision());
  while (true) {
    // A caller that waits for the turn waits for one page.
    MutexLock turn(turn_);
    if (position_ >= store::EndOf(newest)) return absl::OkStatus();
    ASSIGN_OR_RETURN(const bool more, ReadPage());
    if (!more) position_ = std::max(position_, store::EndOf(newest));
  }
}

absl::StatusOr<bool> GrantIndex::ReadPage() {
  const auto touched = store_.Touched(position_, kPage);
  if (absl::IsOutOfRange(touched.status())) {
    RETURN_IF_ERROR(ReadAll());
    return true;
  }
  RETURN_IF_ERROR(touched.status());
  if (touched->empty()) return false;
  std::set<std::string> names;
  for (const store::TouchedName& one : *touched) {
    if (one.type == "grant" || one.type == "invitation") names.insert(one.name);
  }
  if (!names.empty()) RETURN_IF_ERROR(ReadAgain(names));
  position_ = touched->back().position;
  return true;
}

absl::Status GrantIndex::ReadAll() {
  ASSIGN_OR_RETURN(const auto reader, store_.Read());
  std::vector<Entry> entries;
  RETURN_IF_ERROR(resource::ForEach(
      *reader, {.type = "grant", .include_deleted = true}, [&](const store::Scanned& one) {
        entries.push_back(EntryOf(static_cast<const v1::Grant&>(*one.resource)));
        return true;
      }));
  RETURN_IF_ERROR(
      resource::ForEach(*reader, {.type = "invitation"}, [&](const store::Scanned& one) {
        entries.push_back(EntryOf(static_cast<const v1::Invitation&>(*one.resource)));
        return true;
      }));
  position_ = store::EndOf(reader->revision());
  MutexLock lock(mutex_);
  entries_.clear();
  by_subject_.clear();
  by_resource_.clear();
  withdrawn_.clear();
  for (Entry& entry : entries) Keep(std::move(entry));
  return absl::OkStatus();
}

// As they stand now, which may be later than the page that names them: then a later page says the
// same again.
absl::Status GrantIndex::ReadAgain(const std::set<std::string>& names) {
  ASSIGN_OR_RETURN(const auto reader, store_.Read());
  std::vector<Entry> entries;
  for (const std::string& name : names) {
    if (auto grant = reader->Get<v1::Grant>(name); grant.ok()) {
      entries.push_back(EntryOf(*grant));
    } else if (auto invitation = reader->Get<v1::Invitation>(name); invitation.ok()) {
      entries.push_back(EntryOf(*invitation));
    } else if (!absl::IsNotFound(grant.status()) || !absl::IsNotFound(invitation.status())) {
      return absl::IsNotFound(grant.status()) ? invitation.status() : grant.status();
    }
  }
  MutexLock lock(mutex_);
  for (const std::string& name : names) Drop(name);
  for (Entry& entry : entries) Keep(std::move(entry));
  return absl::OkStatus();
}

void GrantIndex::Keep(Entry entry) {
  if (entry.withdrawn) {
    withdrawn_[entry.resource].insert(entry.name);
  } else {
    if (!entry.subject.empty()) by_subject_[entry.subject].insert(entry.name);
    by_resource_[entry.resource].insert(entry.name);
  }
  std::string name = entry.name;
  entries_.insert_or_assign(std::move(name), std::move(entry));
}

void GrantIndex::Drop(const std::string& name) {
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) return;
  const auto remove = [&](Names& from, const std::string& key) {
    const auto names = from.find(key);
    if (names == from.end()) return;
    names->second.erase(name);
    if (names->second.empty()) from.erase(names);
  };
  remove(by_subject_, entry->second.subject);
  remove(by_resource_, entry->second.resource);
  remove(withdrawn_, entry->second.resource);
  entries_.erase(entry);
}

}  // namespace clusterwire::catalogue
