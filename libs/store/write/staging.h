#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libs/store/reader.h"
#include "libs/store/tables/rows.h"

namespace clusterwire::store {

struct Options;

// A resource as a body leaves it.
struct Staged {
  const ResourceType* type = nullptr;
  std::optional<ResourceRow> before;
  std::shared_ptr<const Message> image;  // stamped; null: purged, or a refused creation
  bool purged = false;
  std::string kind;
  bool put = false;      // a Put of it was taken
  bool changed = false;  // anything but stamps differs from `before`
};

// The rows that one body and the work after it have looked at. Nothing else writes meanwhile: the
// revision row is locked.
class RowCache {
 public:
  explicit RowCache(const Rows& rows) : rows_(rows) {}

  // Null when there is none. The pointers live as long as the cache.
  absl::StatusOr<const ResourceRow*> Find(std::string_view name);
  // As in Rows.
  absl::StatusOr<std::vector<const ResourceRow*>> Scan(const ScanOptions& options);
  absl::StatusOr<std::vector<const ResourceRow*>> LinkedTo(std::string_view other, int64_t limit);
  const Rows& rows() const { return rows_; }

 private:
  std::vector<const ResourceRow*> Add(std::vector<ResourceRow> rows);

  const Rows& rows_;
  std::map<std::string, std::optional<ResourceRow>, std::less<>> found_;
};

// What one body sees and stages, and what the hook then derives from. Lives for one run of the
// body, on its thread.
class Staging final : public Writer {
 public:
  Staging(const Rows& rows, const Registry& registry, const Options& options, Revision current,
          absl::Time now);

  Revision revision() const override { return current_; }
  absl::Time now() const override { return now_; }
  absl::Status Load(std::string_view name, Message* out) const override;
  absl::StatusOr<std::vector<Scanned>> Scan(const ScanOptions& options) const override;
  absl::StatusOr<std::optional<std::string>> GetFacts(std::string_view name) const override;
  absl::StatusOr<std::shared_ptr<const std::any>> context() const override {
    return registry_.hook().Context(*this);
  }
  absl::Status Put(const Message& next, std::string_view kind) override;
  absl::Status Purge(std::string_view name, std::string_view kind) override;
  void DropTimer(std::string_view name, const Timer& timer) override;

  // Marks resources to be derived anew although the body doesn't put them.
  void Rederive(std::vector<std::string> names) { rederived_ = std::move(names); }

  const std::map<std::string, Staged, std::less<>>& staged() const { return staged_; }
  const std::vector<std::string>& order() const { return order_; }  // of first staging
  const std::vector<std::pair<std::string, Timer>>& dropped_timers() const { return dropped_; }
  const std::vector<std::string>& rederived() const { return rederived_; }
  RowCache& cache() const { return cache_; }
  const Registry& registry() const { return registry_; }

 private:
  absl::StatusOr<Staged*> Entry(std::string_view name, const ResourceType& type);
  absl::Status CheckEtag(const Message& next, const Staged& entry) const;
  absl::StatusOr<bool> SameAsBefore(const Message& next, const ResourceRow& before) const;

  const Registry& registry_;
  const Options& options_;
  const Revision current_;
  const absl::Time now_;
  mutable RowCache cache_;
  std::map<std::string, Staged, std::less<>> staged_;
  std::vector<std::string> order_;
  std::vector<std::pair<std::string, Timer>> dropped_;
  std::vector<std::string> rederived_;
};

// Shared by the readers inside and outside of a write.
absl::Status CheckScan(const ScanOptions& options);
absl::StatusOr<Scanned> ToScanned(ResourceRow row);
absl::Status LoadRow(const ResourceRow* row, std::string_view name, Message* out);

}  // namespace clusterwire::store
