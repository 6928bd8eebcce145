#pragma once

#include "clusterwire/change/v1/resource_changed.pb.h"

#include "libs/filter/predicate.h"

namespace clusterwire::change {

// Cuts a record to what a viewer may see, once, before anything is matched, rendered or listed.
// `everything` is the empty filter compiled for that viewer. An image that it may not see counts as
// absent, and with the image after goes the resource.
void CutTo(const filter::Predicate& everything, v1::ResourceChanged* record);

}  // namespace clusterwire::change
