#include "libs/base/status/error.h"
#include "libs/sql/database.h"
#include "libs/store/log/log.h"
#include "libs/store/tables/tables.h"

namespace clusterwire::store {
namespace {

// Times are microseconds since 1970.
constexpr sql::Migration kSteps[] = {
    {1, R"(
CREATE TABLE history(
  id {text} PRIMARY KEY,
  first_revision {int} NOT NULL);
CREATE TABLE revision(value {int} NOT NULL);
INSERT INTO revision(value) VALUES(0);
CREATE TABLE resource(
  name {text} PRIMARY KEY,
  type {text} NOT NULL,
  root {text} NOT NULL,
  revision {int} NOT NULL,
  data {bytes} NOT NULL,
  own_facts {bytes},
  facts {bytes},
  deleted {int} NOT NULL);
CREATE INDEX resource_by_type ON resource(type, name);
CREATE TABLE link(
  name {text} NOT NULL,
  other {text} NOT NULL,
  PRIMARY KEY(name, other));
CREATE INDEX link_by_other ON link(other, name);
CREATE TABLE change(
  revision {int} NOT NULL,
  ordinal {int} NOT NULL,
  history {text} NOT NULL,
  type {text} NOT NULL,
  name {text} NOT NULL,
  root {text} NOT NULL,
  kind {text} NOT NULL,
  quiet {int} NOT NULL,
  after {bytes},
  facts_before {bytes},
  facts_after {bytes},
  cause {text} NOT NULL,
  actor {text} NOT NULL,
  trace {text} NOT NULL,
  time {int} NOT NULL,
  PRIMARY KEY(revision, ordinal));
CREATE INDEX change_by_name ON change(name, revision);
CREATE INDEX change_by_time ON change(time);
CREATE TABLE request(
  caller {text} NOT NULL,
  request_id {text} NOT NULL,
  method {text} NOT NULL,
  digest {text} NOT NULL,
  revision {int} NOT NULL,
  name {text} NOT NULL,
  answer {bytes},
  time {int} NOT NULL,
  PRIMARY KEY(caller, request_id));
CREATE INDEX request_by_name ON request(name);
CREATE INDEX request_by_time ON request(time);
CREATE TABLE reader(
  name {text} PRIMARY KEY,
  revision {int} NOT NULL,
  ordinal {int} NOT NULL,
  partitions {int} NOT NULL,
  lease_holder {text} NOT NULL,
  lease_epoch {int} NOT NULL,
  lease_end {int} NOT NULL);
CREATE TABLE timer(
  time {int} NOT NULL,
  name {text} NOT NULL,
  what {text} NOT NULL,
  use_by {int} NOT NULL,
  PRIMARY KEY(time, name, what));
CREATE INDEX timer_by_name ON timer(name);
)"},
    // The table `reader` held cursors and four kinds of numbers. Nothing read timer.use_by.
    // change_name says under which names a change is found: its own, those above it, and those that
    // it is about, before or after.
    {2, R"(
CREATE TABLE cursor(
  name {text} PRIMARY KEY,
  revision {int} NOT NULL,
  ordinal {int} NOT NULL,
  lease_holder {text} NOT NULL,
  lease_epoch {int} NOT NULL,
  lease_end {int} NOT NULL);
INSERT INTO cursor SELECT name, revision, ordinal, lease_holder, lease_epoch, lease_end
  FROM reader WHERE name NOT LIKE 'store.%';
CREATE TABLE setting(
  name {text} PRIMARY KEY,
  value {int} NOT NULL);
INSERT INTO setting SELECT 'log.whole_above', revision FROM reader WHERE name = 'store.compacted';
INSERT INTO setting SELECT 'log.compacted_to', partitions FROM reader
  WHERE name = 'store.compacted';
INSERT INTO setting SELECT 'facts.codes_revision', revision FROM reader
  WHERE name = 'store.facts.wanted';
INSERT INTO setting SELECT 'facts.refreshed_codes_revision', revision FROM reader
  WHERE name = 'store.facts.done';
INSERT INTO setting SELECT 'facts.refreshed_version', partitions FROM reader
  WHERE name = 'store.facts.done';
INSERT INTO setting SELECT 'relay.partitions', partitions FROM reader
  WHERE name = 'relay' AND partitions > 0;
INSERT INTO setting SELECT 'log.unfiled_to', value FROM revision WHERE value > 0;
DROP TABLE reader;
ALTER TABLE timer DROP COLUMN use_by;
CREATE TABLE change_name(
  name {text} NOT NULL,
  revision {int} NOT NULL,
  ordinal {int} NOT NULL,
  PRIMARY KEY(name, revision, ordinal));
CREATE INDEX change_name_by_revision ON change_name(revision, ordinal);
)"},
    // What a write left to a later one to derive.
    {3, R"(
CREATE TABLE stale(
  name {text} PRIMARY KEY,
  cause {text} NOT NULL,
  quiet {int} NOT NULL);
)"},
};

// What PostgreSQL keeps of a column's values for its planner would outlive the rows.
absl::Status KeepNoSamples(sql::Connection& connection) {
  if (connection.dialect() != sql::Dialect::kPostgres) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const sql::Result kept,
      connection.Query("SELECT 1 FROM pg_attribute WHERE attrelid = 'resource'::regclass "
                       "AND attname = 'data' AND attstattarget <> 0"));
  if (kept.rows.empty()) return absl::OkStatus();
  return connection.ExecuteScript("ALTER TABLE resource ALTER COLUMN data SET STATISTICS 0");
}

}  // namespace

absl::Status CreateSchema(sql::Database& database, const Registry& registry, Random& random) {
  RETURN_IF_ERROR(sql::Migrate(database, "store", kSteps));
  return sql::InTransaction(
      database, sql::Transaction::Kind::kWrite, [&](sql::Connection& connection) -> absl::Status {
        // Takes the row's lock on both databases: of two replicas one begins the history.
        RETURN_IF_ERROR(connection.Execute("UPDATE revision SET value = value"));
        RETURN_IF_ERROR(
            connection.Execute("INSERT INTO history(id, first_revision) SELECT $1, 1 "
                               "WHERE NOT EXISTS (SELECT 1 FROM history)",
                               {RandomId(random)}));
        RETURN_IF_ERROR(KeepNoSamples(connection));
        return Log(connection, registry).FileOld();
      });
}

}  // namespace clusterwire::store
