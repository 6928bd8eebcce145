#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/programme.pb.h"

#include "libs/store/reader.h"
#include "services/catalogue/import/field_map.h"

// How a programme is run, as its line writes it: the same words as in a request, in lower case.
namespace clusterwire::catalogue::registers {

// criteria: a list of objects, each with one of filter, measure (with minimum), by_hand.
void ReadCriteria(JsonRecord& record, const Field& field, google::protobuf::Message* programme);
// admission, duty: an object each.
void ReadAdmission(JsonRecord& record, const Field& field, google::protobuf::Message* programme);
void ReadDuty(JsonRecord& record, const Field& field, google::protobuf::Message* programme);
// offerings: a list of objects; amount is an object of currency_code, units and nanos.
void ReadOfferings(JsonRecord& record, const Field& field, google::protobuf::Message* programme);

// A label scheme or programme that these name and that isn't there yet: "duty.scheme:
// 'labelSchemes/ecei' …". It may stand further down. Empty when all are there.
absl::StatusOr<std::string> MissingIn(const v1::Programme& programme, const store::Reader& reader);

}  // namespace clusterwire::catalogue::registers
