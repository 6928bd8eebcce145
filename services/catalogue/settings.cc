#include "services/catalogue/settings.h"

#include "libs/base/status/error.h"
#include "libs/config/check.h"

namespace clusterwire::catalogue {

absl::StatusOr<Settings> ReadSettings(const config::v1::CatalogueConfig& config) {
  FieldErrors errors;
  Settings settings;
  settings.common = service::ReadCommon(config, errors);
  const config::v1::Relay& relay = config.relay();
  config::CheckRange(errors, "relay.batch", relay.batch(), 0, 10'000);
  config::CheckRange(errors, "relay.partitions", relay.partitions(), 0, 1000);
  config::CheckRange(errors, "relay.replicas", relay.replicas(), 0, 10);
  if (relay.has_retention()) {
    config::CheckRange(errors, "relay.retention", relay.retention(), absl::Minutes(1),
                       absl::Hours(24 * 3650));
  }
  RETURN_IF_ERROR(errors.ToStatus());
  settings.relay.kafka = settings.common.kafka;
  settings.relay.topic = settings.common.topic;
  settings.relay.batch = service::OrDefault(relay.batch(), 500);
  settings.relay.partitions = service::OrDefault(relay.partitions(), 8);
  settings.relay.replicas = service::OrDefault(relay.replicas(), 1);
  settings.relay.retention =
      service::OrDefault(relay.has_retention(), relay.retention(), absl::Hours(7 * 24));
  return settings;
}

}  // namespace clusterwire::catalogue
