#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/status_matchers.h"
#include "libs/base/threads/mutex.h"
#include "services/notification/consent/consents.h"
#include "services/notification/ledger/testing/rows.h"
#include "services/notification/testing/test_store.h"

namespace clusterwire::notification {

inline constexpr char kTestKey[] = "a key of at least sixteen bytes";
inline constexpr char kAnna[] = "anna@example.org";

inline std::vector<config::v1::Offer> TestOffers() {
  config::v1::Offer labels;
  labels.set_id("labels");
  labels.set_title("New labels");
  labels.set_title_de("Neue Labels");
  labels.mutable_subscription()->mutable_filter()->add_types("label");
  config::v1::Offer events;
  events.set_id("events");
  events.set_title("Conferences");
  events.mutable_subscription()->mutable_filter()->add_types("event");
  return {labels, events};
}

// A call by who owns subscribers/x.
inline WriteCall AsOwner() {
  WriteCall call = As("subscribers/x");
  call.viewer.subject = "corp:anna";
  call.viewer.network = "ipv4:192.0.2.7";
  return call;
}

// What owners of addresses say, over a real store and a ledger on each kind of database.
class ConsentFixture : public LedgerTest {
 protected:
  ConsentFixture() { store_.AddSubscriber("x", "corp:anna"); }

  Consents::Dependencies OfConsents() {
    return {.store = *store_.store,
            .ledger = *ledger_,
            .interests = *store_.interests,
            .subscribers = *store_.subscribers,
            .endpoints = *store_.endpoints,
            .subscriptions = *store_.subscriptions,
            .address_key = key_,
            .clock = store_.clock,
            .random = store_.random,
            .suppress = [this](const std::string& name, std::string_view reason) {
              Suppress(name, reason);
            }};
  }
  void Suppress(const std::string& name, std::string_view reason) {
    MutexLock lock(mutex_);
    suppressed_.push_back(absl::StrCat(name, " ", std::string(reason)));
  }
  std::vector<std::string> suppressed() {
    MutexLock lock(mutex_);
    return suppressed_;
  }
  // Of subscriber x, as its owner made it.
  v1::Endpoint AddMailbox(const std::string& id, const std::string& address = kAnna) {
    v1::Endpoint endpoint;
    endpoint.mutable_email()->set_address(address);
    const auto made = store_.endpoints->Create(AsOwner(), "subscribers/x", endpoint, id);
    EXPECT_THAT(made, IsOk());
    store_.CatchUp();
    return *made;
  }
  v1::Subscription Subscribe(const WriteCall& call, const std::string& id,
                             const v1::Endpoint& endpoint) {
    v1::Subscription subscription;
    subscription.set_title(absl::StrCat("News of ", id));
    subscription.set_endpoint(endpoint.name());
    subscription.mutable_filter()->add_types("label");
    const auto made = store_.subscriptions->Create(call, "subscribers/x", subscription, id);
    EXPECT_THAT(made, IsOk());
    store_.CatchUp();
    return *made;
  }
  v1::Endpoint GetEndpoint(const std::string& name) {
    const auto found = store_.endpoints->Get({.viewer = filter::Viewer::Operator()}, name);
    EXPECT_THAT(found, IsOk());
    return found.ok() ? *found : v1::Endpoint();
  }
  v1::Consent ConsentOf(const std::string& subscription) {
    const auto found =
        store_.subscriptions->Get({.viewer = filter::Viewer::Operator()}, subscription);
    EXPECT_THAT(found, IsOk());
    return found.ok() ? found->consent() : v1::Consent();
  }
  // What is asked goes into the mails that may go out now; gives the last one's name.
  std::string MakeMails() {
    EXPECT_THAT(consents_.NoteAsks(), IsOk());
    std::string last;
    const auto made = ledger_->Write([&](sql::Connection& connection) {
      return Asks(connection).MakeMails("text-1", store_.clock.Now(), 100, [&] {
        return last = absl::StrCat("mail", ++mails_);
      });
    });
    EXPECT_THAT(made, IsOk());
    return last;
  }
  std::vector<ShownAsk> OpenIn(const std::string& mail) {
    const auto view = consents_.ViewAsks(mail);
    EXPECT_THAT(view, IsOk());
    return view.ok() ? view->asks : std::vector<ShownAsk>();
  }
  // Confirms all that the mail's page shows.
  void ConfirmAll(const std::string& mail) {
    for (const ShownAsk& ask : OpenIn(mail)) {
      EXPECT_THAT(consents_.Confirm(mail, ask.id, store_.clock.Now(), "ipv4:198.51.100.9"), IsOk());
    }
    store_.CatchUp();
  }
  std::vector<Proof> ProofsOf(const std::string& subscriber) {
    const auto proofs = ledger_->Read(
        [&](sql::Connection& connection) { return Proofs(connection).Of(subscriber, 1000); });
    EXPECT_THAT(proofs, IsOk());
    return *proofs;
  }

  TestStore store_;
  const AddressKey key_{kTestKey};
  const Links links_{"https://notices.example.org", kTestKey};
  Mutex mutex_;
  std::vector<std::string> suppressed_ ABSL_GUARDED_BY(mutex_);
  Consents consents_{OfConsents(), TestOffers()};
  int mails_ = 0;
};

}  // namespace clusterwire::notification
