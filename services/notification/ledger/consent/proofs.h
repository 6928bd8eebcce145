#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/sql/connection.h"

namespace clusterwire::notification {

// One thing that was said about the consent of an address. Holds personal data.
struct Proof {
  enum class Event {
    kAsked = 1,      // somebody asked for it
    kMailed = 2,     // a mail with `text` went out
    kConfirmed = 3,  // by a page, whose text was `text`
    kGiven = 4,      // by a call of the subscriber itself
    kWithdrawn = 5,  // by a page or a mail program
  };

  std::string endpoint = {};
  std::string subscription = {};  // empty: the address itself
  Event event = Event::kAsked;
  absl::Time time = absl::InfinitePast();
  std::string subject = {};  // who; empty: who held the link, or filled in the sign-up page
  std::string network = {};  // from where
  std::string text = {};     // which text was read, with its version
};

// What proves consents, kept until its subscriber is erased: a plain table in a transaction of its
// owner's. Rows are only added; the same one is there once.
class Proofs {
 public:
  explicit Proofs(sql::Connection& connection) : connection_(connection) {}

  absl::Status Add(const Proof& proof);
  // Of all endpoints of a subscriber, oldest first, at most `limit`.
  absl::StatusOr<std::vector<Proof>> Of(std::string_view subscriber, int limit);

 private:
  sql::Connection& connection_;
};

// "asked", "mailed", …: for exports.
std::string_view WordOf(Proof::Event event);

}  // namespace clusterwire::notification
