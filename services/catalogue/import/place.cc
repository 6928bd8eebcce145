#include "services/catalogue/import/place.h"

namespace clusterwire::catalogue::registers {

type::v1::Place ReadPlace(Line& line) {
  type::v1::Place place;
  place.set_city(line.Text("city"));
  place.set_region(line.Text("region"));
  const std::optional<double> latitude = line.Number("latitude");
  const std::optional<double> longitude = line.Number("longitude");
  if (latitude && longitude) {
    place.mutable_point()->set_latitude(*latitude);
    place.mutable_point()->set_longitude(*longitude);
    place.mutable_point()->set_precision(type::v1::POINT_PRECISION_CITY);
  } else if (latitude || longitude) {
    line.AddError(latitude ? "longitude" : "latitude", "is required beside the other coordinate");
  }
  return place;
}

}  // namespace clusterwire::catalogue::registers
