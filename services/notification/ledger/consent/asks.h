#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// Something that the owner of an address is asked to confirm. Holds an address: personal data.
struct Ask {
  enum class Kind {
    kAddress = 1,       // that it may be used: an endpoint
    kSubscription = 2,  // that a subscription may go to it
    kSignUp = 3,        // what was chosen on the sign-up page; nothing is there before the answer
  };

  static constexpr absl::Duration kLife = absl::Hours(7 * 24);

  std::string id = {};  // the same for the same ask
  Kind kind = Kind::kAddress;
  std::string address_key = {};  // AddressKey: stands for the address
  std::string address = {};
  std::string language = {};  // BCP 47, of the reader
  std::string target = {};    // an endpoint or a subscription; of a sign-up its offers, with commas
  int64_t made = 0;           // the target's create_time in microseconds; of a sign-up 0
  std::string asked_by = {};  // a subject; empty: who filled in the sign-up page
  std::string network = {};   // from where, as rpc::AddressOf() writes it
  absl::Time asked = absl::InfinitePast();
  std::string mail = {};  // in which it is told; empty: in none yet
  bool answered = false;
};

// A mail that asks. Its name is what its link holds.
struct ConfirmationMail {
  std::string id = {};
  std::string address_key = {};
  std::string address = {};
  std::string language = {};
  std::string text = {};  // which text it has, for the proof
  absl::Time created = absl::InfinitePast();
  int attempts = 0;
  bool sent = false;
};

// What waits for an answer, and the mails that ask, one for each address and day: plain tables in a
// transaction of their owner's. Rows go seven days after they were made.
class Asks {
 public:
  static constexpr absl::Duration kMailPause = absl::Hours(24);
  // Of one address, open at once; further ones are left out. Few of the same asker and network; and
  // where the address has all that it may, who has most of them gives one up to who has fewer, so
  // that no askers keep another's asks of that address out.
  static constexpr int kMostOfAsker = 20;
  static constexpr int kMostOfAddress = 200;
  // That strangers made by the sign-up page, of all addresses.
  static constexpr int kMostSignUps = 100'000;

  explicit Asks(sql::Connection& connection) : connection_(connection) {}

  // One that is there already stays as it is; one too many of its address is left out.
  // RESOURCE_EXHAUSTED for one sign-up too many.
  absl::Status Add(const Ask& ask, absl::Time now);
  // Those that are open, oldest first.
  absl::StatusOr<std::vector<Ask>> OpenOf(std::string_view address_key, absl::Time now);
  // NOT_FOUND.
  absl::StatusOr<Ask> Find(std::string_view id);
  absl::Status Answer(std::string_view id);

  // Puts what no mail tells yet into a new mail for each address that got none for kMailPause;
  // gives how many mails were made. `new_id` gives each its name.
  template <typename NewId>
  absl::StatusOr<int> MakeMails(std::string_view text, absl::Time now, int limit, NewId new_id);
  // Those whose time has come; they come again after `hold` unless something is said of them.
  absl::StatusOr<std::vector<ConfirmationMail>> TakeDue(absl::Time now, absl::Duration hold,
                                                        int limit);
  // NOT_FOUND when there is none, or it is past its time.
  absl::StatusOr<ConfirmationMail> FindMail(std::string_view id, absl::Time now);
  // What a mail tells.
  absl::StatusOr<std::vector<Ask>> ToldBy(std::string_view mail);
  // When the address got its last mail, or gets one that is made; InfinitePast: none.
  absl::StatusOr<absl::Time> LastMail(std::string_view address_key);
  absl::Status SetSent(std::string_view mail);
  absl::Status TryAgain(std::string_view mail, absl::Time due);
  // Nothing more is tried.
  absl::Status GiveUp(std::string_view mail);

  absl::Status RemoveOld(absl::Time now);
  // All of an address, answered or not: its owner's own wish.
  absl::Status Forget(std::string_view address_key);
  // Takes the address out of mails that tell nothing any more. That there were some is kept: an
  // address gets one a day.
  absl::Status ForgetEmptyMails();

 private:
  absl::StatusOr<std::vector<Ask>> Unmailed(absl::Time now, int limit);
  // Whether the ask may be added to those that are open; removes one of another's where it must.
  absl::StatusOr<bool> MakeRoom(const Ask& ask, absl::Time now);
  absl::Status MakeMail(const std::string& id, const Ask& first, std::string_view text,
                        absl::Time now);
  absl::StatusOr<std::vector<Ask>> Select(std::string_view where,
                                          std::vector<sql::Value> parameters);

  sql::Connection& connection_;
};

template <typename NewId>
absl::StatusOr<int> Asks::MakeMails(std::string_view text, absl::Time now, int limit,
                                    NewId new_id) {
  const absl::StatusOr<std::vector<Ask>> firsts = Unmailed(now, limit);
  if (!firsts.ok()) return firsts.status();
  for (const Ask& first : *firsts) {
    if (const absl::Status made = MakeMail(new_id(), first, text, now); !made.ok()) return made;
  }
  return static_cast<int>(firsts->size());
}

}  // namespace clusterwire::notification
