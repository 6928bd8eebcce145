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

  // Null when there is none. The pointer lives as long as the cache.
  absl::StatusOr<const ResourceRow*> Find(std::string_view name);
  const ResourceRow* Add(ResourceRow row);
  const Rows& rows() const { return rows_; }

 private:
  const Rows& rows_;
  std::map<std::string, std::optional<ResourceRow>, std::less<>> found_;
};

// What one body sees and stages. Lives for one run of the body, on its thread.
class Staging final : public Writer {
 public:
  // Makes the codes as they are with what is staged.
  using CodesSource = std::function<absl::StatusOr<std::shared_ptr<const Codes>>(const Staging&)>;

  Staging(const Rows& rows, const Registry& registry, const Options& options, Revision current,
          absl::Time now, CodesSource codes);

  Revision revision() const override { return current_; }
  absl::Time now() const override { return now_; }
  absl::Status Load(std::string_view name, Message* out) const override;
  absl::StatusOr<std::vector<Scanned>> Scan(const ScanOptions& options) const override;
  absl::StatusOr<std::optional<Facts>> GetFacts(std::string_view name) const override;
  absl::StatusOr<std::shared_ptr<const Codes>> codes() const override { return codes_(*this); }
  absl::Status Put(const Message& next, std::string_view kind) override;
  absl::Status Purge(std::string_view name, std::string_view kind) override;
  void DropTimer(std::string_view name, const Timer& timer) override;
  void AnswerWith(std::string_view name) override { answer_ = name; }

  // Marks resources whose Facts are to be computed anew although nobody puts them.
  void Reproject(std::vector<std::string> names) { reprojected_ = std::move(names); }

  const std::map<std::string, Staged, std::less<>>& staged() const { return staged_; }
  const std::vector<std::string>& order() const { return order_; }  // of first staging
  const std::vector<std::pair<std::string, Timer>>& dropped_timers() const { return dropped_; }
  const std::vector<std::string>& reprojected() const { return reprojected_; }
  const std::string& answer() const { return answer_; }
  bool feeds_codes() const;
  RowCache& cache() const { return cache_; }

 private:
  absl::StatusOr<Staged*> Entry(std::string_view name, const ResourceType& type);
  absl::Status CheckEtag(const Message& next, const Staged& entry) const;
  absl::StatusOr<bool> SameAsBefore(const Message& next, const ResourceRow& before) const;

  const Registry& registry_;
  const Options& options_;
  const Revision current_;
  const absl::Time now_;
  const CodesSource codes_;
  mutable RowCache cache_;
  std::map<std::string, Staged, std::less<>> staged_;
  std::vector<std::string> order_;
  std::vector<std::pair<std::string, Timer>> dropped_;
  std::vector<std::string> reprojected_;
  std::string answer_;
};

// Shared by the readers inside and outside of a write.
absl::Status CheckScan(const ScanOptions& options);
absl::StatusOr<Scanned> ToScanned(const ResourceRow& row);
absl::Status LoadRow(const ResourceRow* row, std::string_view name, Message* out);

}  // namespace clusterwire::store
