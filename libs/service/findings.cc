#include "libs/service/findings.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/threads/mutex.h"
#include "libs/telemetry/log.h"

namespace clusterwire::service {
namespace {

constexpr absl::Duration kPause = absl::Minutes(1);
constexpr absl::Duration kTick = absl::Seconds(1);

// What librdkafka complains of while somebody waits for an answer: the status says only that none
// came, and this why (a refused certificate, a wrong password, a closed port). Any thread.
class Complaint {
 public:
  // "[thrd:b1]: b1: SASL authentication error: … (after 3ms in state AUTH)": without the thread and
  // the time, which differ each time.
  void Set(std::string_view text) {
    if (const size_t thread = text.find("]: "); thread != text.npos) text.remove_prefix(thread + 3);
    MutexLock lock(mutex_);
    text_ = std::string(text.substr(0, text.find(" (after ")));
  }
  absl::Status AddedTo(const absl::Status& status) const {
    MutexLock lock(mutex_);
    if (text_.empty()) return status;
    return absl::Status(status.code(), absl::StrCat(status.message(), ": ", text_));
  }

 private:
  mutable Mutex mutex_;
  std::string text_ ABSL_GUARDED_BY(mutex_);
};

Finding LookAtTopic(const std::string& topic,
                    const absl::StatusOr<kafka::TopicDescription>& description,
                    const std::function<Finding(const kafka::TopicDescription&)>& judge) {
  if (absl::IsNotFound(description.status())) {
    return Found("topic", Finding::SEVERITY_ERROR, absl::StrCat(topic, " is missing"),
                 "the catalogue makes the topic when it starts and may; both services "
                 "must name the same one in kafka.topic");
  }
  if (!description.ok()) {
    return Broken("topic", description.status(), kafka::RemedyOf(description.status()));
  }
  if (description->properties.ok()) return judge(*description);
  return Found("topic", Finding::SEVERITY_WARNING,
               absl::StrCat(topic, " has ", description->partitions,
                            " partitions; how long it keeps records isn't known: ",
                            description->properties.message()),
               absl::StrCat(kafka::RemedyOf(description->properties),
                            ", so that this can be watched; everything else works without it"));
}

}  // namespace

Finding Found(std::string_view part, Finding::Severity severity, std::string finding,
              std::string_view remedy) {
  Finding found;
  found.set_part(std::string(part));
  found.set_severity(severity);
  found.set_finding(std::move(finding));
  found.set_remedy(std::string(remedy));
  return found;
}

Finding Fine(std::string_view part, std::string finding) {
  return Found(part, Finding::SEVERITY_OK, std::move(finding), "");
}

Finding Broken(std::string_view part, const absl::Status& status, std::string_view remedy) {
  return Found(part, Finding::SEVERITY_ERROR, std::string(status.message()), remedy);
}

void SortFindings(Findings* findings) {
  std::stable_sort(findings->begin(), findings->end(),
                   [](const Finding& a, const Finding& b) { return a.severity() > b.severity(); });
}

void LookAtKafka(const kafka::ClientOptions& client, const std::string& topic,
                 absl::Duration patience,
                 const std::function<Finding(const kafka::TopicDescription&)>& judge,
                 Findings* findings) {
  const auto complaint = std::make_shared<Complaint>();
  kafka::ClientOptions options = client;
  options.log = [complaint](kafka::LogLevel level, std::string_view, std::string_view text) {
    if (level <= kafka::LogLevel::kWarning) complaint->Set(text);
  };
  const auto admin = kafka::Admin::Create(std::move(options));
  const auto brokers =
      admin.ok() ? (*admin)->CountBrokers(patience) : absl::StatusOr<int>(admin.status());
  if (!brokers.ok()) {
    *findings->Add() = Broken("kafka", complaint->AddedTo(brokers.status()),
                              absl::StrCat("start the broker, or mend kafka.brokers (",
                                           client.brokers, ") and kafka.properties"));
    *findings->Add() = Found("topic", Finding::SEVERITY_ERROR,
                             "can't be looked at while Kafka doesn't answer", "mend kafka first");
    return;
  }
  *findings->Add() = Fine(
      "kafka", absl::StrCat(*brokers, *brokers == 1 ? " broker answers at " : " brokers answer at ",
                            client.brokers));
  *findings->Add() = LookAtTopic(topic, (*admin)->DescribeTopic(topic, patience), judge);
}

WatchFindings::WatchFindings(std::function<Findings()> look, std::set<std::string> needed,
                             Clock& clock)
    : look_(std::move(look)),
      needed_(std::move(needed)),
      clock_(clock),
      worker_(clock, Random::System(), [this] {
        Look();
        return clock_.Now() + kTick;
      }) {}

void WatchFindings::Look() {
  if (clock_.Uptime() < next_look_) return;
  const Findings findings = look_();
  Log(findings);
  const auto missing = [this](const Finding& finding) {
    return finding.severity() == Finding::SEVERITY_ERROR && needed_.contains(finding.part());
  };
  if (std::none_of(findings.begin(), findings.end(), missing)) settled_ = true;
  if (settled_) next_look_ = clock_.Uptime() + kPause;
}

void WatchFindings::Log(const Findings& findings) {
  std::string wrong, words;
  for (const Finding& finding : findings) {
    if (finding.severity() <= Finding::SEVERITY_OK) continue;
    absl::StrAppend(&wrong, finding.part(), "=", finding.severity(), " ");
    absl::StrAppend(&words, finding.finding(), "\n");
  }
  const bool reworded = words != words_ && clock_.Uptime() >= next_log_;
  if (wrong == wrong_ && !reworded) return;
  wrong_ = wrong;
  words_ = words;
  next_log_ = clock_.Uptime() + kPause;
  for (const Finding& finding : findings) {
    if (finding.severity() <= Finding::SEVERITY_OK) continue;
    telemetry::LogWarning("diagnosis", {{"part", finding.part()},
                                        {"severity", Finding::Severity_Name(finding.severity())},
                                        {"finding", finding.finding()},
                                        {"remedy", finding.remedy()}});
  }
  if (wrong.empty()) telemetry::LogInfo("diagnosis finds nothing wrong");
}

}  // namespace clusterwire::service
