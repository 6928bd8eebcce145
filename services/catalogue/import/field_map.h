#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

#include "services/catalogue/import/json/json_record.h"

// From the fields of a register to those of a resource: a table a register, read from its first row
// to its last, which is also the order of the errors. A value that is missing or wrong sets
// nothing.
namespace clusterwire::catalogue::registers {

struct Field;
using Read = void (*)(JsonRecord&, const Field&, google::protobuf::Message* resource);

// As the type of the field in the resource says: text, number, flag; a list of texts or numbers.
void ReadValue(JsonRecord& record, const Field& field, google::protobuf::Message* resource);
// A text that must be there.
void ReadRequired(JsonRecord& record, const Field& field, google::protobuf::Message* resource);
// A date as text, or a year as a number.
void ReadDate(JsonRecord& record, const Field& field, google::protobuf::Message* resource);
// One of the words of an enum.
void ReadWord(JsonRecord& record, const Field& field, google::protobuf::Message* resource);
// `latitude` and `longitude`, under any key: registers give those of the city, not of an
// address.
void ReadPoint(JsonRecord& record, const Field& field, google::protobuf::Message* resource);

struct Field {
  const char* key;         // in the register: "founded_year"
  const char* path = key;  // in the resource: "founded", "seat.city"
  Read read = ReadValue;
};
using FieldMap = std::span<const Field>;

void ReadFields(JsonRecord& record, FieldMap fields, google::protobuf::Message* resource);

// A list of objects, each read into a message of its own.
void ReadEach(JsonRecord& record, const Field& field, FieldMap fields,
              google::protobuf::Message* resource);
template <const auto& kFields>
void ReadObjects(JsonRecord& record, const Field& field, google::protobuf::Message* resource) {
  ReadEach(record, field, kFields, resource);
}

// An object, read into the message at the field's path.
void ReadOne(JsonRecord& record, const Field& field, FieldMap fields,
             google::protobuf::Message* resource);
template <const auto& kFields>
void ReadObject(JsonRecord& record, const Field& field, google::protobuf::Message* resource) {
  ReadOne(record, field, kFields, resource);
}

// What the door of the services does with a request (libs/text/form.h): the texts come to one form.
// Those that can't be are errors of `record`. To be called before anything is made of them, ids and
// external ids included.
void BringToForm(JsonRecord& record, FieldMap fields, google::protobuf::Message* resource);

// Sets an enum to the value that `word` stands for. `lead` begins the list of words in the error.
void SetWord(JsonRecord& record, const Field& field, const std::string& word, std::string_view lead,
             google::protobuf::Message* resource);

// An error of the rules, whose paths begin with `type`, in the words of the register:
// "cluster.seat.city" is "city". With no fields it stays as it is.
absl::Status InWordsOfRegister(const absl::Status& status, std::string_view type, FieldMap fields);

}  // namespace clusterwire::catalogue::registers
