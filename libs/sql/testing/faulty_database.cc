#include "libs/sql/testing/faulty_database.h"

#include <memory>
#include <utility>

#include "libs/base/status/error.h"

namespace clusterwire::sql {

class FaultyConnection final : public Connection {
 public:
  FaultyConnection(FaultyDatabase& database, Lease real)
      : database_(database), real_(std::move(real)) {}

  absl::Status ExecuteScript(std::string_view sql) override { return real_->ExecuteScript(sql); }
  Dialect dialect() const override { return real_->dialect(); }
  absl::Status LiftTimeLimit() override { return real_->LiftTimeLimit(); }
  void Reset() override { real_->Reset(); }
  bool usable() const override { return real_->usable(); }

 protected:
  absl::StatusOr<Result> DoQuery(std::string_view sql, std::span<const Value> parameters) override {
    const FaultyDatabase::Fault fault = database_.Take(sql);
    if (!fault.status.ok() && !fault.after) return fault.status;
    ASSIGN_OR_RETURN(Result result, real_->Query(sql, {parameters.begin(), parameters.end()}));
    RETURN_IF_ERROR(fault.status);
    return result;
  }

 private:
  FaultyDatabase& database_;
  Lease real_;
};

void FaultyDatabase::Inject(Fault fault) {
  MutexLock lock(mutex_);
  faults_.push_back(std::move(fault));
}

size_t FaultyDatabase::pending() const {
  MutexLock lock(mutex_);
  return faults_.size();
}

void FaultyDatabase::SetFull(const absl::Status& full) {
  MutexLock lock(mutex_);
  full_ = full;
}

absl::Status FaultyDatabase::CheckWritable() {
  {
    MutexLock lock(mutex_);
    if (!full_.ok()) return full_;
  }
  return real_.CheckWritable();
}

absl::StatusOr<Lease> FaultyDatabase::Acquire() { return Wrapped(real_.Acquire()); }

absl::StatusOr<Lease> FaultyDatabase::AcquireToWrite() { return Wrapped(real_.AcquireToWrite()); }

absl::StatusOr<Lease> FaultyDatabase::Wrapped(absl::StatusOr<Lease> lease) {
  RETURN_IF_ERROR(lease.status());
  return Lease(new FaultyConnection(*this, *std::move(lease)), std::default_delete<Connection>());
}

FaultyDatabase::Fault FaultyDatabase::Take(std::string_view sql) {
  MutexLock lock(mutex_);
  statements_.emplace_back(sql);
  for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
    if (sql.find(fault->fragment) == std::string_view::npos) continue;
    if (fault->skip-- > 0) continue;
    Fault taken = std::move(*fault);
    faults_.erase(fault);
    return taken;
  }
  return {};
}

}  // namespace clusterwire::sql
