#include "services/notification/ledger/consent/proofs.h"

#include "libs/base/status/error.h"
#include "libs/store/registry.h"

namespace clusterwire::notification {

absl::Status Proofs::Add(const Proof& proof) {
  return connection_.Execute(
      "INSERT INTO consent_proof (subscriber, endpoint, subscription, event, time, subject,"
      " network, text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
      {store::RootOf(proof.endpoint), proof.endpoint, proof.subscription,
       static_cast<int>(proof.event), absl::ToUnixMicros(proof.time), proof.subject, proof.network,
       proof.text});
}

absl::StatusOr<std::vector<Proof>> Proofs::Of(std::string_view subscriber, int limit) {
  ASSIGN_OR_RETURN(
      const sql::Result found,
      connection_.Query("SELECT endpoint, subscription, event, time, subject, network, text"
                        " FROM consent_proof WHERE subscriber = $1"
                        " ORDER BY time, event, endpoint, subscription LIMIT $2",
                        {subscriber, limit}));
  std::vector<Proof> proofs;
  for (const sql::Row& row : found.rows) {
    proofs.push_back({.endpoint = row.Text(0),
                      .subscription = row.Text(1),
                      .event = static_cast<Proof::Event>(row.Int(2)),
                      .time = absl::FromUnixMicros(row.Int(3)),
                      .subject = row.Text(4),
                      .network = row.Text(5),
                      .text = row.Text(6)});
  }
  return proofs;
}

std::string_view WordOf(Proof::Event event) {
  switch (event) {
    case Proof::Event::kAsked:
      return "asked";
    case Proof::Event::kMailed:
      return "mailed";
    case Proof::Event::kConfirmed:
      return "confirmed";
    case Proof::Event::kGiven:
      return "given";
    case Proof::Event::kWithdrawn:
      return "withdrawn";
  }
  return "";
}

}  // namespace clusterwire::notification
