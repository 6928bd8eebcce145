#include "services/catalogue/settings.h"

#include "absl/strings/str_replace.h"

#include "libs/base/status/error.h"
#include "libs/http/url.h"
#include "libs/kafka/check.h"
#include "libs/service/certificates.h"
#include "libs/service/open.h"

namespace clusterwire::catalogue {

absl::StatusOr<Settings> ReadSettings(const config::v1::CatalogueConfig& config) {
  FieldErrors errors;
  Settings settings;
  settings.common = service::ReadCommon(config, errors);
  const config::v1::Relay& relay = config.relay();
  settings.relay.kafka = settings.common.kafka;
  settings.relay.topic = settings.common.topic;
  settings.relay.batch = service::ReadNumber(errors, "relay.batch", relay.batch(), 10'000, 2000);
  settings.relay.partitions =
      service::ReadNumber(errors, "relay.partitions", relay.partitions(), 1000, 8);
  settings.relay.replicas = service::ReadNumber(errors, "relay.replicas", relay.replicas(), 10, 1);
  settings.relay.retention =
      service::ReadDuration(errors, "relay.retention", relay.has_retention(), relay.retention(),
                            absl::Minutes(1), absl::Hours(24 * 3650), absl::Hours(7 * 24));
  settings.grants = service::ReadGrants(config.grants(), settings.common.topic, errors);
  settings.erasures.replicas = settings.relay.replicas;
  if (!config.erasures().topic().empty()) settings.erasures.topic = config.erasures().topic();
  if (const absl::Status named = kafka::CheckTopicName(settings.erasures.topic); !named.ok()) {
    errors.Add("erasures.topic", std::string(named.message()));
  } else if (settings.erasures.topic == settings.common.topic ||
             settings.erasures.topic == settings.grants.topic) {
    errors.Add("erasures.topic", "is the topic of changes or of grants: it needs one of its own");
  }
  settings.erasure_key_file = config.erasures().key_file();
  settings.relay.grants.kafka = settings.common.kafka;
  settings.relay.grants.topic = settings.grants.topic;
  settings.relay.grants.replicas = settings.relay.replicas;
  // Notification holds what is not public when it has missed several.
  settings.relay.grants.sign_of_life = settings.grants.hold_after / 5;
  settings.pages.follow_uri = config.pages().follow_uri();
  if (const std::string& uri = settings.pages.follow_uri; !uri.empty()) {
    // As it is with a name in it.
    const auto filled = absl::StrReplaceAll(uri, {{"{name}", "clusters%2Fx"}});
    if (filled == uri || !http::Url::Parse(filled).ok()) {
      errors.Add("pages.follow_uri",
                 "must be an http or https address with {name} in it, such as "
                 "https://notices.example.org/signup?about={name}");
    }
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return settings;
}

absl::Status LookAtFiles(const config::v1::CatalogueConfig& config) {
  ASSIGN_OR_RETURN(const Settings settings, ReadSettings(config));
  FieldErrors errors;
  service::LookAtDatabase(errors, "database.url", settings.common.database, kDatabaseOwner);
  service::LookAtCertificates(errors, settings.common.tls);
  errors.AddAll("", kafka::CheckTogether("kafka.properties", settings.common.kafka.config));
  service::LookAtTokenKey(errors, settings.common.token_key_file);
  service::LookAtKey(errors, "erasures.key_file", settings.erasure_key_file);
  service::LookAtKey(errors, service::kSubjectKeyFile, settings.grants.key_file);
  identity::LookAtFiles(settings.common.callers, errors);
  return errors.ToStatus();
}

}  // namespace clusterwire::catalogue
