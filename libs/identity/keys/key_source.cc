#include "libs/identity/keys/key_source.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "libs/base/files/file.h"
#include "libs/identity/refusal.h"
#include "libs/rpc/call/waiting.h"

namespace clusterwire::identity {
namespace {

constexpr size_t kMaxTokenFile = 16 << 10;

http::Client::Options ClientOptions(const IssuerOptions& options) {
  http::Client::Options client;
  // Unencrypted addresses are on loopback alone: see Check().
  const auto guard = http::AddressGuard::Create(
      {.allowed = options.allowed_networks, .allow_http = options.jwks_uri.starts_with("http:")});
  if (guard.ok()) client.guard = *guard;
  client.in_flight_limit = 2;
  client.kept_connections = 1;
  client.answer_limit = KeySet::kMaxBytes + 1;
  client.time_limit = KeySource::kPatience;
  client.user_agent = "clusterwire-keys";
  client.ca_file = options.ca_file;
  return client;
}

absl::StatusOr<std::string> TextOf(absl::StatusOr<http::Response> response) {
  if (!response.ok()) return std::move(response).status();
  if (response->status != 200) {
    return absl::UnavailableError(absl::StrCat("answers with status ", response->status));
  }
  if (response->body_cut && response->body.size() <= KeySet::kMaxBytes) {
    return absl::UnavailableError("broke off its answer");
  }
  return std::move(response->body);
}

}  // namespace

absl::Status UnknownKey() {
  return Refuse("TOKEN_KEY_UNKNOWN",
                "the token is signed with a key that isn't among its issuer's: have it issued "
                "anew; a key that is new there is known here after at most 10 s");
}

KeySource::KeySource(const IssuerOptions& options, Clock& clock, Random& random,
                     telemetry::Metrics& metrics)
    : options_(options),
      clock_(clock),
      succeeded_(metrics.GetCounter("clusterwire_identity_key_reads_total",
                                    "Readings of an issuer's key set",
                                    {{"issuer", options.name}, {"result", "ok"}})),
      failed_(metrics.GetCounter("clusterwire_identity_key_reads_total",
                                 "Readings of an issuer's key set",
                                 {{"issuer", options.name}, {"result", "failed"}})) {
  report_.from = is_file() ? options_.jwks_file : options_.jwks_uri;
  if (!is_file()) client_ = std::make_unique<http::Client>(ClientOptions(options_), clock);
  worker_.emplace(clock, random, [this]() -> absl::StatusOr<absl::Time> { return Step(); });
}

KeySource::~KeySource() {
  worker_->Stop();
  client_ = nullptr;  // ends what is under way
  Finish(absl::CancelledError("the service stops"));
}

std::shared_ptr<const KeySource::Keys> KeySource::keys() const {
  static const auto& none = *new std::shared_ptr(std::make_shared<const Keys>());
  MutexLock lock(mutex_);
  return LockedTooOld() ? none : keys_;
}

bool KeySource::LockedTooOld() const { return clock_.Uptime() - read_at_ >= kMaxAge; }

KeySource::Report KeySource::report() const {
  MutexLock lock(mutex_);
  Report report = report_;
  report.too_old = report.read && LockedTooOld();
  return report;
}

absl::Status KeySource::LockedRefusal() const {
  if (keys_->number != 0 && LockedTooOld()) {
    return WithRetryDelay(
        Error(
            absl::StatusCode::kUnavailable, "ISSUER_KEYS_TOO_OLD",
            absl::StrCat("the token can't be checked now: its issuer's keys couldn't be read for ",
                         absl::FormatDuration(kMaxAge),
                         ", so those that were known are believed no more; try again; Diagnose "
                         "says why")),
        kPause);
  }
  if (!report_.trouble.ok() || keys_->number == 0) {
    return WithRetryDelay(
        Error(absl::StatusCode::kUnavailable, "ISSUER_UNREACHABLE",
              "the token can't be checked now, since its issuer's keys can't be read: try again; "
              "Diagnose says why"),
        kPause);
  }
  return UnknownKey();
}

absl::Status KeySource::Await(const std::string& id, std::weak_ptr<const void> waits, Then then) {
  MutexLock lock(mutex_);
  const bool has_keys = keys_->number != 0 && !LockedTooOld();
  const absl::Duration again = asked_at_ + (is_file() ? kFilePause : kPause);
  const bool may_ask = clock_.Uptime() >= again;
  if (!asking_ && !may_ask && !is_file()) return LockedRefusal();
  if (asking_ && !asked_for_) asked_for_ = id;
  // Before there are any keys, every one is being asked for; a file is soon read for all.
  if (asking_ && has_keys && !is_file() && asked_for_ != id) return LockedRefusal();
  if (waiting_.size() >= kMaxWaiting) {
    std::erase_if(waiting_, [](const Waiting& call) { return call.waits.expired(); });
  }
  if (waiting_.size() >= kMaxWaiting) {
    return rpc::TooManyWaiting(kMaxWaiting, "", "the key of their token's issuer");
  }
  waiting_.push_back({std::move(waits), std::move(then)});
  if (asking_) return absl::OkStatus();
  if (may_ask) {
    asking_ = true;
    wanted_ = true;
    asked_for_ = id;
  } else {
    next_ = std::min(next_, again);
  }
  worker_->Wake();
  return absl::OkStatus();
}

absl::Time KeySource::Step() {
  {
    MutexLock lock(mutex_);
    const absl::Duration now = clock_.Uptime();
    if (!asking_ && now >= next_) {
      asking_ = true;
      wanted_ = true;
      asked_for_.reset();
    }
    // The end of an asking does not wake this thread: it takes kPatience at most.
    if (!wanted_) return clock_.Now() + (asking_ ? kPatience : next_ - now);
    wanted_ = false;
    asked_at_ = now;
  }
  Ask();
  return clock_.Now() + kFilePause;
}

absl::StatusOr<http::Request> KeySource::MakeRequest() const {
  http::Request request{.url = options_.jwks_uri};
  request.headers.emplace_back("Accept", "application/jwk-set+json, application/json");
  request.deadline = clock_.Uptime() + kPatience;
  if (options_.token_file.empty()) return request;
  ASSIGN_OR_RETURN(const std::string token, ReadFile(options_.token_file, kMaxTokenFile));
  request.headers.emplace_back("Authorization",
                               absl::StrCat("Bearer ", absl::StripAsciiWhitespace(token)));
  return request;
}

void KeySource::Ask() {
  if (is_file()) return Finish(ReadFile(options_.jwks_file, KeySet::kMaxBytes));
  absl::StatusOr<http::Request> request = MakeRequest();
  absl::Status started = request.status();
  if (started.ok()) {
    started = client_->Start(*std::move(request), [this](absl::StatusOr<http::Response> response) {
      Finish(TextOf(std::move(response)));
    });
  }
  if (!started.ok()) Finish(started);
}

absl::StatusOr<std::shared_ptr<const KeySource::Keys>> KeySource::Read(
    const absl::StatusOr<std::string>& text) {
  if (!text.ok()) return text.status();
  if (number_ != 0 && *text == text_) return nullptr;
  ASSIGN_OR_RETURN(KeySet set, KeySet::Parse(*text));
  text_ = *text;
  return std::make_shared<const Keys>(Keys{.set = std::move(set), .number = ++number_});
}

void KeySource::Finish(const absl::StatusOr<std::string>& text) {
  absl::StatusOr<std::shared_ptr<const Keys>> read = Read(text);
  (read.ok() ? succeeded_ : failed_).Add();
  std::vector<Waiting> waiting;
  absl::Status answer;
  {
    MutexLock lock(mutex_);
    if (read.ok() && *read != nullptr) keys_ = *std::move(read);
    report_.trouble = read.status();
    if (read.ok()) {
      report_.read = clock_.Now();
      read_at_ = clock_.Uptime();
      report_.since.reset();
      report_.keys = keys_->set.size();
      report_.unused = keys_->set.unused();
      failures_ = 0;
    } else {
      if (!report_.since) report_.since = clock_.Now();
      ++failures_;
      answer = LockedRefusal();
    }
    const absl::Duration again = is_file()   ? kFileLook
                                 : read.ok() ? kRefresh
                                             : std::min(kPause * failures_, kMostPause);
    next_ = clock_.Uptime() + again;
    asking_ = false;
    waiting.swap(waiting_);
  }
  for (const Waiting& call : waiting) call.then(answer);
}

}  // namespace clusterwire::identity
