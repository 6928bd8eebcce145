#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "absl/status/statusor.h"
#include <libpq-fe.h>

#include "libs/sql/database.h"
#include "libs/sql/sqlite/disk_space.h"

namespace clusterwire::sql {

class PostgresConnection final : public Connection {
 public:
  // `disk` outlives the connection; null where nobody is to hear of it.
  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Open(const std::string& url,
                                                                  const Options& options,
                                                                  DiskSpace* disk);

  absl::Status ExecuteScript(std::string_view sql) override;
  Dialect dialect() const override { return Dialect::kPostgres; }
  void Reset() override;
  bool usable() const override { return PQstatus(connection_.get()) == CONNECTION_OK; }

 protected:
  absl::StatusOr<Result> DoQuery(std::string_view sql, std::span<const Value> parameters) override;

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using ResultHandle = std::unique_ptr<PGresult, Clear>;

  PostgresConnection(PGconn* connection, const Options& options, DiskSpace* disk)
      : options_(options), disk_(disk), connection_(connection) {}

  // The name under which the server knows the statement.
  absl::StatusOr<std::string> Prepared(const std::string& sql);
  absl::Status Check(const ResultHandle& result, std::string_view doing) const;
  absl::StatusOr<Result> Decode(const ResultHandle& result) const;

  const Options options_;
  DiskSpace* const disk_;
  std::unique_ptr<PGconn, Finish> connection_;
  std::unordered_map<std::string, std::string> statements_;
  int64_t next_statement_ = 0;
};

}  // namespace clusterwire::sql
