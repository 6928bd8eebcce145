#pragma once

#include <memory>

#include "services/notification/channels/channels.h"

namespace clusterwire::notification {

// Puts notices into the inboxes of subscribers. An inbox is a table of the ledger, so the item
// commits with the result of its delivery: there is nothing in between to be sent or to fail.
class InboxChannel final : public Channel {
 public:
  // The arguments outlive the channel.
  InboxChannel(InboxSignal& signal, Clock& clock) : signal_(signal), clock_(clock) {}

  void Send(std::shared_ptr<const Job> job, absl::Duration deadline, Callback done) override;
  absl::Status Write(sql::Connection& connection, const JobList& jobs) override;
  void Written(const Job& job) override;
  bool has_receiver() const override { return false; }

 private:
  InboxSignal& signal_;
  Clock& clock_;
};

}  // namespace clusterwire::notification
