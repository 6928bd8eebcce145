#include "libs/rpc/admission/caller_limits.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/rpc/admission/peer.h"

namespace clusterwire::rpc {
namespace {

constexpr absl::Duration kBurst = absl::Seconds(2);        // of calls at the rate, at once
constexpr absl::Duration kStreamDelay = absl::Seconds(5);  // when one ends, its client alone knows

telemetry::Counter Counter(telemetry::Metrics& metrics, const std::string& limit) {
  return metrics.GetCounter("clusterwire_rpc_caller_limit_total",
                            "Calls refused since their caller made too many", {{"limit", limit}});
}

std::string KeyOf(const Caller& caller, std::string_view peer) {
  return caller.proof == Caller::Proof::kNone ? AddressOf(peer) : caller.subject;
}

// Of one call, in whole nanoseconds, as delays travel.
absl::Duration CostOf(const CallerLimits::Rates& rates) {
  return absl::Trunc(absl::Seconds(1) / rates.calls_per_second, absl::Nanoseconds(1));
}

absl::Status Refusal(const std::string& text, absl::Duration delay) {
  return WithRetryDelay(Error(absl::StatusCode::kResourceExhausted, "CALLER_LIMIT",
                              absl::StrCat(text, "; try again in ", absl::FormatDuration(delay))),
                        delay);
}

}  // namespace

CallerLimits::CallerLimits(telemetry::Metrics& metrics, Clock& clock, Options options)
    : clock_(clock),
      tracked_(options.tracked),
      too_many_calls_(Counter(metrics, "calls")),
      too_many_streams_(Counter(metrics, "streams")),
      too_many_callers_(Counter(metrics, "callers")),
      subjects_{.rates = options.subject, .kind = "a caller", .option = "callers.limits."},
      addresses_{.rates = options.address,
                 .kind = "an address whose callers show no identity",
                 .option = "callers.limits.public_"},
      tries_{.rates = options.address,
             .kind = "an address",
             .option = "callers.limits.public_",
             .what = "identities that don't hold"} {}

CallerLimits::Book* CallerLimits::LockedBook(const Caller& caller) {
  if (caller.is_operator) return nullptr;
  return caller.proof == Caller::Proof::kNone ? &addresses_ : &subjects_;
}

absl::StatusOr<CallerLimits::Accounts::iterator> CallerLimits::LockedOpen(Book& book,
                                                                          const std::string& key) {
  const absl::Duration now = clock_.Uptime();
  while (!book.debts.empty() && book.debts.begin()->first <= now) {
    const auto paid = book.accounts.find(book.debts.begin()->second);
    book.debts.erase(book.debts.begin());  // its text is the account's
    book.accounts.erase(paid);
  }
  const auto found = book.accounts.find(key);
  if (found != book.accounts.end()) return found;
  if (book.accounts.size() >= tracked_) {
    too_many_callers_.Add();
    return Refusal(absl::StrCat("more callers than can be counted (", tracked_, ") call just now"),
                   book.debts.empty() ? kStreamDelay : book.debts.begin()->first - now);
  }
  const auto made = book.accounts.emplace(key, Account{.paid_at = now}).first;
  book.debts.emplace(now, made->first);
  return made;
}

absl::Status CallerLimits::TakeCall(const Caller& caller, std::string_view peer) {
  MutexLock lock(mutex_);
  Book* const book = LockedBook(caller);
  return book == nullptr ? absl::OkStatus() : LockedTake(*book, KeyOf(caller, peer));
}

absl::Status CallerLimits::TakeTry(std::string_view peer) {
  MutexLock lock(mutex_);
  return LockedTake(tries_, AddressOf(peer));
}

void CallerLimits::GiveBackTry(std::string_view peer) {
  MutexLock lock(mutex_);
  const auto entry = tries_.accounts.find(AddressOf(peer));
  if (entry == tries_.accounts.end()) return;  // it is as good as new
  auto& [key, account] = *entry;
  tries_.debts.erase({account.paid_at, key});
  account.paid_at -= CostOf(tries_.rates);
  tries_.debts.emplace(account.paid_at, key);
}

absl::Status CallerLimits::LockedTake(Book& book, const std::string& key) {
  ASSIGN_OR_RETURN(const auto entry, LockedOpen(book, key));
  Account& account = entry->second;
  const absl::Duration now = clock_.Uptime();
  const absl::Duration paid_at = std::max(account.paid_at, now) + CostOf(book.rates);
  if (paid_at - now > kBurst) {
    too_many_calls_.Add();
    return Refusal(
        absl::StrCat(book.kind, " may make ", book.rates.calls_per_second, " ", book.what,
                     " a second (", book.option, "calls_per_second), and made more"),
        paid_at - now - kBurst);
  }
  if (account.streams == 0) book.debts.erase({account.paid_at, entry->first});
  account.paid_at = paid_at;
  if (account.streams == 0) book.debts.emplace(paid_at, entry->first);
  return absl::OkStatus();
}

absl::StatusOr<CallerLimits::Place> CallerLimits::TakeStream(const Caller& caller,
                                                             std::string_view peer) {
  MutexLock lock(mutex_);
  Book* const book = LockedBook(caller);
  if (book == nullptr) return Place();
  ASSIGN_OR_RETURN(const auto entry, LockedOpen(*book, KeyOf(caller, peer)));
  auto& [key, account] = *entry;
  if (account.streams >= book->rates.streams) {
    too_many_streams_.Add();
    return Refusal(
        absl::StrCat(book->kind, " may have ", book->rates.streams, " streams open at once (",
                     book->option, "streams); end one, or share one among several readers"),
        kStreamDelay);
  }
  if (account.streams++ == 0) book->debts.erase({account.paid_at, key});
  return Place(*this, *book, key);
}

void CallerLimits::GiveBack(Book& book, const std::string& key) {
  MutexLock lock(mutex_);
  const auto entry = book.accounts.find(key);
  if (--entry->second.streams == 0) book.debts.emplace(entry->second.paid_at, entry->first);
}

}  // namespace clusterwire::rpc
