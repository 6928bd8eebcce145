#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

#include "services/catalogue/import/json_record.h"

// From the fields of a register to those of a resource: a table of rows a register, read from top
// to bottom, which is also the order of the errors.
namespace clusterwire::catalogue::registers {

struct Field {
  using Read = void (*)(JsonRecord&, const Field&, google::protobuf::Message*);

  const char* key;   // in the register: "founded_year"
  const char* path;  // in the resource: "founded", "seat.city"
  // Reads `key` into `path`. A value that is missing or wrong sets nothing. Null where the row only
  // tells how the register calls what is under `path`.
  Read read = nullptr;
};
using FieldMap = std::span<const Field>;

void ReadText(JsonRecord& record, const Field& field, google::protobuf::Message* resource);
void ReadRequiredText(JsonRecord& record, const Field& field, google::protobuf::Message* resource);
void ReadTexts(JsonRecord& record, const Field& field, google::protobuf::Message* resource);
void ReadDate(JsonRecord& record, const Field& field, google::protobuf::Message* resource);
void ReadWhole(JsonRecord& record, const Field& field, google::protobuf::Message* resource);
void ReadNumber(JsonRecord& record, const Field& field, google::protobuf::Message* resource);
void ReadFlag(JsonRecord& record, const Field& field, google::protobuf::Message* resource);
// `latitude` and `longitude`, whatever the key: registers give those of the city, not of an
// address.
void ReadPoint(JsonRecord& record, const Field& field, google::protobuf::Message* resource);
// The value of an enum that `word` stands for. `lead` begins the list of words in the error.
void SetWord(JsonRecord& record, const Field& field, const std::string& word, std::string_view lead,
             google::protobuf::Message* resource);

void ReadFields(JsonRecord& record, FieldMap fields, google::protobuf::Message* resource);

// An error of the rules, whose paths begin with `type`, in the words of the register:
// "cluster.seat.city" is "city". With no fields it stays as it is.
absl::Status InWordsOfRegister(const absl::Status& status, std::string_view type, FieldMap fields);

}  // namespace clusterwire::catalogue::registers
