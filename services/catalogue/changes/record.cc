#include "services/catalogue/changes/record.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

#include "libs/base/status/error.h"
#include "libs/base/time/clock.h"
#include "services/catalogue/common/reminders.h"

namespace clusterwire::catalogue {
namespace {

// Sets the member of the oneof that has the image's type.
void SetResource(const google::protobuf::Message& image, change::v1::ResourceChanged* record) {
  const auto& oneof = *record->GetDescriptor()->FindOneofByName("resource");
  for (int i = 0; i < oneof.field_count(); ++i) {
    if (oneof.field(i)->message_type() != image.GetDescriptor()) continue;
    record->GetReflection()->MutableMessage(record, oneof.field(i))->CopyFrom(image);
  }
}

// A reminder is the newest of its kind in the image that its own change left.
void SetReminder(const google::protobuf::Message& image, change::v1::ResourceChanged* record) {
  for (const type::v1::Reminder& given : RemindersIn(image)) {
    if (given.kind() == record->kind()) *record->mutable_reminder() = given;
  }
}

}  // namespace

absl::StatusOr<change::v1::ResourceChanged> RecordOf(const store::Change& change) {
  change::v1::ResourceChanged record;
  record.set_history_id(change.history);
  record.set_revision(change.position.revision.value);
  record.set_ordinal(static_cast<int32_t>(change.position.ordinal));
  record.set_name(change.name);
  record.set_root(change.root);
  record.set_kind(change.kind);
  record.set_quiet(change.quiet);
  if ((change.facts_before && !record.mutable_before()->ParseFromString(*change.facts_before)) ||
      (change.facts_after && !record.mutable_after()->ParseFromString(*change.facts_after))) {
    return absl::DataLossError(absl::StrCat("the Facts of ", change.name, " at revision ",
                                            change.position.revision.value, " can't be read"));
  }
  *record.mutable_time() = ToTimestamp(change.time);
  record.set_cause(change.cause);
  // Without Facts it is deleted, or about something deleted: its image is shown to no one.
  if (change.facts_after && change.after != nullptr) {
    SetResource(*change.after, &record);
    SetReminder(*change.after, &record);
  }
  return record;
}

absl::Status CauseTitles::AddTo(change::v1::ResourceChanged* record) {
  if (record->cause().empty()) return absl::OkStatus();
  if (record->cause() != name_ || record->revision() != revision_) {
    ASSIGN_OR_RETURN(const auto reader, store_.Read());
    // What isn't there has no title: a cause that is no resource ("projection", when Facts were
    // computed anew), and one that was purged since.
    const absl::StatusOr<std::optional<std::string>> bytes = reader->GetFacts(record->cause());
    if (!bytes.ok() && !absl::IsNotFound(bytes.status())) return bytes.status();
    type::v1::Facts facts;
    const bool read = bytes.ok() && *bytes && facts.ParseFromString(**bytes);
    title_ = read && !facts.has_audience() ? facts.title() : "";
    name_ = record->cause();
    revision_ = record->revision();
  }
  record->set_cause_title(title_);
  return absl::OkStatus();
}

}  // namespace clusterwire::catalogue
