#pragma once

#include "google/protobuf/repeated_field.h"

#include "clusterwire/type/v1/contacts.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

using Contacts = google::protobuf::RepeatedPtrField<type::v1::Contact>;

// "contacts" of `prefix`: at most 50, each person at most once in a role. Each names a person whom
// the viewer may see; what `before` (null on creation) named too may stay as it is.
void CheckContacts(std::string_view prefix, const Contacts* before, const Contacts& contacts,
                   const Context& context, FieldErrors& errors);

}  // namespace clusterwire::catalogue
