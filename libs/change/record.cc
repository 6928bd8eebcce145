#include "libs/change/record.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/reflection.h"
#include "google/protobuf/util/time_util.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/base/time/clock.h"

namespace clusterwire::change {
namespace {

constexpr char kContentType[] = "application/protobuf";
constexpr char kSpecVersion[] = "1.0";
constexpr char kTimeHeader[] = "ce_time";
constexpr std::string_view kTypePrefix = "clusterwire.";
constexpr std::string_view kTypeSuffix = ".v1";

using Problems = std::vector<std::string>;

std::string TypeOf(const v1::ResourceChanged& changed) {
  return absl::StrCat(ToAbsl(kTypePrefix), changed.kind(), ToAbsl(kTypeSuffix));
}

std::string SchemaUri() {
  return absl::StrCat("urn:clusterwire:", v1::ResourceChanged::descriptor()->full_name());
}

absl::Status Invalid(const std::string& what, const Problems& problems) {
  if (problems.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "INVALID_RECORD",
               absl::StrCat(what, ": ", absl::StrJoin(problems, "; ")));
}

void CheckBody(const v1::ResourceChanged& changed, Problems& problems) {
  if (changed.history_id().empty() || changed.history_id().find(':') != std::string::npos) {
    problems.push_back("history_id is empty or holds a colon");
  }
  if (changed.revision() < 1) problems.push_back("revision is below 1");
  if (changed.ordinal() < 1) problems.push_back("ordinal is below 1");
  if (changed.name().empty()) problems.push_back("name is empty");
  const bool under_root = changed.name() == changed.root() ||
                          changed.name().starts_with(absl::StrCat(changed.root(), "/"));
  if (changed.root().empty() || !under_root) {
    problems.push_back(absl::StrCat("root '", changed.root(), "' is not above the name"));
  }
  if (!KindOf(changed.kind())) {
    problems.push_back(absl::StrCat("kind '", changed.kind(), "' is not on the list"));
  }
  if (!changed.has_time()) problems.push_back("time is missing");
}

// Each header that must be there, with what it must say.
kafka::Headers RequiredHeaders(const v1::ResourceChanged& changed) {
  return {{"ce_specversion", kSpecVersion},
          {"ce_id", IdOf(changed)},
          {"ce_type", TypeOf(changed)},
          {"ce_subject", changed.name()},
          {kTimeHeader, EventTime(changed.time())},
          {"ce_dataschema", SchemaUri()},
          {"content-type", kContentType}};
}

// A moment can be written in many ways: with another zone, or more digits than it needs.
bool SaysSameTime(std::string_view text, const google::protobuf::Timestamp& time) {
  absl::Time parsed;
  return absl::ParseTime(absl::RFC3339_full, ToAbsl(text), &parsed, nullptr) &&
         parsed == ToTime(time);
}

void CheckHeaders(const kafka::ReceivedMessage& message, const v1::ResourceChanged& changed,
                  Problems& problems) {
  for (const auto& [name, expected] : RequiredHeaders(changed)) {
    const auto value = kafka::FindHeader(message.headers, name);
    if (!value) {
      problems.push_back(absl::StrCat("header ", name, " is missing"));
    } else if (name == kTimeHeader && SaysSameTime(*value, changed.time())) {
      continue;
    } else if (*value != expected) {
      problems.push_back(absl::StrCat("header ", name, " says '", ToAbsl(*value), "', should be '",
                                      expected, "'"));
    }
  }
  if (kafka::FindHeader(message.headers, "ce_source").value_or("").empty()) {
    problems.push_back("header ce_source is missing");
  }
  if (message.key != changed.root()) {
    problems.push_back(
        absl::StrCat("key is '", message.key, "', should be the root '", changed.root(), "'"));
  }
}

absl::Status CheckSize(const v1::ResourceChanged& changed) {
  const size_t bytes = changed.ByteSizeLong();
  if (bytes <= kMaxRecordBytes) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "RECORD_TOO_LARGE",
               absl::StrCat("the change of ", changed.name(), " takes ", bytes, " bytes, at most ",
                            kMaxRecordBytes, " can be announced; shorten the resource's texts"),
               {{"resource", changed.name()}});
}

}  // namespace

std::string_view KindText(ChangeKind kind) {
  const auto* value = v1::ChangeKind_descriptor()->FindValueByNumber(kind);
  return value == nullptr ? std::string_view() : value->options().GetExtension(v1::text);
}

std::optional<ChangeKind> KindOf(std::string_view text) {
  const auto& type = *v1::ChangeKind_descriptor();
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& value = *type.value(i);
    if (value.number() != 0 && value.options().GetExtension(v1::text) == text) {
      return static_cast<ChangeKind>(value.number());
    }
  }
  return std::nullopt;
}

std::string IdOf(const v1::ResourceChanged& changed) {
  return absl::StrCat(changed.history_id(), ":", changed.revision(), ":", changed.ordinal());
}

std::string EventTime(const google::protobuf::Timestamp& time) {
  return google::protobuf::util::TimeUtil::ToString(time);
}

namespace {

// Whether it sees the inside of that resource.
bool IsTeam(const filter::Viewer& viewer, std::string_view name) {
  return std::ranges::find(viewer.members, name) != viewer.members.end();
}

// Null where the record has none.
google::protobuf::Message* ResourceIn(v1::ResourceChanged* record) {
  const auto& reflection = *record->GetReflection();
  const auto* field = reflection.GetOneofFieldDescriptor(
      *record, record->GetDescriptor()->FindOneofByName("resource"));
  return field == nullptr ? nullptr : reflection.MutableMessage(record, field);
}

}  // namespace

void CutTo(const filter::Viewer& viewer, v1::ResourceChanged* record) {
  if (record->has_before() && !filter::Sees(viewer, record->before())) record->clear_before();
  const bool of_showing = record->kind().ends_with(".shown") || record->kind().ends_with(".hidden");
  const bool to_others =
      of_showing && !viewer.operator_ && record->has_before() && !IsTeam(viewer, record->name());
  if (!record->has_after() || !filter::Sees(viewer, record->after())) {
    record->clear_after();
    record->clear_resource();
    record->clear_reminder();
  } else if (to_others) {
    record->clear_before();
    record->clear_after();
    record->clear_resource();
  }
  if (record->has_before()) filter::HideOthers(viewer, record->mutable_before());
  if (record->has_after()) filter::HideOthers(viewer, record->mutable_after());
  if (auto* resource = ResourceIn(record)) HideShownTo(viewer, resource);
}

void HideShownTo(const filter::Viewer& viewer, google::protobuf::Message* resource) {
  const auto& type = *resource->GetDescriptor();
  const auto* field = type.FindFieldByName("shown_to");
  if (field == nullptr || viewer.operator_) return;
  const auto& reflection = *resource->GetReflection();
  if (IsTeam(viewer, reflection.GetString(*resource, type.FindFieldByName("name")))) return;
  std::vector<std::string> own;
  for (int i = 0; i < reflection.FieldSize(*resource, field); ++i) {
    std::string office = reflection.GetRepeatedString(*resource, field, i);
    if (IsTeam(viewer, office)) own.push_back(std::move(office));
  }
  reflection.ClearField(resource, field);
  for (std::string& office : own) reflection.AddString(resource, field, std::move(office));
}

absl::StatusOr<kafka::Message> Encode(const Record& record) {
  const v1::ResourceChanged& changed = record.changed;
  Problems problems;
  CheckBody(changed, problems);
  RETURN_IF_ERROR(Invalid(absl::StrCat("record ", IdOf(changed)), problems));
  RETURN_IF_ERROR(CheckSize(changed));

  kafka::Message message;
  message.key = changed.root();
  message.value = changed.SerializeAsString();
  message.headers = RequiredHeaders(changed);
  message.headers.push_back({"ce_source", kSource});
  if (!record.traceparent.empty()) message.headers.push_back({"traceparent", record.traceparent});
  return message;
}

absl::StatusOr<Record> Decode(const kafka::ReceivedMessage& message) {
  const std::string what =
      absl::StrCat("record at ", kafka::ToString(message.from), ":", message.offset);
  if (message.value.size() > kMaxRecordBytes) {
    return Invalid(what, {absl::StrCat("its ", message.value.size(), " bytes are more than ",
                                       kMaxRecordBytes)});
  }
  Record record;
  if (message.value.empty() || !record.changed.ParseFromString(message.value)) {
    return Invalid(what, {"its value is no protobuf of clusterwire.change.v1.ResourceChanged"});
  }
  Problems problems;
  CheckBody(record.changed, problems);
  CheckHeaders(message, record.changed, problems);
  RETURN_IF_ERROR(Invalid(what, problems));
  record.traceparent = std::string(kafka::FindHeader(message.headers, "traceparent").value_or(""));
  return record;
}

}  // namespace clusterwire::change
