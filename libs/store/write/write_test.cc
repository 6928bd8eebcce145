#include <signal.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "libs/store/testing/store_test.h"

namespace clusterwire::store {
namespace {

using testing::Badge;
using testing::Club;
using testing::ClubRegistry;
using testing::Delete;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MakeBadge;
using testing::MakeClub;
using testing::Person;
using ::testing::SizeIs;
using testing::StoreTest;

class WriteTest : public StoreTest {};
INSTANTIATE_TEST_SUITE_P(Both, WriteTest, sql::kBothDatabases, sql::DialectName);

TEST_P(WriteTest, AnAnsweredWriteIsDurableAndInTheLogExactlyOnce) {
  const Club club = MustPut(MakeClub("a"));
  Open();
  EXPECT_EQ(Get<Club>("clubs/a")->SerializeAsString(), club.SerializeAsString());
  const std::vector<Change> log = Log();
  ASSERT_THAT(log, SizeIs(1));
  EXPECT_EQ(log[0].position, (Position{{1}, 1}));
  EXPECT_EQ(log[0].name, "clubs/a");
  EXPECT_EQ(log[0].type, "club");
  EXPECT_EQ(log[0].kind, "put");
  EXPECT_EQ(log[0].actor, "somebody");
  EXPECT_EQ(log[0].trace, "00-trace-01");
  EXPECT_EQ(log[0].history, *store_->history());
  EXPECT_EQ(log[0].time, clock_.Now());
  EXPECT_EQ(log[0].after->SerializeAsString(), club.SerializeAsString());
  EXPECT_FALSE(log[0].facts_before.has_value());
  EXPECT_EQ(log[0].facts_after, "a");
}

TEST_P(WriteTest, TheStampsSayWhenAndAtWhichRevision) {
  const Club created = MustPut(MakeClub("a"));
  EXPECT_EQ(created.etag(), "1");
  EXPECT_EQ(created.revision(), 1);
  clock_.Advance(absl::Seconds(5));
  Club next = created;
  next.set_title("new");
  next.mutable_create_time()->set_seconds(1);  // the caller has no say in it
  next = MustPut(next);
  EXPECT_EQ(next.etag(), "2");
  EXPECT_EQ(next.create_time().seconds(), created.create_time().seconds());
  EXPECT_EQ(next.update_time().seconds(), created.update_time().seconds() + 5);
}

TEST_P(WriteTest, AStaleEtagIsRefused) {
  Club club = MustPut(MakeClub("a"));
  Club stale = club;
  club.set_title("new");
  MustPut(club);
  stale.set_title("other");
  const auto refused = Put(stale);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kAborted, HasSubstr("read it again")));
  EXPECT_THAT(refused, ReasonIs("ETAG_MISMATCH"));
  EXPECT_EQ(Get<Club>("clubs/a")->title(), "new");
}

TEST_P(WriteTest, AnEmptyEtagCreatesAndNeverReplaces) {
  MustPut(MakeClub("a"));
  EXPECT_THAT(Put(MakeClub("a", {"x"})), StatusIs(absl::StatusCode::kAlreadyExists));
  Club unknown = MakeClub("b");
  unknown.set_etag("1");
  EXPECT_THAT(Put(unknown), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(WriteTest, ADeletedNameIsTakenUntilPurged) {
  Club club = MustPut(MakeClub("a"));
  Delete(clock_.Now(), club.mutable_delete_time());
  MustPut(club);
  EXPECT_THAT(Put(MakeClub("a")),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("and is deleted")));
  ASSERT_THAT(Purge("clubs/a"), IsOk());
  EXPECT_THAT(Put(MakeClub("a")), IsOk());
}

TEST_P(WriteTest, AWriteThatChangesNoBytesTakesNoRevision) {
  const Club club = MustPut(MakeClub("a"));
  const auto again = Put(club);
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(again->revision, Revision{1});
  EXPECT_EQ(again->Answer<Club>()->etag(), "1");
  EXPECT_THAT(Log(), SizeIs(1));
}

TEST_P(WriteTest, ThereAndBackWithinOneBodyIsNoChange) {
  MustPut(MakeClub("a"));
  const auto written = store_->Write(MakeCall(), [](Writer& writer) -> absl::Status {
    Club club = *writer.Get<Club>("clubs/a");
    club.set_title("new");
    if (auto status = writer.Put(club, "put"); !status.ok()) return status;
    club = *writer.Get<Club>("clubs/a");
    club.set_title("a");
    return writer.Put(club, "put");
  });
  EXPECT_FALSE(written->changed);
  EXPECT_EQ(*store_->revision(), Revision{1});
}

TEST_P(WriteTest, ARefusedBodyLeavesNothing) {
  const auto refused = store_->Write(MakeCall(), [](Writer& writer) -> absl::Status {
    EXPECT_THAT(writer.Put(MakeClub("a"), "put"), IsOk());
    return absl::FailedPreconditionError("no");
  });
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, "no"));
  EXPECT_THAT(Get<Club>("clubs/a"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(*store_->revision(), Revision{0});
  EXPECT_EQ(store_->counters().refused, 1);
}

TEST_P(WriteTest, ABodySeesWhatItStaged) {
  MustPut(MakeClub("b"));
  MustPut(MakeClub("d"));
  ASSERT_THAT(store_->Write(MakeCall(),
                            [](Writer& writer) -> absl::Status {
                              EXPECT_THAT(writer.Put(MakeClub("c"), "put"), IsOk());
                              EXPECT_THAT(writer.Purge("clubs/d", "purged"), IsOk());
                              EXPECT_THAT(writer.Get<Club>("clubs/d"),
                                          StatusIs(absl::StatusCode::kNotFound));
                              ScanOptions options;
                              options.type = "club";
                              std::vector<std::string> names;
                              const std::vector<Scanned> clubs = *writer.Scan(options);
                              for (const Scanned& each : clubs) {
                                names.push_back(NameOf(*each.resource));
                              }
                              EXPECT_THAT(names, ElementsAre("clubs/b", "clubs/c"));
                              return absl::OkStatus();
                            }),
              IsOk());
}

TEST_P(WriteTest, PagesInsideABodyMissNothingAndRepeatNothing) {
  for (int i = 0; i < 10; ++i) MustPut(MakeClub("b" + std::to_string(i)));
  ASSERT_THAT(store_->Write(MakeCall(),
                            [](Writer& writer) -> absl::Status {
                              for (const char* id : {"c", "a", "b3x", "b9x"}) {
                                EXPECT_THAT(writer.Put(MakeClub(id), "put"), IsOk());
                              }
                              for (const char* name : {"clubs/b3", "clubs/b4", "clubs/b5"}) {
                                EXPECT_THAT(writer.Purge(name, "purged"), IsOk());
                              }
                              std::vector<std::string> names;
                              ScanOptions options;
                              options.limit = 2;
                              while (true) {
                                const std::vector<Scanned> page = *writer.Scan(options);
                                for (const Scanned& each : page) {
                                  names.push_back(NameOf(*each.resource).substr(6));
                                }
                                if (page.size() < 2) break;
                                options.after = NameOf(*page.back().resource);
                              }
                              EXPECT_THAT(names, ElementsAre("a", "b0", "b1", "b2", "b3x", "b6",
                                                             "b7", "b8", "b9", "b9x", "c"));
                              return absl::OkStatus();
                            }),
              IsOk());
}

TEST_P(WriteTest, AScanPagesInTheOrderOfNames) {
  for (const char* id : {"b", "a-b", "a", "c"}) MustPut(MakeClub(id));
  MustPut(MakeBadge("clubs/a", "x", "gold"));
  MustPut(MakeBadge("clubs/a-b", "y", "gold"));
  const auto reader = *store_->Read();
  const auto names = [&](ScanOptions options) {
    std::vector<std::string> out;
    const std::vector<Scanned> page = *reader->Scan(options);
    for (const Scanned& each : page) out.push_back(NameOf(*each.resource));
    return out;
  };
  EXPECT_THAT(names({.type = "club", .limit = 2}), ElementsAre("clubs/a", "clubs/a-b"));
  EXPECT_THAT(names({.type = "club", .after = "clubs/a-b", .limit = 2}),
              ElementsAre("clubs/b", "clubs/c"));
  EXPECT_THAT(names({.type = "badge", .parent = "clubs/a"}), ElementsAre("clubs/a/badges/x"));
  EXPECT_THAT(names({}), SizeIs(6));
  EXPECT_THAT(reader->Scan({.limit = 1001}), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_P(WriteTest, AScanLeavesOutTheDeletedUnlessAsked) {
  Club club = MustPut(MakeClub("a"));
  Delete(clock_.Now(), club.mutable_delete_time());
  MustPut(club);
  const auto reader = *store_->Read();
  EXPECT_THAT(*reader->Scan({.type = "club"}), IsEmpty());
  EXPECT_THAT(*reader->Scan({.type = "club", .include_deleted = true}), SizeIs(1));
}

TEST_P(WriteTest, ANameThatDoesNotFitItsTypeIsAFieldError) {
  Club club;
  club.set_name("clubs/a/b");
  EXPECT_THAT(Put(club), HasFieldError("name"));
  club.set_name("posts/a");
  EXPECT_THAT(Put(club), HasFieldError("name"));
  club.set_name("clubs/" + std::string(300, 'x'));
  EXPECT_THAT(Put(club), HasFieldError("name"));
}

TEST_P(WriteTest, ARepeatedRequestIdGetsTheFirstAnswer) {
  const auto first = Put(MakeClub("a"), MakeCall("id"));
  Club changed = *first->Answer<Club>();
  changed.set_title("new");
  MustPut(changed);
  Open();  // a restart doesn't forget it
  const auto second = Put(MakeClub("a"), MakeCall("id"));
  ASSERT_THAT(second, IsOk());
  EXPECT_TRUE(second->replayed);
  EXPECT_EQ(second->revision, first->revision);
  EXPECT_EQ(second->Answer<Club>()->SerializeAsString(),
            first->Answer<Club>()->SerializeAsString());
  EXPECT_THAT(Log(), SizeIs(2));
}

TEST_P(WriteTest, ARequestIdWithOtherContentIsRefused) {
  ASSERT_THAT(Put(MakeClub("a"), MakeCall("id")), IsOk());
  WriteOptions other = MakeCall("id");
  other.digest = "other";
  EXPECT_THAT(Put(MakeClub("b"), other), ReasonIs("REQUEST_ID_REUSED"));
  other = MakeCall("id");
  other.method = "Clubs/Delete";
  EXPECT_THAT(Put(MakeClub("b"), other), StatusIs(absl::StatusCode::kAlreadyExists));
  other = MakeCall("id");
  other.caller = "somebody else";
  EXPECT_THAT(Put(MakeClub("b"), other), IsOk());
}

TEST_P(WriteTest, ADigestIsKeptKeyedSoThatWhoReadsTheDatabaseCannotTryWhatWasAsked) {
  Open({.digest_key = "a key"});
  ASSERT_THAT(Put(MakeClub("a"), MakeCall("id")), IsOk());
  const auto kept = database_->Acquire().value()->Query("SELECT digest FROM request", {});
  ASSERT_THAT(kept, IsOk());
  ASSERT_EQ(kept->rows.size(), 1u);
  EXPECT_NE(kept->rows[0].Text(0), MakeCall("id").digest);
  Open({.digest_key = "a key"});
  const auto again = Put(MakeClub("a"), MakeCall("id"));
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->replayed);
  WriteOptions other = MakeCall("id");
  other.digest = "other";
  EXPECT_THAT(Put(MakeClub("b"), other), ReasonIs("REQUEST_ID_REUSED"));
}

TEST_P(WriteTest, ARequestIdUnderAnotherViewIsAnotherRequestAndSoIsItsRetry) {
  WriteOptions as_operator = MakeCall("id");
  as_operator.view = "operator";
  ASSERT_THAT(Put(MakeClub("a"), as_operator), IsOk());
  WriteOptions as_public = MakeCall("id");
  as_public.view = "public";
  const auto other = Put(MakeClub("b"), as_public);
  ASSERT_THAT(other, IsOk());
  EXPECT_FALSE(other->replayed);
  EXPECT_EQ(Put(MakeClub("a"), as_operator)->Answer<Club>()->name(), "clubs/a");
  EXPECT_EQ(Put(MakeClub("a"), as_public)->Answer<Club>()->name(), "clubs/b");
}

TEST_P(WriteTest, AnAnswerIsNotGivenAgainToOneWhoLostTheRightToIt) {
  ASSERT_THAT(Put(MakeClub("a"), MakeCall("id")), IsOk());
  WriteOptions call = MakeCall("id");
  std::string asked;
  call.may_replay = [&](const Message& answer) {
    asked = NameOf(answer);
    return absl::PermissionDeniedError("no more");
  };
  EXPECT_THAT(Put(MakeClub("a"), call), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_EQ(asked, "clubs/a");
  EXPECT_TRUE(Put(MakeClub("a"), MakeCall("id"))->replayed);
}

TEST_P(WriteTest, ARequestIdIsForgottenAfterADay) {
  ASSERT_THAT(Put(MakeClub("a"), MakeCall("id")), IsOk());
  clock_.Advance(absl::Hours(24));
  EXPECT_THAT(Put(MakeClub("a"), MakeCall("id")),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("exists already")));
  EXPECT_THAT(Put(MakeClub("b"), MakeCall("id")), IsOk());
}

TEST_P(WriteTest, ARefusedCallMayBeRepeatedUnderItsRequestId) {
  Club club = MakeClub("a");
  club.set_etag("9");
  EXPECT_THAT(Put(club, MakeCall("id")), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Put(MakeClub("a"), MakeCall("id")), IsOk());
}

TEST_P(WriteTest, TheAnswerIsTheFirstPut) {
  const auto two = [](Writer& writer) {
    if (auto status = writer.Put(MakeClub("b"), "put"); !status.ok()) return status;
    return writer.Put(MakeClub("a"), "put");
  };
  EXPECT_EQ(store_->Write(MakeCall("id"), two)->Answer<Club>()->name(), "clubs/b");
  EXPECT_EQ(Put(MakeClub("b"), MakeCall("id"))->Answer<Club>()->name(), "clubs/b");
}

TEST_P(WriteTest, ADryRunChecksEverythingAndKeepsNothing) {
  WriteOptions call = MakeCall("id");
  call.validate_only = true;
  const auto answered = Put(MakeClub("a"), call);
  ASSERT_THAT(answered, IsOk());
  EXPECT_EQ(answered->Answer<Club>()->etag(), "1");
  EXPECT_THAT(Get<Club>("clubs/a"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(*store_->revision(), Revision{0});
  EXPECT_FALSE(Put(MakeClub("a"), MakeCall("id"))->replayed);
  EXPECT_THAT(Put(MakeClub("a"), call), StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_P(WriteTest, APurgeLeavesNoImageAnywhere) {
  Club club = *Put(MakeClub("a"), MakeCall("id"))->Answer<Club>();
  ASSERT_THAT(Purge("clubs/a"), IsOk());
  const std::vector<Change> log = Log();
  ASSERT_THAT(log, SizeIs(2));
  EXPECT_EQ(log[0].after, nullptr);
  EXPECT_FALSE(log[0].facts_after.has_value());
  EXPECT_EQ(log[1].after, nullptr);
  EXPECT_EQ(log[1].kind, "purged");
  EXPECT_TRUE(log[1].facts_before.has_value());
  EXPECT_THAT(Put(MakeClub("a"), MakeCall("id")), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Purge("clubs/a"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(WriteTest, PersonalDataStaysOutOfLogAndAnswers) {
  Person person;
  person.set_name("people/p");
  person.set_address("p@example.org");
  const auto first = Put(person, MakeCall("id"));
  EXPECT_EQ(Log()[0].after, nullptr);
  person = *first->Answer<Person>();
  person.set_address("new@example.org");
  MustPut(person);
  // Only the name was kept; the resource is read again.
  const auto again = Put(person, MakeCall("id"));
  EXPECT_EQ(again->Answer<Person>()->address(), "new@example.org");
}

TEST_P(WriteTest, WhatFollowsForAnotherResourceIsAChangeOfItsOwnInTheSameRevision) {
  const Club club = MustPut(MakeClub("a"));
  const auto written = Put(MakeBadge("clubs/a", "b", "gold"));
  const std::vector<Change> log = LogOf(written->revision);
  ASSERT_THAT(log, SizeIs(2));
  EXPECT_EQ(log[1].name, "clubs/a");
  EXPECT_EQ(log[1].kind, kFactsRefreshed);
  EXPECT_EQ(log[1].cause, "clubs/a/badges/b");
  EXPECT_EQ(log[1].facts_before, "a");
  EXPECT_EQ(log[1].facts_after, "a gold");
  EXPECT_EQ(Get<Club>("clubs/a")->etag(), club.etag());
  EXPECT_EQ(FactsOf("clubs/a"), "a gold");
}

TEST_P(WriteTest, TimesInTheLogNeverGoBackThoughClocksDo) {
  FakeClock ahead;
  ahead.Advance(clock_.Now() - ahead.Now() + absl::Minutes(1));
  const auto other = *Store::Open(*database_, testing::ClubRegistry(), ahead, random_);
  ASSERT_THAT(other->Write(MakeCall(), [](Writer& w) { return w.Put(MakeClub("a"), "put"); }),
              IsOk());
  const Club behind = MustPut(MakeClub("b"));
  clock_.Set(clock_.Now() - absl::Hours(1));
  const Club back = MustPut(MakeClub("c"));
  std::vector<absl::Time> times;
  for (const Change& change : Log()) times.push_back(change.time);
  EXPECT_THAT(times, ::testing::Each(ahead.Now()));
  // Only the log's: what else is dated, and what falls due, goes by the clock.
  EXPECT_EQ(back.update_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
  clock_.Advance(absl::Hours(3));
  MustPut(MakeClub("d"));
  EXPECT_EQ(Log().back().time, clock_.Now());
}

TEST_P(WriteTest, ATooLargeChangeIsRefused) {
  Open({.change_limit = 1000});
  Club club = MakeClub("a");
  club.set_title(std::string(900, 'x'));
  const auto refused = Put(club);
  EXPECT_THAT(refused, ReasonIs("RESOURCE_TOO_LARGE"));
  EXPECT_EQ(*store_->revision(), Revision{0});
}

TEST_P(WriteTest, ABodyThatPutsTooMuchIsRefused) {
  Open({.put_limit = 2});
  EXPECT_THAT(store_->Write(MakeCall(),
                            [](Writer& writer) {
                              for (const char* id : {"a", "b", "c"}) {
                                auto status = writer.Put(MakeClub(id), "put");
                                if (!status.ok()) return status;
                              }
                              return absl::OkStatus();
                            }),
              ReasonIs("WRITE_TOO_LARGE"));
}

TEST_P(WriteTest, KilledBeforeTheCommitNothingHappened) {
  MustPut(MakeClub("a"));
  store_.reset();  // a process must not inherit open connections
  faulty_.reset();
  database_.reset();
  const pid_t child = fork();
  if (child == 0) {
    const auto database = files_.Open();
    FakeClock clock;
    const auto store = Store::Open(*database, ClubRegistry(), clock, random_);
    (void)(*store)->Write(MakeCall(), [](Writer& writer) {
      for (const char* id : {"b", "c"}) {
        auto status = writer.Put(MakeClub(id), "put");
        if (!status.ok()) return status;
      }
      raise(SIGKILL);
      return absl::OkStatus();
    });
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  Open();
  EXPECT_EQ(*store_->revision(), Revision{1});
  EXPECT_THAT(Get<Club>("clubs/b"), StatusIs(absl::StatusCode::kNotFound));
  MustPut(MakeClub("b"));
  EXPECT_THAT(Log(), SizeIs(2));
}

TEST_P(WriteTest, WhenTheAnswerIsLostARetryGetsIt) {
  faulty_->Inject({"COMMIT", absl::UnavailableError("connection lost"), /*after=*/true});
  EXPECT_THAT(Put(MakeClub("a"), MakeCall("id")), StatusIs(absl::StatusCode::kUnavailable));
  const auto retried = Put(MakeClub("a"), MakeCall("id"));
  ASSERT_THAT(retried, IsOk());
  EXPECT_TRUE(retried->replayed);
  EXPECT_EQ(retried->Answer<Club>()->etag(), "1");
  EXPECT_THAT(Log(), SizeIs(1));
}

}  // namespace
}  // namespace clusterwire::store
