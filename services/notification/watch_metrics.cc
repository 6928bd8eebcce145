#include "services/notification/watch_metrics.h"

#include <initializer_list>
#include <utility>

#include "libs/store/write_metrics.h"

namespace clusterwire::notification {
namespace {

using Counts = std::initializer_list<std::pair<const char*, double>>;

}  // namespace

telemetry::Metrics::Collector WatchMetrics(telemetry::Metrics& metrics, const store::Store& store,
                                           const Interests& interests, const http::Client& client,
                                           const Mailer* mailer) {
  return metrics.OnRender([&metrics, &store, &interests, &client, mailer] {
    store::ShowWrites(metrics, store);
    const Interests::Counts counts = interests.counts();
    for (const auto& [state, count] : Counts{{"active", counts.active},
                                             {"paused", counts.paused},
                                             {"saved", counts.saved},
                                             {"held", counts.held},
                                             {"refused", counts.refused}}) {
      metrics
          .GetGauge("clusterwire_subscriptions",
                    "Subscriptions by what is done with them; refused ones should be asked and "
                    "aren't",
                    {{"state", state}})
          .Set(count);
    }
    metrics
        .GetGauge("clusterwire_subscriptions_wide",
                  "Subscriptions that ask about everything: no type, name, code, place or word")
        .Set(static_cast<double>(counts.matcher.wide));
    const Grants& grants = interests.grants();
    metrics
        .GetGauge("clusterwire_grants_lag_seconds",
                  "How long ago it was what is known of grants now; 0 where grants are not read")
        .Set(absl::ToDoubleSeconds(grants.lag()));
    metrics.GetGauge("clusterwire_grants", "Grants in force, as far as they were read")
        .Set(static_cast<double>(grants.counts().in_force));
    const http::Client::Counts requests = client.counts();
    for (const auto& [result, count] : Counts{{"answered", requests.answered},
                                              {"failed", requests.failed},
                                              {"refused", requests.refused}}) {
      metrics
          .GetTotal("clusterwire_http_requests_total", "Requests to receivers by what came of them",
                    {{"result", result}})
          .Set(count);
    }
    metrics.GetGauge("clusterwire_http_requests_in_flight", "Requests to receivers under way")
        .Set(static_cast<double>(requests.in_flight));
    if (mailer == nullptr) return;
    const mail::Client::Counts mails = mailer->counts();
    for (size_t kind = 0; kind < mails.size(); ++kind) {
      metrics
          .GetTotal(
              "clusterwire_mails_total", "Mails by what came of them",
              {{"result", std::string(mail::NameOf(static_cast<mail::SendResult::Kind>(kind)))}})
          .Set(static_cast<double>(mails[kind]));
    }
  });
}

}  // namespace clusterwire::notification
