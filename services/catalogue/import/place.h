#pragma once

#include "clusterwire/type/v1/places.pb.h"

#include "services/catalogue/import/line.h"

namespace clusterwire::catalogue::registers {

// Reads city, region, latitude and longitude. Registers give the coordinates of the city, not of an
// address.
type::v1::Place ReadPlace(Line& line);

}  // namespace clusterwire::catalogue::registers
