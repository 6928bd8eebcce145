#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/notification/v1/subscriber.pb.h"
#include "clusterwire/notification/v1/subscription.pb.h"

#include "libs/base/random.h"
#include "libs/base/time/clock.h"
#include "libs/http/client.h"
#include "libs/text/language.h"
#include "services/notification/ledger/calendar/invitations.h"
#include "services/notification/ledger/deliveries/deliveries.h"
#include "services/notification/ledger/deliveries/given_up.h"
#include "services/notification/ledger/inbox/inbox.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/resources/subscribers/interests.h"

namespace clusterwire::notification {

class Links;
class Mailer;
struct OwnerLetter;

// So long what is pending waits for the end of a pause.
inline constexpr absl::Duration kLongestPause = absl::Hours(30 * 24);

// What makes a mail a digest: it tells of what came from one moment to another.
struct Digest {
  absl::Time from = {};
  absl::Time until = {};
  v1::Schedule::Frequency frequency = v1::Schedule::FREQUENCY_UNSPECIFIED;  // as it was scheduled
};

// A delivery with all that gates and channels ask, read at the moment of a try. Immutable.
struct Job {
  PendingDelivery delivery = {};
  // Cut to what its subscriber may see now; null: it can't be read any more.
  std::shared_ptr<const KeptRecord> record = {};
  std::shared_ptr<const Interest> interest = {};          // null: deleted, paused or held since
  std::shared_ptr<const v1::Endpoint> endpoint = {};      // with its secret; null: deleted since
  std::shared_ptr<const v1::Subscriber> subscriber = {};  // null: deleted since
  absl::Time now = {};                                    // when it was made
  bool hidden = false;          // since a later change the subscriber doesn't see the resource
  std::string suppressed = {};  // why nothing is sent to its mailbox; empty: nothing keeps it
  // Not everybody may see what is told, and it isn't known who may: then it is asked again.
  std::optional<absl::Time> held_until = {};
  std::shared_ptr<const v1::Hold> hold = {};  // an operator's that covers it
  // What is missing about its root where it goes, which the notice tells; `gap_unread`: the ledger
  // must be asked first.
  Gap gap = {};
  bool gap_unread = false;

  // For mails, which may tell of several changes: the other deliveries that go with this one,
  // oldest first, and how many more there were.
  std::vector<std::shared_ptr<const Job>> others = {};
  int64_t left_out = 0;
  std::optional<Digest> digest = {};  // set: it is one
  // Of an event, to a mailbox that invitations go to: what its calendar was told of it.
  std::optional<Invitation> invitation = {};
  bool invitation_unread = true;  // that isn't read from the ledger yet
  // Where it is hidden: another subscription at the mailbox was invited too, and sees it.
  bool invited_elsewhere = false;
  // The newest record of the resource, cut like `record`, where there is a newer one.
  std::shared_ptr<const KeptRecord> latest = {};
};

using JobList = std::vector<std::shared_ptr<const Job>>;

// The job of one try. `record` is whole, `seen_by` says who sees the resource since its newest one.
// What can't be seen any more counts as absent, as it did when it was matched: of a change that is
// then none but the resource entering, that is told.
Job JobOf(const PendingDelivery& delivery, std::shared_ptr<const KeptRecord> record,
          std::string_view seen_by, const Interests& interests, absl::Time now);

// Sets what became of the job's resource since, as its subscriber may see it. `job.interest` is
// there.
void SetLatest(std::shared_ptr<const KeptRecord> newest, Job* job);

// How a try ended.
struct Done {
  int http_status = 0;
  std::string receipt = {};  // what the other side said
};
struct Wait {
  absl::Time until = absl::InfinitePast();  // of a gate: not before
  // Of a try: not sooner, even if the retry schedule says so.
  absl::Duration at_least = absl::ZeroDuration();
  std::string reason = {};
  int http_status = 0;
  bool ours = false;  // the failure is on this side, and says nothing of the endpoint
  bool rests_endpoint =
      false;             // `at_least` is for all that goes there, not for this delivery alone
  bool at_once = false;  // the schedule doesn't count: tried again on another connection right away
  // Of a gate: what it waits for is heard of when it ends, so that the ledger needs no time.
  bool asleep = false;
  bool server = false;  // of a channel over one server of ours: that takes nothing at all now
  Bounce bounce = Bounce::kNone;
};
struct Dead {
  std::string reason = {};
  bool disable_endpoint = false;  // nothing more is to go there
  int http_status = 0;
  bool ours = false;     // as with Wait
  bool refused = false;  // it is this event that is wrong: no failure of the endpoint
  Bounce bounce = Bounce::kNone;
};
using Outcome = std::variant<Done, Wait, Dead>;

// One way to reach a subscriber. What it shows of a job is a pure function of it, so that a
// repeated try says what the first said. Safe for use from any thread.
class Channel {
 public:
  using Callback = std::function<void(Outcome)>;

  virtual ~Channel() = default;
  // Calls `done` once, from any thread, perhaps before it returns, by `deadline` at the latest,
  // which is a moment of the uptime: setting the clock ends no try.
  // Thousands may be under way.
  virtual void Send(std::shared_ptr<const Job> job, absl::Duration deadline, Callback done) = 0;
  // Sends a notice named `id` that says that it is a test; as Send(). Only where there is a
  // receiver.
  virtual void SendTest(const v1::Endpoint&, const std::string&, text::Language, absl::Duration,
                        Callback done) {
    done(Dead{.reason = "this channel has no tests", .ours = true});
  }

  // Tells whose `elsewhere` is of another endpoint of theirs, as `id`. What becomes of that isn't
  // followed: the inbox has it. Only where there is a letter for it.
  virtual void TellOwner(const v1::Endpoint&, const OwnerLetter&, const std::string&,
                         text::Language, absl::Duration) {}

  // For a channel whose receiver is the ledger: called once with all jobs that a transaction makes
  // done; then with each of them after the commit.
  virtual absl::Status Write(sql::Connection&, const JobList&) { return absl::OkStatus(); }
  virtual void Written(const Job&) {}
  // Whether tries may fail by the endpoint's fault: then failures are counted, and it is switched
  // off when nothing succeeds for too long. Without a receiver there is nothing to try, either:
  // what may go at once is handed over in the transaction that matched it.
  virtual bool has_receiver() const { return true; }
  // Whether all goes over one server of ours, to any endpoint: then tries have places of their own,
  // wait while that server is away, and none of that is held against endpoints.
  virtual bool over_server() const { return false; }
  // How long a try may take, where `usual` is by how its endpoint answers.
  virtual absl::Duration time_limit(absl::Duration usual) const { return usual; }
  // Called in the transaction that records a result with a bounce, and again when that is repeated.
  virtual absl::Status Bounced(sql::Connection&, const Job&, const DeliveryResult&) {
    return absl::OkStatus();
  }
};

// What channels work with; all of it outlives them.
struct ChannelContext {
  http::Client& client;  // guarded: it says where requests may go
  InboxSignal& inbox_signal;
  Clock& clock;
  Random& random;
  const Links* links = nullptr;  // into mails; null where no pages are configured
  Mailer* mailer = nullptr;      // null where no mails are sent
  // Why nothing is sent to a mailbox, by its address key; empty: nothing keeps it.
  std::function<absl::StatusOr<std::string>(const std::string&)> suppressed = nullptr;
};

// One of each channel, by its case of Endpoint.channel.
using Channels = std::map<v1::Endpoint::ChannelCase, std::unique_ptr<Channel>>;

// Those of channels.def that the configuration lets be used.
Channels MakeChannels(const ChannelContext& context);

}  // namespace clusterwire::notification
