#pragma once

#include <string>
#include <string_view>

#include "google/protobuf/message.h"

#include "clusterwire/type/v1/text.pb.h"

#include "libs/base/status/error.h"

// The one form of every text that comes in. What the forms are is said in
// proto/clusterwire/type/v1/text.proto; which field has which, by the option there. Pure functions,
// safe for use from any thread.
namespace clusterwire::text {

using type::v1::Form;

// Brings every text of a message to the form that its field names, at any depth, in place. Adds a
// violation, its path under `path`, for each text that can't be; what is wrong in it is then a
// space, so that the checks that follow don't name it again. Doing it twice is doing it once.
void BringToForm(google::protobuf::Message* message, FieldErrors& errors,
                 std::string_view path = "");

// The same for one text that stands in no message. A violation of `path` when it can't be.
std::string InForm(std::string_view text, Form form, std::string_view path, FieldErrors& errors);

// "nuts:DED2" of "NUTS:ded2", "esca:ict" of "Esca:ICT".
std::string CodeForm(std::string_view code);
// "pt-BR" of "PT-br". What is no language stays as it is, in lower case.
std::string LanguageForm(std::string_view tag);
// "Europe/Brussels" of "europe/brussels". What is no time zone stays as it is.
std::string TimeZoneForm(std::string_view zone);
// "silver" of "Silver ".
std::string WordForm(std::string_view word);

}  // namespace clusterwire::text
