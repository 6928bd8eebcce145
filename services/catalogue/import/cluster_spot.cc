#include "services/catalogue/import/cluster_spot.h"

#include "libs/text/fold.h"
#include "services/catalogue/import/ids.h"
#include "services/catalogue/import/mapping.h"

namespace clusterwire::catalogue::registers {

Aim<v1::Cluster> AimAtCluster(const std::string& name, const std::string& country) {
  return {.prefix = "clusters/",
          .ids = IdsFor(name, country),
          .key = ClusterKey(country, name),
          .same = [name, country](const v1::Cluster& known) {
            return known.country() == country && text::Fold(known.title()) == text::Fold(name);
          }};
}

}  // namespace clusterwire::catalogue::registers
