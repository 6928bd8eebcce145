#include "services/notification/delivery/mails/gatherer.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "services/notification/channels/calendar/calendar_part.h"
#include "services/notification/delivery/gates.h"
#include "services/notification/ledger/records/records.h"
#include "services/notification/resources/subscribers/schedule.h"

namespace clusterwire::notification {
namespace {

// When what a gate makes wait is to be looked at again, as the ledger says it: what sleeps until
// it hears of the end is due.
absl::Time DueAfter(const Wait& wait, absl::Time now) {
  return wait.asleep ? now : std::max(now, wait.until);
}

constexpr absl::Duration kShortWait = absl::Seconds(5);
constexpr std::string_view kDigest = "digest:";
constexpr std::string_view kDay = "day:";

std::string Shown(absl::Time time, const absl::TimeZone& zone) {
  return absl::FormatTime("%Y-%m-%d %H:%M %Z", time, zone);
}

bool Precedes(const std::shared_ptr<const Job>& a, const std::shared_ptr<const Job>& b) {
  return std::pair(a->delivery.sequence, a->delivery.name) <
         std::pair(b->delivery.sequence, b->delivery.name);
}

}  // namespace

// One decision.
class Gatherer::Decision {
 public:
  Decision(const Options& options, const Interests& interests, sql::Connection& connection,
           const Job& job)
      : options_(options),
        interests_(interests),
        connection_(connection),
        bundles_(connection),
        job_(std::make_shared<Job>(job)),
        now_(job.now),
        zone_(ZoneOf(job.subscriber.get())),
        mailbox_(interests.MailboxOf(*job.endpoint)) {}

  absl::StatusOr<Step> Take() {
    ASSIGN_OR_RETURN(const Standing standing,
                     Deliveries(connection_).StandingOf(job_->delivery.name));
    if (!standing.pending) return Leave();
    ASSIGN_OR_RETURN(std::optional<Bundle> bundle, bundles_.Find(job_->delivery.bundle));
    if (bundle && bundle->carrier != job_->delivery.name) bundle.reset();
    if (bundle && bundle->closed) {
      // One that was tried, or was about to be, before a kill or before the clock was set.
      const bool of_digest = absl::StartsWith(bundle->scope, ToAbsl(kDigest));
      const absl::Time awake = of_digest ? now_ : Awake(now_);
      return awake > now_ ? WaitUntil(awake, QuietText(awake)) : Send(*bundle);
    }
    ASSIGN_OR_RETURN(const std::optional<Step> merged, AskMerged());
    if (merged) return *merged;
    if (bundle && absl::StartsWith(bundle->scope, ToAbsl(kDigest)) != digest()) {
      RETURN_IF_ERROR(bundles_.Dissolve(*bundle, now_));
      bundle.reset();
      freed_ = true;
    }
    if (!bundle) {
      ASSIGN_OR_RETURN(bundle, JoinOrBegin());
      if (!bundle) return Leave();
      job_->delivery.bundle = bundle->id;
    }
    if (digest()) return TakeDigest(*bundle);
    if (absl::StartsWith(bundle->scope, ToAbsl(kDay))) return TakeDay(*bundle);
    return TakeOne(*bundle);
  }

 private:
  const v1::Schedule& schedule() const { return job_->interest->subscription.schedule(); }
  bool digest() const { return IsDigest(schedule()); }
  // When it came, as far as the clock can be believed.
  absl::Time came() const { return std::min({job_->delivery.created, job_->delivery.known, now_}); }

  Step Leave() const { return {.what = Step::What::kLeave, .job = job_, .freed = freed_}; }
  Step WaitUntil(absl::Time until, std::string reason) const {
    return {.what = Step::What::kWait,
            .job = job_,
            .until = until,
            .reason = std::move(reason),
            .freed = freed_};
  }
  // When no quiet hours keep it.
  absl::Time Awake(absl::Time due) const {
    if (job_->subscriber == nullptr || !job_->subscriber->has_quiet_hours()) return due;
    return QuietUntil(job_->subscriber->quiet_hours(), zone_, due).value_or(due);
  }

  // The other subscriptions at this mailbox.
  std::vector<std::shared_ptr<const Interest>> Others() const {
    auto others = interests_.AtMailboxOf(*job_->endpoint);
    std::erase_if(others, [this](const std::shared_ptr<const Interest>& other) {
      return other->subscription.name() == job_->delivery.subscription;
    });
    return others;
  }

  // Has the mailbox had this change, or is it getting it right now?
  absl::StatusOr<std::optional<Step>> AskMerged() {
    for (const auto& other : Others()) {
      if (job_->invitation && !Invites(*other)) continue;  // that was none
      if (!SeesAsMuch(*other)) continue;                   // that told less
      const std::string name = DeliveryName(other->subscription.name(), job_->delivery.change_id);
      ASSIGN_OR_RETURN(const sql::Result found,
                       connection_.Query("SELECT d.state, d.endpoint, b.window_end FROM delivery d"
                                         " LEFT JOIN bundle b ON b.id = d.bundle AND b.settled = 0"
                                         " WHERE d.id = $1",
                                         {name}));
      if (found.rows.empty()) continue;
      const sql::Row& row = found.rows[0];
      const auto endpoint = interests_.FindEndpoint(row.Text(1));
      if (endpoint == nullptr || interests_.MailboxOf(*endpoint) != mailbox_) continue;
      if (row.Int(0) == v1::Delivery::STATE_DELIVERED) {
        RETURN_IF_ERROR(NoteInvited());
        return Step{.what = Step::What::kSuppress,
                    .job = job_,
                    .reason = absl::StrCat("merged: ", name),
                    .freed = freed_};
      }
      const bool going =
          row.Int(0) == v1::Delivery::STATE_PENDING && !row.IsNull(2) && row.Int(2) != 0;
      if (going) return WaitUntil(now_ + kShortWait, absl::StrCat("merged: waits for ", name));
    }
    return std::nullopt;
  }

  // Whether the other's mail about the change tells all that this one would.
  bool SeesAsMuch(const Interest& other) const {
    const change::v1::ResourceChanged& change = job_->record->change;
    const filter::Viewer& viewer = other.viewer;
    return !change.has_after() || filter::Sees(viewer, change.after());
  }

  // The mailbox was told by another's mail, and its calendar with it: this subscription corrects
  // what is there when the other is no more.
  absl::Status NoteInvited() {
    if (!job_->invitation) return absl::OkStatus();
    RETURN_IF_ERROR(ReadInvitationNow());
    if (!job_->invitation->told()) return absl::OkStatus();
    job_->invitation->resource = job_->record->change.name();
    return Invitations(connection_).SetTold(job_->delivery, *job_->invitation);
  }
  absl::Status ReadInvitationNow() {
    ASSIGN_OR_RETURN(const Standing standing,
                     Deliveries(connection_).StandingOf(job_->delivery.name));
    return ReadInvitation(connection_, interests_, standing.seen_by, *job_);
  }

  std::string Scope() const {
    if (digest()) return absl::StrCat(ToAbsl(kDigest), job_->delivery.subscription);
    return absl::StrCat("about:", mailbox_, "\n", job_->record->change.name(),
                        job_->invitation ? "\ninvitation" : "");
  }

  // The bundle that the delivery now carries; nothing when another carries it.
  absl::StatusOr<std::optional<Bundle>> JoinOrBegin() {
    const std::string scope = Scope();
    const std::string& name = job_->delivery.name;
    ASSIGN_OR_RETURN(std::optional<Bundle> open, bundles_.FindOpen(scope));
    if (open && open->carrier != name) {
      ASSIGN_OR_RETURN(const Standing carrier, Deliveries(connection_).StandingOf(open->carrier));
      if (carrier.pending) {
        RETURN_IF_ERROR(bundles_.Carry(*open, name));
        return std::nullopt;
      }
    }
    if (open) {
      RETURN_IF_ERROR(bundles_.Succeed(*open, name));
      open->carrier = name;
      return open;
    }
    Bundle bundle{
        .id = absl::StrCat(name, "@", absl::ToUnixMicros(now_), ".", job_->delivery.attempts),
        .scope = scope,
        .mailbox = mailbox_,
        .carrier = name,
        .began = came()};
    ASSIGN_OR_RETURN(const bool begun, bundles_.Begin(bundle));
    if (!begun) return absl::UnavailableError("another process gathers the same");
    return bundle;
  }

  absl::StatusOr<Step> TakeDigest(Bundle& bundle) {
    const absl::Time due = NextDigest(schedule(), zone_, came());
    if (now_ < due) return WaitUntil(due, DigestOf(due));
    const absl::Time window_end = LastDigest(schedule(), zone_, now_);
    ASSIGN_OR_RETURN(const bool closed, bundles_.HasWindow(bundle.scope, window_end));
    if (closed) {
      const absl::Time next = NextDigest(schedule(), zone_, now_);
      return WaitUntil(next, DigestOf(next));
    }
    return Close(bundle, window_end);
  }
  std::string DigestOf(absl::Time due) const {
    return absl::StrCat("digest: comes at ", Shown(due, zone_));
  }

  absl::StatusOr<Step> TakeDay(Bundle& bundle) {
    // However the clock was set, no day is longer than this one.
    const absl::Time ends = std::min(bundle.until, DayEnds(now_, zone_));
    if (now_ < bundle.until) {
      if (ends < bundle.until) RETURN_IF_ERROR(bundles_.SetUntil(bundle, ends));
      return WaitUntil(
          ends, absl::StrCat("digest: more than ", options_.a_day,
                             " mails on one day; the rest comes in one at ", Shown(ends, zone_)));
    }
    if (const absl::Time awake = Awake(now_); awake > now_) {
      return WaitUntil(awake, QuietText(awake));
    }
    return CloseAtNow(bundle);
  }

  absl::StatusOr<Step> TakeOne(Bundle& bundle) {
    ASSIGN_OR_RETURN(const auto last, bundles_.LastClosed(bundle.scope, now_));
    const absl::Time settled = came() + options_.settle;
    const absl::Time due = last ? std::max(settled, *last + options_.gather) : settled;
    const absl::Time awake = Awake(std::max(due, now_));
    if (awake > std::max(due, now_)) return WaitUntil(awake, QuietText(awake));
    if (now_ < due) {
      return WaitUntil(due, absl::StrCat("merged: waits for further changes of the same resource "
                                         "until ",
                                         Shown(due, zone_)));
    }
    ASSIGN_OR_RETURN(const int64_t today,
                     bundles_.CountClosed(mailbox_, DayBegan(now_, zone_), now_));
    // An invitation, or what corrects one, is no part of another mail.
    if (today < options_.a_day || job_->invitation) return CloseAtNow(bundle);
    const std::string scope = absl::StrCat(ToAbsl(kDay), mailbox_);
    const absl::Time ends = DayEnds(now_, zone_);
    ASSIGN_OR_RETURN(const auto other, bundles_.FindOpen(scope));
    RETURN_IF_ERROR(bundles_.Redirect(bundle, scope, ends));
    if (other) return Leave();
    bundle.scope = scope;
    bundle.until = ends;
    return TakeDay(bundle);
  }

  std::string QuietText(absl::Time until) const {
    return absl::StrCat("quiet: the subscriber's hours until ", Shown(until, zone_));
  }

  // Mails that are no digests have windows only to tell them apart.
  absl::StatusOr<Step> CloseAtNow(Bundle& bundle) {
    ASSIGN_OR_RETURN(const auto before,
                     bundles_.WindowBefore(bundle.scope, absl::InfiniteFuture()));
    return Close(bundle, before ? std::max(now_, *before + absl::Microseconds(1)) : now_);
  }

  absl::StatusOr<Step> Close(Bundle& bundle, absl::Time window_end) {
    RETURN_IF_ERROR(bundles_.Close(bundle, window_end, now_));
    bundle.window_end = window_end;
    bundle.closed = now_;
    ASSIGN_OR_RETURN(const std::vector<std::string> changes,
                     bundles_.Changes(bundle, Gatherer::kCompared));
    const auto others = Others();
    for (const std::string& change : changes) {
      for (const auto& other : others) RETURN_IF_ERROR(TakeIn(bundle, *other, change));
    }
    if (!others.empty()) {
      ASSIGN_OR_RETURN(const bool healed, bundles_.Heal(mailbox_, now_));
      freed_ = freed_ || healed;
    }
    return Send(bundle);
  }

  static bool Invites(const Interest& interest) {
    return interest.subscription.calendar() == v1::CALENDAR_MODE_INVITE;
  }

  // What the other subscription has pending of the change, unless that is going out already, or
  // would be no invitation any more.
  absl::Status TakeIn(const Bundle& bundle, const Interest& other, const std::string& change) {
    if (Invites(other) && !absl::StartsWith(bundle.scope, "about:")) return absl::OkStatus();
    const std::string name = DeliveryName(other.subscription.name(), change);
    ASSIGN_OR_RETURN(const sql::Result found,
                     connection_.Query("SELECT d.bundle, b.window_end FROM delivery d LEFT JOIN"
                                       " bundle b ON b.id = d.bundle AND b.settled = 0"
                                       " WHERE d.id = $1 AND d.state = 1 AND d.endpoint = $2",
                                       {name, other.subscription.endpoint()}));
    if (found.rows.empty() || found.rows[0].Text(0) == bundle.id) return absl::OkStatus();
    if (found.rows[0].Int(1) != 0) return absl::OkStatus();
    return bundles_.Carry(bundle, name);
  }

  // The job with all that goes with it, as its subscribers may see it now.
  absl::StatusOr<Step> Send(const Bundle& bundle) {
    Step step{.what = Step::What::kSend};
    RETURN_IF_ERROR(AddLatest(*job_));
    RETURN_IF_ERROR(ReadInvitationNow());
    if (const GateAnswer answer = AskGates(*job_); const auto* drop = std::get_if<Drop>(&answer)) {
      step.what = Step::What::kSuppress;
      step.reason = drop->reason;
      step.job = job_;
      step.freed = freed_;
      return step;
    }
    ASSIGN_OR_RETURN(const int64_t all, bundles_.CountCarried(bundle));
    ASSIGN_OR_RETURN(const std::vector<PendingDelivery> carried,
                     bundles_.Carried(bundle, Gatherer::kTold, now_));
    job_->left_out = all - static_cast<int64_t>(carried.size());
    size_t bytes = 0;
    for (const PendingDelivery& delivery : carried) {
      if (bytes > Gatherer::kToldBytes) {
        ++job_->left_out;
        continue;
      }
      RETURN_IF_ERROR(AddCarried(delivery, &bytes, &step));
    }
    std::ranges::sort(job_->others, Precedes);
    if (digest() || absl::StartsWith(bundle.scope, ToAbsl(kDay))) {
      ASSIGN_OR_RETURN(const auto before, bundles_.WindowBefore(bundle.scope, bundle.window_end));
      job_->digest = Digest{.from = before && digest() ? *before : bundle.began,
                            .until = bundle.window_end,
                            .frequency = schedule().frequency()};
    }
    step.job = job_;
    step.freed = freed_;
    return step;
  }

  absl::Status AddCarried(const PendingDelivery& delivery, size_t* bytes, Step* step) {
    const auto end = [&](v1::Delivery::State state, const std::string& reason) {
      step->ended.push_back(
          {.delivery = delivery.name, .state = state, .reason = reason, .time = now_});
      return Deliveries(connection_).SetResults({&step->ended.back(), 1}).status();
    };
    absl::StatusOr<KeptRecord> record = Records(connection_).Load(delivery.change_id);
    if (absl::IsDataLoss(record.status())) {
      return end(v1::Delivery::STATE_DEAD, "the kept record of the change can't be read");
    }
    RETURN_IF_ERROR(record.status());
    *bytes += record->change.ByteSizeLong();
    ASSIGN_OR_RETURN(const Standing standing, Deliveries(connection_).StandingOf(delivery.name));
    auto one = std::make_shared<Job>(JobOf(delivery,
                                           std::make_shared<const KeptRecord>(*std::move(record)),
                                           standing.seen_by, interests_, now_));
    RETURN_IF_ERROR(ReadInvitation(connection_, interests_, standing.seen_by, *one));
    if (one->interest != nullptr) RETURN_IF_ERROR(AddLatest(*one));
    const GateAnswer answer = AskGates(*one);
    if (const auto* drop = std::get_if<Drop>(&answer)) {
      return end(v1::Delivery::STATE_SUPPRESSED, drop->reason);
    }
    if (const auto* wait = std::get_if<Wait>(&answer)) {
      freed_ = true;
      return bundles_.Release(delivery.name, wait->reason, now_, DueAfter(*wait, now_));
    }
    job_->others.push_back(std::move(one));
    return absl::OkStatus();
  }

  // What the resource is now, where something happened to it since.
  absl::Status AddLatest(Job& job) {
    ASSIGN_OR_RETURN(const std::string newest,
                     Records(connection_).FindNewest(job.record->change.name()));
    if (newest.empty() || newest == job.record->id) return absl::OkStatus();
    absl::StatusOr<KeptRecord> record = Records(connection_).Load(newest);
    if (absl::IsDataLoss(record.status())) return absl::OkStatus();
    RETURN_IF_ERROR(record.status());
    SetLatest(std::make_shared<const KeptRecord>(*std::move(record)), &job);
    return absl::OkStatus();
  }

  const Options& options_;
  const Interests& interests_;
  sql::Connection& connection_;
  Bundles bundles_;
  const std::shared_ptr<Job> job_;
  const absl::Time now_;
  const absl::TimeZone zone_;
  const std::string mailbox_;
  bool freed_ = false;
};

absl::StatusOr<Gatherer::Step> Gatherer::Decide(sql::Connection& connection, const Job& job) const {
  return Decision(options_, interests_, connection, job).Take();
}

absl::Status SettleBundle(sql::Connection& connection, const Job& job, const DeliveryResult& result,
                          bool was_pending) {
  const std::string& id = job.delivery.bundle;
  const std::string& carrier = job.delivery.name;
  if (id.empty() || result.state == v1::Delivery::STATE_PENDING) return absl::OkStatus();
  Bundles bundles(connection);
  // What can't be read, without a try, takes no other with it.
  const bool unread = result.state == v1::Delivery::STATE_DEAD && !result.attempt;
  if (result.state == v1::Delivery::STATE_SUPPRESSED || unread) {
    ASSIGN_OR_RETURN(const auto bundle, bundles.Find(id));
    if (IsOfSubscription(result.reason)) {
      RETURN_IF_ERROR(bundles.Suppress(id, job.delivery.subscription, result.reason, result.time));
    }
    return bundle ? bundles.Heal(bundle->mailbox, result.time).status() : absl::OkStatus();
  }
  if (result.state == v1::Delivery::STATE_DEAD) {
    return bundles.Settle(id, {},
                          {.state = v1::Delivery::STATE_DEAD,
                           .reason = absl::StrCat("went with ", carrier, ": ", result.reason)},
                          result.time);
  }
  // Of each change one delivery is delivered.
  std::map<std::string, std::string> told;
  if (was_pending) told[job.delivery.change_id] = carrier;
  std::vector<CarriedEnd> ends;
  for (const auto& other : job.others) {
    const std::string& name = other->delivery.name;
    const auto [first, is_first] = told.emplace(other->delivery.change_id, name);
    ends.push_back(
        is_first ? CarriedEnd{.delivery = name, .reason = absl::StrCat("in the mail of ", carrier)}
                 : CarriedEnd{.delivery = name,
                              .state = v1::Delivery::STATE_SUPPRESSED,
                              .reason = absl::StrCat("merged: ", first->second)});
  }
  return bundles.Settle(
      id, ends,
      {.state = v1::Delivery::STATE_SUPPRESSED,
       .reason = absl::StrCat("digest: the mail of ", carrier, " says how many more there were")},
      result.time);
}

absl::StatusOr<Gatherer::Step> Gatherer::StandAside(sql::Connection& connection, const Job& job,
                                                    const Wait& wait) const {
  auto same = std::make_shared<Job>(job);
  Step step{.what = Step::What::kWait, .until = wait.until, .reason = wait.reason};
  Bundles bundles(connection);
  ASSIGN_OR_RETURN(const auto bundle, bundles.Find(job.delivery.bundle));
  if (bundle && bundle->carrier == job.delivery.name) {
    // What is paused is paused for all of its subscription.
    const bool all = absl::StartsWith(wait.reason, "paused: ");
    ASSIGN_OR_RETURN(const bool others,
                     bundles.CarriesOthers(*bundle, all ? job.delivery.subscription : ""));
    if (others) {
      RETURN_IF_ERROR(
          bundles.Release(job.delivery.name, wait.reason, job.now, DueAfter(wait, job.now)));
      RETURN_IF_ERROR(bundles.Heal(bundle->mailbox, job.now).status());
      same->delivery.bundle.clear();
      step.freed = true;
    }
  }
  step.job = std::move(same);
  return step;
}

}  // namespace clusterwire::notification
