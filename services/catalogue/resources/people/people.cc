#include "services/catalogue/resources/people/people.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "libs/resource/page.h"
#include "services/catalogue/common/catalogue_type.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMaxHistory = 1000;

// The newest changes of its record, as far as the log has them.
absl::Status AddHistory(store::Store& store, const std::string& name, v1::PersonExport* out) {
  store::Revision before;
  while (out->history_size() < kMaxHistory) {
    ASSIGN_OR_RETURN(const auto page,
                     store.HistoryOf(name, before, kMaxHistory - out->history_size()));
    if (page.empty()) return absl::OkStatus();
    for (const store::Change& change : page) {
      auto* entry = out->add_history();
      entry->set_revision(change.position.revision.value);
      *entry->mutable_time() = ToTimestamp(change.time);
      entry->set_kind(change.kind);
    }
    before = page.back().position.revision;
  }
  return absl::OkStatus();
}

absl::Status TooLarge() {
  return Error(absl::StatusCode::kResourceExhausted, "ANSWER_TOO_LARGE",
               absl::StrCat("what is held has more than ", resource::kMaxPageBytes >> 20,
                            " MiB: take it in parts, by GetPerson"));
}

}  // namespace

CatalogueType PersonType() {
  CatalogueType type = {.type = facts::MakeType<v1::Person, CodeBook>("person", "people/{person}")};
  type.type.images_in_log = false;
  return type;
}

People::People(const Erasures& erasures, Random& random)
    : Resources(erasures.store(), PersonRules(erasures, random)), erasures_(erasures) {}

absl::Status People::LoadRow(const store::Reader& reader, const std::string& name,
                             google::protobuf::Message* out) const {
  RETURN_IF_ERROR(erasures_.CheckOpen());
  return Resources::LoadRow(reader, name, out);
}

absl::StatusOr<std::vector<store::Scanned>> People::ScanRows(
    const store::Reader& reader, const store::ScanOptions& options) const {
  RETURN_IF_ERROR(erasures_.CheckOpen());
  return Resources::ScanRows(reader, options);
}

absl::StatusOr<v1::PersonExport> People::Export(const ReadCall& call,
                                                const std::string& name) const {
  ASSIGN_OR_RETURN(v1::Person person, Get(call, name));
  if (exports_.exchange(true)) {
    return WithRetryDelay(
        Error(absl::StatusCode::kResourceExhausted, "EXPORT_RUNS",
              "another export runs, and each looks through all clusters and events: try again"),
        absl::Seconds(1));
  }
  const absl::Cleanup done = [this] { exports_ = false; };
  v1::PersonExport out;
  *out.mutable_person() = std::move(person);
  {
    ASSIGN_OR_RETURN(const auto reader, store().Read(call.at_least));
    out.set_revision(reader->revision().value);
    ASSIGN_OR_RETURN(const auto contacts, ContactsOf(*reader, store().registry(), name));
    for (const ContactOf& contact : contacts) {
      // Others' drafts may name the person too.
      const absl::Status seen = call.viewer.operator_
                                    ? absl::OkStatus()
                                    : CheckMaySee(*reader, call.viewer, contact.resource);
      if (absl::IsNotFound(seen)) continue;
      RETURN_IF_ERROR(seen);
      auto* reference = out.add_references();
      reference->set_resource(contact.resource);
      reference->set_role(contact.role);
    }
  }
  RETURN_IF_ERROR(AddHistory(store(), name, &out));
  if (out.ByteSizeLong() > resource::kMaxPageBytes) return TooLarge();
  return out;
}

absl::StatusOr<People::Named> People::FindNamed(const WriteCall& call,
                                                const std::string& name) const {
  ASSIGN_OR_RETURN(const auto reader, store().Read());
  Named named{.revision = reader->revision()};
  v1::Person person;
  const absl::Status there = reader->Load(name, &person);
  // The write says what is wrong, or that it was done before.
  if (absl::IsNotFound(there)) return named;
  RETURN_IF_ERROR(there);
  if (!SeesPerson(call.viewer, person)) return named;
  const bool waits = !call.viewer.operator_;
  if (waits && erasures_run_.exchange(true)) {
    return WithRetryDelay(
        Error(absl::StatusCode::kResourceExhausted, "ERASURE_RUNS",
              "another erasure runs, and each looks through all clusters and events: try again"),
        absl::Seconds(1));
  }
  const absl::Cleanup done = [&] {
    if (waits) erasures_run_ = false;
  };
  ASSIGN_OR_RETURN(const auto contacts, ContactsOf(*reader, store().registry(), name));
  for (const ContactOf& contact : contacts) named.by.insert(contact.resource);
  return named;
}

absl::StatusOr<v1::ErasePersonResponse> People::Erase(const WriteCall& call,
                                                      const v1::ErasePersonRequest& request) {
  RETURN_IF_ERROR(resource::NamePattern("people/{person}").Check("name", request.name()));
  RETURN_IF_ERROR(erasures_.CheckOpen());
  ASSIGN_OR_RETURN(const Named named, FindNamed(call, request.name()));
  const auto erase = [&](store::Writer& writer) -> absl::Status {
    v1::Person person;
    RETURN_IF_ERROR(writer.Load(request.name(), &person));
    // Who sees it may write it.
    if (!SeesPerson(call.viewer, person)) return NotFoundError(request.name());
    RETURN_IF_ERROR(resource::CheckEtag(person, request.etag()));
    Erasure erasure = {.person = request.name(), .owner = person.owner()};
    erasure.named_by = named.by;
    if (!request.may_return()) {
      erasure.known = KnownByOf(person);
      erasure.earlier = {person.earlier_hashes().begin(), person.earlier_hashes().end()};
    }
    for (const v1::Consent& consent : person.consents()) {
      erasure.consents.push_back(ProofOf(erasures_.key(), request.name(), consent));
    }
    return erasures_.Erase(writer, erasure);
  };
  // Those who follow a cluster aren't told that somebody went from it.
  store::WriteOptions options = call.store;
  options.quiet = true;
  ASSIGN_OR_RETURN(const store::Written written, store().Write(options, erase));
  if (!call.store.validate_only) {
    erasures_.Erased();
    // What stays otherwise is a random name that leads nowhere.
    erasures_.DropLateContacts(request.name(), named.revision).IgnoreError();
  }
  ASSIGN_OR_RETURN(const auto record, written.Answer<change::v1::PersonErased>());
  v1::ErasePersonResponse response;
  *response.mutable_erase_time() = record.erase_time();
  response.set_on_topic(erasures_.IsOnTopic({record.revision()}));
  return response;
}

absl::StatusOr<v1::CheckErasureResponse> People::CheckErasure(
    const ReadCall& call, const v1::CheckErasureRequest& request) const {
  RETURN_IF_ERROR(erasures_.CheckOpen());
  const v1::Person& person = request.person();
  FieldErrors errors;
  if (person.external_ids().empty() && (person.display_name().empty() || person.emails().empty())) {
    errors.Add("person", "needs display_name with emails, or external_ids, or both");
  }
  if (!person.consents().empty()) {
    errors.AddAll("", resource::NamePattern("people/{person}").Check("person.name", person.name()));
  }
  RETURN_IF_ERROR(errors.ToStatus());
  ASSIGN_OR_RETURN(const auto reader, store().Read(call.at_least));
  v1::CheckErasureResponse response;
  ASSIGN_OR_RETURN(const auto erased, erasures_.ErasedAt(*reader, KnownByOf(person), std::nullopt));
  if (erased) *response.mutable_erase_time() = ToTimestamp(*erased);
  for (const v1::Consent& consent : person.consents()) {
    ASSIGN_OR_RETURN(const bool recorded,
                     erasures_.WasRecorded(*reader, person.name(),
                                           ProofOf(erasures_.key(), person.name(), consent)));
    response.add_consents_recorded(recorded);
  }
  return response;
}

}  // namespace clusterwire::catalogue
