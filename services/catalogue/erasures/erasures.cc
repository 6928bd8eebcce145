#include "services/catalogue/erasures/erasures.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/reflection.h"

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/resource/page.h"
#include "libs/store/personal.h"

namespace clusterwire::catalogue {
namespace {

using change::v1::PersonErased;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kErased[] = "person.erased";
constexpr char kKept[] = "erasure.kept";
constexpr char kPerson[] = "person";  // the type
constexpr int kYearsOfProof = 3;
constexpr size_t kReplayPage = 200;
constexpr size_t kAtOnce = 500;  // resources that lose contacts in one write of their own
constexpr int kLate = 100;       // changes looked at in one go

absl::Time AfterYears(absl::Time time, int years) {
  const absl::CivilSecond civil = absl::ToCivilSecond(time, absl::UTCTimeZone());
  return absl::FromCivil(absl::CivilSecond(civil.year() + years, civil.month(), civil.day(),
                                           civil.hour(), civil.minute(), civil.second()),
                         absl::UTCTimeZone());
}

std::vector<store::Timer> Timers(const store::Message& message, const store::Hook::Context*) {
  const auto& record = static_cast<const PersonErased&>(message);
  if (!record.has_consent_hashes_until()) return {};
  return {{ToTime(record.consent_hashes_until()), "forget consents"}};
}

absl::Status ForgetConsents(store::Writer& writer, const std::string& name, absl::Time) {
  ASSIGN_OR_RETURN(PersonErased record, writer.Get<PersonErased>(name));
  record.clear_consent_hashes();
  record.clear_consent_hashes_until();
  return writer.Put(record, kKept);
}

// Whether messages of the type hold contacts: themselves, or in parts of theirs.
bool HoldContacts(const google::protobuf::Descriptor& type, int depth = 0) {
  constexpr int kDeepest = 3;  // of an agenda's items 1
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::Descriptor* part = type.field(i)->message_type();
    if (part == type::v1::Contact::descriptor()) return true;
    if (part != nullptr && depth < kDeepest && HoldContacts(*part, depth + 1)) return true;
  }
  return false;
}

// Each list of contacts in the resource, or in a part of it.
void ForEachList(Message& resource,
                 absl::FunctionRef<void(Message&, const FieldDescriptor&)> visit) {
  const google::protobuf::Descriptor& type = *resource.GetDescriptor();
  const google::protobuf::Reflection& reflection = *resource.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->message_type() == nullptr || !HoldContacts(*field->message_type())) {
      if (field->message_type() == type::v1::Contact::descriptor() && field->is_repeated()) {
        visit(resource, *field);
      }
      continue;
    }
    if (!field->is_repeated()) {
      if (!reflection.HasField(resource, field)) continue;
      ForEachList(*reflection.MutableMessage(&resource, field), visit);
      continue;
    }
    for (int j = 0; j < reflection.FieldSize(resource, field); ++j) {
      ForEachList(*reflection.MutableRepeatedMessage(&resource, field, j), visit);
    }
  }
}

// Each contact in the resource.
void ForEachOf(const Message& resource, absl::FunctionRef<void(const type::v1::Contact&)> visit) {
  // Nothing is changed: the lists are looked at.
  ForEachList(const_cast<Message&>(resource), [&](Message& holder, const FieldDescriptor& field) {
    for (int i = 0; i < holder.GetReflection()->FieldSize(holder, &field); ++i) {
      visit(static_cast<const type::v1::Contact&>(
          holder.GetReflection()->GetRepeatedMessage(holder, &field, i)));
    }
  });
}

bool Names(const Message& resource, const std::string& person) {
  bool named = false;
  ForEachOf(resource,
            [&](const type::v1::Contact& contact) { named |= contact.person() == person; });
  return named;
}

// Each that names a person, with what it stands in.
absl::Status ForEachContact(
    const store::Reader& reader, const store::Registry& registry,
    absl::FunctionRef<void(const store::Message&, const type::v1::Contact&)> visit) {
  const auto look = [&](const store::Scanned& one) {
    ForEachOf(*one.resource,
              [&](const type::v1::Contact& contact) { visit(*one.resource, contact); });
    return true;
  };
  for (const auto& [name, type] : registry.types()) {
    if (!HoldContacts(*type.prototype->GetDescriptor())) continue;
    RETURN_IF_ERROR(resource::ForEach(reader, {.type = name, .include_deleted = true}, look));
  }
  return absl::OkStatus();
}

using IsGone = absl::FunctionRef<bool(const std::string&)>;

// Takes the contacts out of one that name somebody who is gone, and with them the words that may be
// about them; false where none does.
absl::StatusOr<bool> DropContacts(store::Writer& writer, const store::Registry& registry,
                                  const std::string& name, IsGone is_gone) {
  const store::ResourceType* type = registry.ForName(name);
  if (type == nullptr || !HoldContacts(*type->prototype->GetDescriptor())) return false;
  const std::unique_ptr<Message> resource(type->prototype->New());
  const absl::Status found = writer.Load(name, resource.get());
  if (absl::IsNotFound(found)) return false;
  RETURN_IF_ERROR(found);
  bool dropped = false;
  ForEachList(*resource, [&](Message& holder, const FieldDescriptor& field) {
    const auto contacts =
        holder.GetReflection()->GetMutableRepeatedFieldRef<type::v1::Contact>(&holder, &field);
    std::vector<type::v1::Contact> kept;
    type::v1::Contact scratch;
    for (int i = 0; i < contacts.size(); ++i) {
      const type::v1::Contact& contact = contacts.Get(i, &scratch);
      if (!is_gone(contact.person())) kept.push_back(contact);
    }
    if (static_cast<int>(kept.size()) == contacts.size()) return;
    dropped = true;
    contacts.Clear();
    for (const type::v1::Contact& contact : kept) contacts.Add(contact);
  });
  if (!dropped) return false;
  store::CutPersonal(resource.get());
  RETURN_IF_ERROR(writer.Put(*resource, absl::StrCat(type->type, ".updated")));
  return true;
}

// The same of all resources, or of the first `most` that name one. Gives of how many.
absl::StatusOr<size_t> DropAllContacts(store::Writer& writer, const store::Registry& registry,
                                       IsGone is_gone, size_t most = SIZE_MAX) {
  std::set<std::string> names;
  RETURN_IF_ERROR(ForEachContact(
      writer, registry, [&](const store::Message& resource, const type::v1::Contact& contact) {
        if (names.size() < most && is_gone(contact.person())) names.insert(store::NameOf(resource));
      }));
  for (const std::string& name : names) {
    RETURN_IF_ERROR(DropContacts(writer, registry, name, is_gone).status());
  }
  return names.size();
}

}  // namespace

CatalogueType ErasureType() {
  CatalogueType type = {
      .type = facts::MakeType<PersonErased, CodeBook>("erasure", "erasures/{erasure}"),
      .step = &ForgetConsents};
  type.type.timers = &Timers;
  type.type.images_in_log = false;
  return type;
}

absl::StatusOr<std::vector<ContactOf>> ContactsOf(const store::Reader& reader,
                                                  const store::Registry& registry,
                                                  const std::string& person) {
  std::vector<ContactOf> found;
  RETURN_IF_ERROR(ForEachContact(
      reader, registry, [&](const store::Message& resource, const type::v1::Contact& contact) {
        if (contact.person() == person) found.push_back({store::NameOf(resource), contact.role()});
      }));
  return found;
}

Erasures::Erasures(store::Store& store, ErasureKey key) : store_(store), key_(std::move(key)) {}

absl::Status Erasures::CheckOpen() const {
  MutexLock lock(mutex_);
  if (open_) return absl::OkStatus();
  return WithRetryDelay(
      Error(absl::StatusCode::kUnavailable, "ERASURES_UNREAD",
            "people are kept back until it is known who was erased, which stands on a topic of "
            "Kafka that couldn't be read yet: try again; Diagnose says what is in the way"),
      absl::Seconds(2));
}

void Erasures::Open() {
  MutexLock lock(mutex_);
  open_ = true;
}

void Erasures::OnErased(std::function<void()> then) {
  MutexLock lock(mutex_);
  on_erased_ = std::move(then);
}

void Erasures::Erased() const {
  MutexLock lock(mutex_);
  if (on_erased_) on_erased_();
}

absl::Status Erasures::Keep(store::Writer& writer, PersonErased record) const {
  PersonErased known;
  const absl::Status there = writer.Load(record.name(), &known);
  if (!there.ok() && !absl::IsNotFound(there)) return there;
  record.set_key_id(key_.id());
  if (there.ok()) {
    record.set_etag(known.etag());
    for (const std::string& owner : known.owner_hashes()) {
      const auto& owners = record.owner_hashes();
      if (std::find(owners.begin(), owners.end(), owner) == owners.end()) {
        record.add_owner_hashes(owner);
      }
    }
  } else {
    record.clear_etag();
  }
  return writer.Put(record, kKept);
}

absl::Status Erasures::Erase(store::Writer& writer, const Erasure& erasure) const {
  PersonErased record;
  record.set_name(key_.OfResource(erasure.person));
  *record.mutable_erase_time() = ToTimestamp(writer.now());
  if (!erasure.consents.empty()) {
    for (const std::string& hash : erasure.consents) record.add_consent_hashes(hash);
    *record.mutable_consent_hashes_until() = ToTimestamp(AfterYears(writer.now(), kYearsOfProof));
  }
  RETURN_IF_ERROR(Keep(writer, record));  // first: it is the write's answer
  const std::vector<std::string> now = key_.Of(erasure.known);
  std::set<std::string> names(now.begin(), now.end());
  names.insert(erasure.earlier.begin(), erasure.earlier.end());
  for (const std::string& name : names) {
    PersonErased known_by;
    known_by.set_name(name);
    *known_by.mutable_erase_time() = record.erase_time();
    known_by.add_owner_hashes(key_.OfOwner(erasure.owner));
    RETURN_IF_ERROR(Keep(writer, known_by));
  }
  const auto is_gone = [&](const std::string& person) { return person == erasure.person; };
  for (const std::string& name : erasure.named_by) {
    RETURN_IF_ERROR(DropContacts(writer, store_.registry(), name, is_gone).status());
  }
  return writer.Purge(erasure.person, kErased);
}

absl::Status Erasures::DropLateContacts(const std::string& person, store::Revision since) const {
  store::Position after = store::EndOf(since);
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<store::Change> changes, store_.Changes(after, kLate));
    if (changes.empty()) return absl::OkStatus();
    after = changes.back().position;
    std::set<std::string> names;
    for (const store::Change& change : changes) {
      if (change.after != nullptr && Names(*change.after, person)) names.insert(change.name);
    }
    if (names.empty()) continue;
    const auto is_gone = [&](const std::string& one) { return one == person; };
    const auto drop = [&](store::Writer& writer) -> absl::Status {
      for (const std::string& name : names) {
        RETURN_IF_ERROR(DropContacts(writer, store_.registry(), name, is_gone).status());
      }
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(store_.Write(OwnCall(), drop).status());
  }
}

absl::StatusOr<std::optional<absl::Time>> Erasures::ErasedAt(
    const store::Reader& reader, const KnownBy& known,
    const std::optional<std::string>& owner) const {
  std::optional<absl::Time> last;
  for (const std::string& name : key_.Of(known)) {
    PersonErased record;
    const absl::Status found = reader.Load(name, &record);
    if (absl::IsNotFound(found)) continue;
    RETURN_IF_ERROR(found);
    const auto& owners = record.owner_hashes();
    if (owner && std::find(owners.begin(), owners.end(), key_.OfOwner(*owner)) == owners.end()) {
      continue;
    }
    last = std::max(last.value_or(absl::InfinitePast()), ToTime(record.erase_time()));
  }
  return last;
}

absl::StatusOr<bool> Erasures::WasRecorded(const store::Reader& reader, const std::string& person,
                                           const std::string& consent_hash) const {
  PersonErased record;
  const absl::Status found = reader.Load(key_.OfResource(person), &record);
  if (absl::IsNotFound(found)) return false;
  RETURN_IF_ERROR(found);
  const auto& hashes = record.consent_hashes();
  return std::find(hashes.begin(), hashes.end(), consent_hash) != hashes.end();
}

absl::StatusOr<Erasures::Records> Erasures::Some(std::string_view after, int limit) const {
  ASSIGN_OR_RETURN(const auto reader, store_.Read());
  ASSIGN_OR_RETURN(const auto page,
                   reader->Scan({.type = "erasure", .after = std::string(after), .limit = limit}));
  Records some;
  for (const store::Scanned& one : page) {
    const auto& record = static_cast<const PersonErased&>(*one.resource);
    some.emplace(record.name(), record);
  }
  return some;
}

absl::Status Erasures::CheckKey(const PersonErased& record) const {
  if (record.key_id() == key_.id()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "ERASURE_KEY_UNKNOWN",
               absl::StrCat("the topic of erasures has records that the key ", record.key_id(),
                            " made, and the catalogue has the key ", key_.id(),
                            ": give erasures.key_file (or, where it is empty, token_key_file) "
                            "the file that was used before"),
               {{"key_id", record.key_id()}});
}

absl::Status Erasures::Replay(const Records& records) const {
  Page page;
  {
    // What the store knows it has erased too: both are one write.
    ASSIGN_OR_RETURN(const auto reader, store_.Read());
    for (const auto& [name, record] : records) {
      RETURN_IF_ERROR(CheckKey(record));
      PersonErased known;
      const absl::Status there = reader->Load(name, &known);
      if (!there.ok() && !absl::IsNotFound(there)) return there;
      if (there.ok() && ToTime(known.erase_time()) >= ToTime(record.erase_time())) continue;
      page.push_back(&record);
    }
  }
  for (std::span<const PersonErased* const> rest = page; !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), kReplayPage));
    RETURN_IF_ERROR(ReplayPage({some.begin(), some.end()}));
    rest = rest.subspan(some.size());
  }
  return absl::OkStatus();
}

// Those who are gone may have been named by more resources than one write takes, in a backup at
// least: then the contacts go before them, in several.
absl::Status Erasures::ReplayPage(const Page& page) const {
  absl::Status status = ReplayAtOnce(page);
  while (ReasonOf(status) == "WRITE_TOO_LARGE") {
    ASSIGN_OR_RETURN(const size_t dropped, DropSomeContacts(page));
    if (dropped == 0) return status;
    status = ReplayAtOnce(page);
  }
  return status;
}

store::WriteOptions Erasures::OwnCall() {
  store::WriteOptions call;
  call.caller = "erasures";
  call.quiet = true;
  return call;
}

std::set<std::string> Erasures::NamesOf(const Page& page) {
  std::set<std::string> names;
  for (const PersonErased* record : page) names.insert(record->name());
  return names;
}

absl::StatusOr<size_t> Erasures::DropSomeContacts(const Page& page) const {
  const std::set<std::string> erased = NamesOf(page);
  size_t dropped = 0;
  const auto drop = [&](store::Writer& writer) -> absl::Status {
    const auto is_gone = [&](const std::string& person) {
      return erased.contains(key_.OfResource(person));
    };
    ASSIGN_OR_RETURN(dropped, DropAllContacts(writer, store_.registry(), is_gone, kAtOnce));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(store_.Write(OwnCall(), drop).status());
  return dropped;
}

absl::Status Erasures::ReplayAtOnce(const Page& page) const {
  const std::set<std::string> erased = NamesOf(page);
  const auto is_gone = [&](const std::string& person) {
    return erased.contains(key_.OfResource(person));
  };
  const auto replay = [&](store::Writer& writer) -> absl::Status {
    for (const PersonErased* record : page) RETURN_IF_ERROR(Keep(writer, *record));
    std::vector<std::string> people;
    RETURN_IF_ERROR(resource::ForEach(writer, {.type = kPerson, .include_deleted = true},
                                      [&](const store::Scanned& one) {
                                        const std::string name = store::NameOf(*one.resource);
                                        if (is_gone(name)) people.push_back(name);
                                        return true;
                                      }));
    RETURN_IF_ERROR(DropAllContacts(writer, store_.registry(), is_gone).status());
    for (const std::string& person : people) RETURN_IF_ERROR(writer.Purge(person, kErased));
    return absl::OkStatus();
  };
  return store_.Write(OwnCall(), replay).status();
}

}  // namespace clusterwire::catalogue
