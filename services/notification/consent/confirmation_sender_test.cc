#include "services/notification/consent/confirmation_sender.h"

#include <optional>

#include <gmock/gmock.h>

#include "libs/base/testing/eventually.h"
#include "services/notification/consent/testing/consent_fixture.h"

namespace clusterwire::notification {
namespace {

using testing::HasSubstr;

class ConfirmationSenderTest : public ConsentFixture {
 protected:
  struct Sent {
    ConfirmationMail mail;
    Letter letter;
    std::function<void(ConfirmationSender::Answer)> done;
  };

  void Start() {
    sender_.emplace(
        consents_, *ledger_, links_, LetterSender{.name = "Cluster Office"},
        [this](const ConfirmationMail& mail, const Letter& letter,
               std::function<void(ConfirmationSender::Answer)> done) {
          MutexLock lock(sent_mutex_);
          sent_.push_back({mail, letter, std::move(done)});
        },
        store_.clock, store_.random);
  }
  bool WaitForSent(size_t count) {
    return Eventually([&] {
      sender_->Wake();
      MutexLock lock(sent_mutex_);
      return sent_.size() >= count;
    });
  }
  Sent At(size_t index) {
    MutexLock lock(sent_mutex_);
    return sent_[index];
  }
  int Count(const std::string& where) {
    const auto counted = ledger_->Read([&](sql::Connection& connection) {
      return connection.Query("SELECT COUNT(*) FROM consent_mail WHERE " + where);
    });
    EXPECT_THAT(counted, IsOk());
    return static_cast<int>(counted->rows[0].Int(0));
  }

  Mutex sent_mutex_;
  std::vector<Sent> sent_ ABSL_GUARDED_BY(sent_mutex_);
  std::optional<ConfirmationSender> sender_;  // last: its thread uses everything above
};
INSTANTIATE_TEST_SUITE_P(Both, ConfirmationSenderTest, sql::kBothDatabases, sql::DialectName);

TEST_P(ConfirmationSenderTest, AMailAsksWithALinkAndIsTriedUntilItIsSent) {
  const v1::Endpoint endpoint = AddMailbox("me");
  Start();
  ASSERT_TRUE(WaitForSent(1));
  const Sent first = At(0);
  EXPECT_EQ(first.mail.address, kAnna);
  EXPECT_THAT(first.letter.text, HasSubstr(links_.Confirm(first.mail.id)));
  EXPECT_THAT(first.letter.text, HasSubstr("192.0.2.7"));
  EXPECT_THAT(first.letter.text, HasSubstr("Cluster Office"));
  first.done(ConfirmationSender::Answer::kLater);
  ASSERT_TRUE(Eventually([&] { return Count("attempts = 1") == 1; }));
  store_.clock.Advance(absl::Minutes(1));
  ASSERT_TRUE(WaitForSent(2));
  EXPECT_EQ(At(1).letter.text, first.letter.text) << "a repeated mail says the same";
  At(1).done(ConfirmationSender::Answer::kSent);
  ASSERT_TRUE(Eventually([&] { return Count("sent = 1") == 1; }));
}

TEST_P(ConfirmationSenderTest, AMailUnderWayAtACrashGoesOutAgain) {
  AddMailbox("me");
  Start();
  ASSERT_TRUE(WaitForSent(1));
  sender_.reset();
  At(0).done(ConfirmationSender::Answer::kSent);  // its sender is gone
  store_.clock.Advance(absl::Minutes(10));
  Start();
  EXPECT_TRUE(WaitForSent(2));
}

}  // namespace
}  // namespace clusterwire::notification
