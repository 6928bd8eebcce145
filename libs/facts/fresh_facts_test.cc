// Random writes; after each, what is stored must equal a projection from nothing.
#include "libs/facts/testing/fresh_facts.h"

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/testing/seed.h"
#include "libs/facts/testing/facts_test.h"

namespace clusterwire::facts {
namespace {

using store::Change;
using store::Reader;
using store::Resource;
using store::Writer;
using store::testing::Badge;
using store::testing::Club;
using store::testing::CodeList;
using store::testing::Member;
using store::testing::Post;
using store::testing::Society;

class FreshFactsTest : public testing::FactsTest {
 protected:
  std::string Pick(std::string_view collection, int of = 3) {
    return absl::StrCat(std::string(collection), "/", dice_.Below(static_cast<uint64_t>(of)));
  }
  bool Toss(uint64_t in) { return dice_.Below(in) == 0; }

  template <Resource T>
  T Load(const Reader& reader, const std::string& name) {
    T resource = reader.Get<T>(name).value_or(T());
    resource.set_name(name);
    return resource;
  }
  template <typename Field>
  void Shuffle(Field* audience) {
    audience->Clear();
    if (Toss(2)) return;
    for (const char* member : {"x", "y", "z"}) {
      if (Toss(2)) audience->Add(member);
    }
  }
  template <Resource T>
  void MaybeDelete(T* resource) {
    resource->clear_delete_time();
    if (Toss(4)) store::testing::Delete(clock_.Now(), resource->mutable_delete_time());
  }

  absl::Status ChangeClub(Writer& writer) {
    Club club = Load<Club>(writer, Pick("clubs"));
    club.clear_codes();
    for (const char* code : {"a1", "a2", "b1"}) {
      if (Toss(3)) club.add_codes(code);
    }
    Shuffle(club.mutable_audience());
    MaybeDelete(&club);
    return writer.Put(club, "put");
  }
  absl::Status ChangeBadge(Writer& writer) {
    Badge badge = Load<Badge>(writer, Pick(Pick("clubs") + "/badges", 2));
    badge.set_level(Toss(2) ? "gold" : "silver");
    Shuffle(badge.mutable_audience());
    MaybeDelete(&badge);
    return writer.Put(badge, "put");
  }
  absl::Status ChangeSociety(Writer& writer) {
    Society society = Load<Society>(writer, Pick("societies", 2));
    Shuffle(society.mutable_audience());
    MaybeDelete(&society);
    return writer.Put(society, "put");
  }
  absl::Status ChangeMember(Writer& writer) {
    Member member = Load<Member>(writer, Pick(Pick("societies", 2) + "/members"));
    member.set_club(Pick("clubs"));
    member.set_second_club(Toss(2) ? Pick("clubs") : "");
    MaybeDelete(&member);
    return writer.Put(member, "put");
  }
  absl::Status ChangePost(Writer& writer) {
    Post post = Load<Post>(writer, Pick("posts"));
    post.clear_clubs();
    for (int i = 0; i < 3; ++i) {
      if (Toss(2)) post.add_clubs(absl::StrCat("clubs/", i));
    }
    return writer.Put(post, "put");
  }
  absl::Status PurgeSomething(Writer& writer) {
    const std::string names[] = {Pick("clubs"), Pick("posts"), Pick("societies", 2),
                                 Pick(Pick("clubs") + "/badges", 2)};
    const absl::Status status = writer.Purge(names[dice_.Below(4)], "purged");
    return absl::IsNotFound(status) ? absl::OkStatus() : status;
  }

  absl::Status ChangeSomething(Writer& writer) {
    switch (dice_.Below(6)) {
      case 0:
        return ChangeClub(writer);
      case 1:
        return ChangeBadge(writer);
      case 2:
        return ChangeSociety(writer);
      case 3:
        return ChangeMember(writer);
      case 4:
        return ChangePost(writer);
      default:
        return PurgeSomething(writer);
    }
  }

  absl::Status ChangeCodes(Writer& writer) {
    CodeList list = Load<CodeList>(writer, Pick("codeLists", 2));
    list.clear_parents();
    for (const char* code : {"a1", "a2", "b1"}) {
      if (Toss(2)) (*list.mutable_parents())[code] = Toss(2) ? "a" : "b";
    }
    return writer.Put(list, "put");
  }

  void ExpectFresh() {
    const auto reader = *store_->Read();
    for (const auto& [name, fresh] : testing::FreshFacts(*reader, store_->registry())) {
      const std::optional<Facts> stored = *facts::Get(*reader, name);
      ASSERT_EQ(stored.has_value(), fresh.has_value()) << name;
      if (!stored.has_value()) continue;
      ASSERT_EQ(stored->ShortDebugString(), fresh->ShortDebugString()) << name;
    }
  }

  SeededRandom dice_{TestSeed()};
};
INSTANTIATE_TEST_SUITE_P(Both, FreshFactsTest, sql::kBothDatabases, sql::DialectName);

TEST_P(FreshFactsTest, StoredFactsEqualAFreshProjection) {
  for (int write = 0; write < 300; ++write) {
    const uint64_t steps = 1 + dice_.Below(3);
    const auto written = store_->Write(MakeCall(), [&](Writer& writer) {
      for (uint64_t step = 0; step < steps; ++step) {
        // Refused when it was purged a step before: then this body does less.
        ChangeSomething(writer).IgnoreError();
      }
      return absl::OkStatus();
    });
    ASSERT_THAT(written, IsOk());
    ASSERT_NO_FATAL_FAILURE(ExpectFresh()) << "after write " << write;
  }
}

// Between the pages of a refresh others write, and the lists may change once more.
TEST_P(FreshFactsTest, OnceChangedCodesAreSpreadStoredFactsEqualAFreshProjection) {
  OpenWith({.refresh_page = 3});
  for (int round = 0; round < 30; ++round) {
    for (int write = 0; write < 12; ++write) {
      const bool codes = write == 4 || (write > 4 && Toss(4));
      ASSERT_THAT(store_->Write(MakeCall(),
                                [&](Writer& writer) {
                                  return codes ? ChangeCodes(writer) : ChangeSomething(writer);
                                }),
                  IsOk());
      if (write > 4) {
        ASSERT_THAT(store_->Refresh(), IsOk());
      }
    }
    absl::StatusOr<bool> more = true;
    while (more.ok() && *more) more = store_->Refresh();
    ASSERT_THAT(more, IsOk());
    ASSERT_NO_FATAL_FAILURE(ExpectFresh()) << "after round " << round;
  }
}

// What may follow a write does so later; till then only those see it who may.
TEST_P(FreshFactsTest, WhatFollowsLaterIsNeverSeenByMoreThanAFreshProjectionSays) {
  OpenWith({.at_once = 1, .refresh_page = 2});
  int behind = 0;
  for (int write = 0; write < 400; ++write) {
    ASSERT_THAT(store_->Write(MakeCall(), [&](Writer& writer) { return ChangeSomething(writer); }),
                IsOk());
    const auto reader = *store_->Read();
    for (const auto& [name, fresh] : testing::FreshFacts(*reader, store_->registry())) {
      const std::optional<Facts> stored = *facts::Get(*reader, name);
      if (!stored.has_value()) {
        behind += fresh.has_value() ? 1 : 0;
        continue;
      }
      ASSERT_TRUE(fresh.has_value()) << name << " after write " << write;
      ASSERT_TRUE(Audience::Of(*fresh).Includes(Audience::Of(*stored)))
          << name << " after write " << write << "\nstored: " << stored->ShortDebugString()
          << "\nfresh: " << fresh->ShortDebugString();
      behind += stored->SerializeAsString() != fresh->SerializeAsString() ? 1 : 0;
    }
    if (Toss(3)) {
      ASSERT_THAT(store_->Refresh(), IsOk());
    }
  }
  EXPECT_GT(behind, 0) << "nothing was left to follow";
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) more = store_->Refresh();
  ASSERT_THAT(more, IsOk());
  ExpectFresh();
}

TEST_P(FreshFactsTest, TheLogLeadsFromOneImageToTheNext) {
  for (int write = 0; write < 150; ++write) {
    ASSERT_THAT(store_->Write(MakeCall(), [&](Writer& writer) { return ChangeSomething(writer); }),
                IsOk());
  }
  const auto reader = *store_->Read();
  std::map<std::string, std::optional<std::string>> last;
  for (const Change& change : Log()) {
    // A purge takes the images before it out of the log; from there on the chain holds.
    if (change.kind == "purged") {
      last.erase(change.name);
      continue;
    }
    if (last.contains(change.name)) {
      EXPECT_EQ(last[change.name], change.facts_before) << change.name;
    }
    last[change.name] = change.facts_after;
  }
  for (const auto& [name, facts] : last) {
    const auto stored = reader->GetFacts(name);
    if (!stored.ok()) continue;
    EXPECT_EQ(facts, *stored) << name;
  }
}

}  // namespace
}  // namespace clusterwire::facts
