#pragma once

#include "google/protobuf/message.h"

// Fields with the option (clusterwire.type.v1.personal): a resource's row has them and nothing else
// does. Every other copy of it that is kept, and what is derived from it, is made of what
// CutPersonal() leaves.
namespace clusterwire::store {

// Whether a message of this type may hold any, at any depth.
bool HasPersonalFields(const google::protobuf::Descriptor& type);

// Clears them, those in messages inside as well.
void CutPersonal(google::protobuf::Message* message);

// Puts those of `row` into `cut`, an earlier or the same version of it that they were cut from.
// Elements of a list are taken for the same by their index, so that lists which only grow get back
// what was cut; elsewhere the row says what there is to be said by now.
void RestorePersonal(const google::protobuf::Message& row, google::protobuf::Message* cut);

}  // namespace clusterwire::store
