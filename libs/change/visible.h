#pragma once

#include "clusterwire/change/v1/resource_changed.pb.h"

#include "libs/filter/viewer.h"

namespace clusterwire::change {

// Cuts a record to what a viewer may see, once, before anything is matched, rendered or listed. An
// image that it may not see counts as absent, and with the image after goes the resource.
void CutTo(const filter::Viewer& viewer, v1::ResourceChanged* record);

}  // namespace clusterwire::change
