#include "services/notification/ledger/ledger.h"

#include "libs/service/gaps.h"
#include "libs/sql/database.h"

namespace clusterwire::notification {
namespace {

// Times are microseconds since 1970. States and transitions are the numbers of notification/v1.
//
// record: what came from Kafka, each once. `matched` and `matched_through` grow with the chunks of
//   its deliveries; `closed` comes with the last.
// newest_record: per resource the newest record, and who sees the resource since.
// topic_position: where ingest goes on, and what the message before that was.
// delivery: what one subscription gets for one change. `sequence` rises with each record and is the
//   order in which they are handed over; `created` is what the clock said, which may go back. The
//   index by state serves the dispatcher.
// inbox: the last sequence given out for each subscriber; never goes back.
// endpoint_failure: an endpoint, as of `revision`, at which nothing succeeded since `since`.
//   `failing` is how much of that time its failures cover; what it refused doesn't count in it.
constexpr std::string_view kTables = R"sql(
CREATE TABLE record (
  history {text} NOT NULL, revision {int} NOT NULL, ordinal {int} NOT NULL,
  id {text} NOT NULL UNIQUE, name {text} NOT NULL, root {text} NOT NULL, kind {text} NOT NULL,
  payload {bytes} NOT NULL, trace {text} NOT NULL, received {int} NOT NULL,
  matched {int} NOT NULL, matched_through {text} NOT NULL, closed {int} NOT NULL,
  PRIMARY KEY (history, revision, ordinal));
CREATE INDEX record_by_name ON record (name);
CREATE INDEX record_by_time ON record (received);

CREATE TABLE newest_record (
  name {text} NOT NULL PRIMARY KEY, history {text} NOT NULL, revision {int} NOT NULL,
  ordinal {int} NOT NULL, hidden {int} NOT NULL);

CREATE TABLE topic_position (
  topic {text} NOT NULL, topic_partition {int} NOT NULL, next_offset {int} NOT NULL,
  digest {bytes} NOT NULL, PRIMARY KEY (topic, topic_partition));

CREATE TABLE delivery (
  id {text} NOT NULL PRIMARY KEY, change_id {text} NOT NULL, subscription {text} NOT NULL,
  endpoint {text} NOT NULL, transition {int} NOT NULL, state {int} NOT NULL,
  reason {text} NOT NULL, attempts {int} NOT NULL, created {int} NOT NULL,
  updated {int} NOT NULL, due {int} NOT NULL);
CREATE INDEX delivery_by_state ON delivery (state, endpoint, created, id);
CREATE INDEX delivery_by_change ON delivery (change_id);
CREATE INDEX delivery_by_time ON delivery (created, id);
CREATE INDEX delivery_by_subscription ON delivery (subscription, created, id);

CREATE TABLE attempt (
  delivery {text} NOT NULL, number {int} NOT NULL, time {int} NOT NULL, outcome {text} NOT NULL,
  http_status {int} NOT NULL, detail {text} NOT NULL, duration_ms {int} NOT NULL,
  PRIMARY KEY (delivery, number));

CREATE TABLE inbox (subscriber {text} NOT NULL PRIMARY KEY, last_sequence {int} NOT NULL);
CREATE TABLE inbox_item (
  subscriber {text} NOT NULL, sequence {int} NOT NULL, delivery {text} NOT NULL UNIQUE,
  change_id {text} NOT NULL, item {bytes} NOT NULL, PRIMARY KEY (subscriber, sequence));
CREATE INDEX inbox_item_by_change ON inbox_item (change_id);

CREATE TABLE dead_record (
  topic {text} NOT NULL, topic_partition {int} NOT NULL, topic_offset {int} NOT NULL,
  error {text} NOT NULL, met {int} NOT NULL, message_time {int} NOT NULL,
  message_key {bytes} NOT NULL, value {bytes} NOT NULL,
  PRIMARY KEY (topic, topic_partition, topic_offset));
CREATE INDEX dead_record_by_time ON dead_record (met, topic, topic_partition, topic_offset);
CREATE TABLE dead_record_header (
  topic {text} NOT NULL, topic_partition {int} NOT NULL, topic_offset {int} NOT NULL,
  number {int} NOT NULL, name {bytes} NOT NULL, value {bytes} NOT NULL,
  PRIMARY KEY (topic, topic_partition, topic_offset, number));

CREATE TABLE endpoint_failure (
  endpoint {text} NOT NULL PRIMARY KEY, since {int} NOT NULL, failures {int} NOT NULL);
)sql";

// Which subscription of that name it is: 0 for rows of older releases, which didn't ask.
constexpr std::string_view kSubscriptionMade = R"sql(
ALTER TABLE delivery ADD COLUMN subscription_made {int} NOT NULL DEFAULT 0;
)sql";

// What can't be read is called a dead letter, everywhere. Indexes keep their rows, and get their
// names anew.
constexpr std::string_view kDeadLetters = R"sql(
ALTER TABLE dead_record RENAME TO dead_letter;
ALTER TABLE dead_record_header RENAME TO dead_letter_header;
DROP INDEX dead_record_by_time;
CREATE INDEX dead_letter_by_time ON dead_letter (met, topic, topic_partition, topic_offset);
)sql";

// topic_position gets the last change that was taken from the partition: what came later must be
// sent again when the topic loses it. Unknown where an earlier release read it.
// purged_record: of each history the newest revision of which a record was purged.
constexpr std::string_view kLastTaken = R"sql(
ALTER TABLE topic_position ADD COLUMN history {text} NOT NULL DEFAULT '';
ALTER TABLE topic_position ADD COLUMN revision {int} NOT NULL DEFAULT 0;
ALTER TABLE topic_position ADD COLUMN since {int} NOT NULL DEFAULT 0;
ALTER TABLE topic_position ADD COLUMN passed {int} NOT NULL DEFAULT 0;
CREATE TABLE purged_record (history {text} NOT NULL PRIMARY KEY, revision {int} NOT NULL);
)sql";

// What was the order of deliveries and their time is two: a clock may be set back. `tries_before`
// is how many of a delivery's tries the schedule doesn't count. What an endpoint did is counted
// anew.
constexpr std::string_view kSequence = R"sql(
ALTER TABLE delivery RENAME COLUMN created TO sequence;
ALTER TABLE delivery ADD COLUMN created {int} NOT NULL DEFAULT 0;
UPDATE delivery SET created = sequence;
ALTER TABLE delivery ADD COLUMN tries_before {int} NOT NULL DEFAULT 0;

DROP TABLE endpoint_failure;
CREATE TABLE endpoint_failure (
  endpoint {text} NOT NULL PRIMARY KEY, revision {int} NOT NULL, since {int} NOT NULL,
  last {int} NOT NULL, failing {int} NOT NULL, failures {int} NOT NULL, refused {int} NOT NULL,
  detail {text} NOT NULL);
)sql";

// Records are kept whole, and who sees what of them is asked when it is shown: seen_by.h. Those of
// older releases were cut to what the public saw.
constexpr std::string_view kSeenBy = R"sql(
ALTER TABLE record ADD COLUMN seen_by {text} NOT NULL DEFAULT '';
ALTER TABLE newest_record ADD COLUMN seen_by {text} NOT NULL DEFAULT '';
UPDATE newest_record SET seen_by = ' ' WHERE hidden <> 0;
ALTER TABLE newest_record DROP COLUMN hidden;
)sql";

// consent_ask: what the owner of an address is asked to confirm, for seven days; `mail` is the
//   consent_mail that tells it.
// consent_mail: mails that ask, one for each address and day.
// consent_proof: what was said of a consent, until its subscriber is erased.
// erased_address: keyed hashes against an import that brings addresses back. erasing: subscribers
//   whose erasure isn't done.
constexpr std::string_view kConsent = R"sql(
CREATE TABLE consent_ask (
  id {text} NOT NULL PRIMARY KEY, kind {int} NOT NULL, address_key {bytes} NOT NULL,
  address {text} NOT NULL, language {text} NOT NULL, target {text} NOT NULL, made {int} NOT NULL,
  asked_by {text} NOT NULL, network {text} NOT NULL, asked {int} NOT NULL, mail {text} NOT NULL,
  answered {int} NOT NULL);
CREATE INDEX consent_ask_by_address ON consent_ask (address_key, asked);
CREATE INDEX consent_ask_by_mail ON consent_ask (mail, asked);
CREATE INDEX consent_ask_by_time ON consent_ask (asked);
CREATE INDEX consent_ask_by_target ON consent_ask (target);
CREATE INDEX consent_ask_by_kind ON consent_ask (kind);

CREATE TABLE consent_mail (
  id {text} NOT NULL PRIMARY KEY, address_key {bytes} NOT NULL, address {text} NOT NULL,
  language {text} NOT NULL, text {text} NOT NULL, created {int} NOT NULL, attempts {int} NOT NULL,
  due {int} NOT NULL, sent {int} NOT NULL);
CREATE INDEX consent_mail_by_address ON consent_mail (address_key, created);
CREATE INDEX consent_mail_by_due ON consent_mail (sent, due);
CREATE INDEX consent_mail_by_time ON consent_mail (created);

CREATE TABLE consent_proof (
  subscriber {text} NOT NULL, endpoint {text} NOT NULL, subscription {text} NOT NULL,
  event {int} NOT NULL, time {int} NOT NULL, subject {text} NOT NULL, network {text} NOT NULL,
  text {text} NOT NULL, PRIMARY KEY (subscriber, time, event, endpoint, subscription));

CREATE TABLE erased_address (address_key {bytes} NOT NULL PRIMARY KEY, since {int} NOT NULL);
CREATE TABLE erasing (
  subscriber {text} NOT NULL PRIMARY KEY, since {int} NOT NULL, address_keys {bytes} NOT NULL);
)sql";

// suppression: mailboxes that nothing is sent to, by the keys of their addresses. soft_bounce: how
//   many mails came back to one for a while.
constexpr std::string_view kSuppressions = R"sql(
CREATE TABLE suppression (
  address_key {bytes} NOT NULL PRIMARY KEY, reason {int} NOT NULL, since {int} NOT NULL,
  detail {text} NOT NULL);
CREATE TABLE soft_bounce (
  address_key {bytes} NOT NULL PRIMARY KEY, first {int} NOT NULL, last {int} NOT NULL,
  bounces {int} NOT NULL);
)sql";

// What goes in one mail: see bundles.h. `bundle` of a delivery is the last that it was in;
// `carried`: it goes with the carrier, and waits for nothing of its own. bundle: window_end 0:
// open. settled: 0 its carrier is pending, 1 it went out, 2 nothing did.
constexpr std::string_view kBundles = R"sql(
ALTER TABLE delivery ADD COLUMN bundle {text} NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN carried {int} NOT NULL DEFAULT 0;
CREATE INDEX delivery_by_bundle ON delivery (bundle, sequence, id) WHERE bundle <> '';
CREATE INDEX delivery_carried ON delivery (bundle) WHERE state = 1 AND carried = 1;

CREATE TABLE bundle (
  id {text} NOT NULL PRIMARY KEY, scope {text} NOT NULL, window_end {int} NOT NULL,
  mailbox {text} NOT NULL, carrier {text} NOT NULL, began {int} NOT NULL, until {int} NOT NULL,
  closed {int} NOT NULL, settled {int} NOT NULL);
CREATE UNIQUE INDEX bundle_by_scope ON bundle (scope, window_end);
CREATE INDEX bundle_by_mailbox ON bundle (mailbox, closed);
CREATE INDEX bundle_unsettled ON bundle (mailbox) WHERE settled = 0;
)sql";

// Deliveries that are over stand in no index of what waits or was given up. An item is there with
// its delivery, which is there once; `seen_by` is who sees the image that it tells.
// inbox: all up to `read_through` was read; inbox_read: what was read behind that. `dropped` are
//   unread items up to `dropped_through` that went since `dropped_since` because it was full.
constexpr std::string_view kInboxes = R"sql(
CREATE INDEX delivery_pending ON delivery (endpoint, sequence, id) WHERE state = 1;
CREATE INDEX delivery_dead ON delivery (endpoint, sequence, id) WHERE state = 4;
DROP INDEX delivery_by_state;

ALTER TABLE inbox ADD COLUMN read_through {int} NOT NULL DEFAULT 0;
ALTER TABLE inbox ADD COLUMN dropped {int} NOT NULL DEFAULT 0;
ALTER TABLE inbox ADD COLUMN dropped_through {int} NOT NULL DEFAULT 0;
ALTER TABLE inbox ADD COLUMN dropped_since {int} NOT NULL DEFAULT 0;
CREATE INDEX inbox_dropped ON inbox (subscriber) WHERE dropped > 0;
CREATE TABLE inbox_read (
  subscriber {text} NOT NULL, sequence {int} NOT NULL, PRIMARY KEY (subscriber, sequence));

CREATE TABLE inbox_entry (
  subscriber {text} NOT NULL, sequence {int} NOT NULL, change_id {text} NOT NULL,
  added {int} NOT NULL, seen_by {text} NOT NULL, item {bytes} NOT NULL,
  PRIMARY KEY (subscriber, sequence));
INSERT INTO inbox_entry SELECT i.subscriber, i.sequence, i.change_id, r.received, r.seen_by, i.item
  FROM inbox_item i JOIN record r ON r.id = i.change_id;
DROP TABLE inbox_item;
ALTER TABLE inbox_entry RENAME TO inbox_item;
CREATE INDEX inbox_item_by_change ON inbox_item (change_id);
)sql";

// invitation: what the calendar of an endpoint was told of an event by a subscription; `sequence`
// is
//   -1 until it was. calendar_feed: the digest of the token that a feed is read with.
constexpr std::string_view kCalendars = R"sql(
CREATE TABLE invitation (
  subscription {text} NOT NULL, uid {text} NOT NULL, endpoint {text} NOT NULL,
  made {int} NOT NULL, version {int} NOT NULL, sequence {int} NOT NULL, cancelled {int} NOT NULL,
  ends {int} NOT NULL, PRIMARY KEY (subscription, uid));
CREATE INDEX invitation_by_uid ON invitation (uid, endpoint);
CREATE INDEX invitation_by_endpoint ON invitation (endpoint);
CREATE INDEX invitation_by_end ON invitation (ends);
CREATE TABLE calendar_feed (
  subscription {text} NOT NULL PRIMARY KEY, made {int} NOT NULL, token {bytes} NOT NULL UNIQUE,
  since {int} NOT NULL);
)sql";

// record.cause: of ResourceChanged.
// hold: a v1::Hold.
// given_up: how many notices are missing at an endpoint about a root, and the last of them.
// owner_notice: of what a subscriber was told that is no change; its item in the inbox has no
// record.
constexpr std::string_view kOperating = R"sql(
ALTER TABLE record ADD COLUMN cause {text} NOT NULL DEFAULT '';
CREATE INDEX record_by_kind ON record (kind);

CREATE TABLE hold (name {text} NOT NULL PRIMARY KEY, definition {bytes} NOT NULL);
CREATE TABLE given_up (
  endpoint {text} NOT NULL, root {text} NOT NULL, notices {int} NOT NULL, last {text} NOT NULL,
  PRIMARY KEY (endpoint, root));
CREATE TABLE owner_notice (id {text} NOT NULL PRIMARY KEY, created {int} NOT NULL);
CREATE INDEX owner_notice_by_time ON owner_notice (created);
)sql";

// Deliveries are written in the order of their subscriptions, record by record: indexes in that
// order grow at their end, where by ids, which are hashes, each row would be put anywhere. What is
// found by its whole key alone stands in it.
constexpr std::string_view kOrder = R"sql(
DROP INDEX delivery_by_time;
CREATE INDEX delivery_by_order ON delivery (sequence, subscription);
DROP INDEX delivery_by_subscription;
CREATE INDEX delivery_by_subscription ON delivery (subscription, sequence);

ALTER TABLE attempt RENAME TO former_attempt;
CREATE TABLE attempt (
  delivery {text} NOT NULL, number {int} NOT NULL, time {int} NOT NULL, outcome {text} NOT NULL,
  http_status {int} NOT NULL, detail {text} NOT NULL, duration_ms {int} NOT NULL,
  PRIMARY KEY (delivery, number)) {by key};
INSERT INTO attempt SELECT delivery, number, time, outcome, http_status, detail, duration_ms
  FROM former_attempt;
DROP TABLE former_attempt;

ALTER TABLE inbox RENAME TO former_inbox;
DROP INDEX inbox_dropped;
CREATE TABLE inbox (
  subscriber {text} NOT NULL PRIMARY KEY, last_sequence {int} NOT NULL,
  read_through {int} NOT NULL DEFAULT 0, dropped {int} NOT NULL DEFAULT 0,
  dropped_through {int} NOT NULL DEFAULT 0, dropped_since {int} NOT NULL DEFAULT 0) {by key};
INSERT INTO inbox SELECT subscriber, last_sequence, read_through, dropped, dropped_through,
  dropped_since FROM former_inbox;
DROP TABLE former_inbox;
CREATE INDEX inbox_dropped ON inbox (subscriber) WHERE dropped > 0;
)sql";

// invitation.resource: the event or the registration that invited; empty where an earlier release
// didn't ask.
constexpr std::string_view kInvitedBy = R"sql(
ALTER TABLE invitation ADD COLUMN resource {text} NOT NULL DEFAULT '';
)sql";

constexpr sql::Migration kMigrations[] = {
    {1, kTables},     {2, kSubscriptionMade}, {3, kDeadLetters}, {6, kLastTaken}, {7, kSequence},
    {8, kSeenBy},     {20, kSuppressions},    {21, kConsent},    {22, kBundles},  {23, kCalendars},
    {24, kOperating}, {25, kInboxes},         {26, kOrder},      {27, kInvitedBy}};

}  // namespace

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(sql::Database& database) {
  RETURN_IF_ERROR(sql::Migrate(database, "ledger", kMigrations));
  RETURN_IF_ERROR(service::Gaps::CreateTable(database));
  ASSIGN_OR_RETURN(const sql::Lease connection, database.Acquire());
  // A file of SQLite serves one process.
  const bool shared = connection->dialect() == sql::Dialect::kPostgres;
  return std::unique_ptr<Ledger>(new Ledger(database, shared));
}

}  // namespace clusterwire::notification
