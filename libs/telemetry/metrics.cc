#include "libs/telemetry/metrics.h"

#include <utility>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace clusterwire::telemetry {
namespace {

constexpr char kOverflow[] = "clusterwire_metrics_overflow_total";

}  // namespace

void Counter::Add(double by) { series_->Increment(by); }
void Gauge::Set(double value) { series_->Set(value); }
void Gauge::Add(double by) { series_->Increment(by); }
void Histogram::Observe(double value) { series_->Observe(value); }

Metrics::Collector::Collector(Collector&& other) noexcept
    : metrics_(std::exchange(other.metrics_, nullptr)), entry_(other.entry_) {}

Metrics::Collector& Metrics::Collector::operator=(Collector&& other) noexcept {
  std::swap(metrics_, other.metrics_);
  std::swap(entry_, other.entry_);
  return *this;
}

Metrics::Collector::~Collector() {
  if (metrics_ != nullptr) metrics_->Remove(entry_);
}

Metrics::Metrics()
    : registry_(
          std::make_unique<prometheus::Registry>(prometheus::Registry::InsertBehavior::Merge)) {}

Metrics::~Metrics() = default;

Labels Metrics::Bounded(std::string_view name, const Labels& labels) {
  if (labels.empty()) return labels;
  {
    MutexLock lock(mutex_);
    std::set<Labels>& known = series_[std::string(name)];
    if (known.contains(labels)) return labels;
    if (known.size() < kMaxSeries) {
      known.insert(labels);
      return labels;
    }
  }
  GetCounter(kOverflow, "Requests for a series beyond the limit of its name").Add();
  Labels other = labels;
  for (auto& [key, value] : other) value = "other";
  return other;
}

Counter Metrics::GetCounter(std::string_view name, std::string_view help, const Labels& labels) {
  return Counter(prometheus::BuildCounter()
                     .Name(std::string(name))
                     .Help(std::string(help))
                     .Register(*registry_)
                     .Add(Bounded(name, labels)));
}

Gauge Metrics::GetGauge(std::string_view name, std::string_view help, const Labels& labels) {
  return Gauge(prometheus::BuildGauge()
                   .Name(std::string(name))
                   .Help(std::string(help))
                   .Register(*registry_)
                   .Add(Bounded(name, labels)));
}

Histogram Metrics::GetHistogram(std::string_view name, std::string_view help, const Labels& labels,
                                const std::vector<double>& buckets) {
  return Histogram(prometheus::BuildHistogram()
                       .Name(std::string(name))
                       .Help(std::string(help))
                       .Register(*registry_)
                       .Add(Bounded(name, labels), buckets));
}

const std::vector<double>& Metrics::LatencyBuckets() {
  static const std::vector<double>* const buckets = new std::vector<double>{
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
  return *buckets;
}

Metrics::Collector Metrics::OnRender(std::function<void()> collect) {
  MutexLock lock(collectors_mutex_);
  return {*this, collectors_.insert(collectors_.end(), std::move(collect))};
}

void Metrics::Remove(Collector::List::iterator entry) {
  MutexLock lock(collectors_mutex_);
  collectors_.erase(entry);
}

std::string Metrics::Render() {
  MutexLock lock(collectors_mutex_);
  for (const auto& collect : collectors_) collect();
  return prometheus::TextSerializer().Serialize(registry_->Collect());
}

}  // namespace clusterwire::telemetry
