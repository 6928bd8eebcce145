#include "libs/facts/testing/clubs.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/facts/registry.h"
#include "libs/store/reader.h"

namespace clusterwire::facts::testing {
namespace {

using store::testing::Badge;
using store::testing::Club;
using store::testing::CodeList;
using store::testing::Member;
using store::testing::Post;
using store::testing::Society;

absl::StatusOr<std::shared_ptr<const Codes>> ReadCodes(const store::Reader& reader) {
  store::ScanOptions options;
  options.type = "code_list";
  ASSIGN_OR_RETURN(const std::vector<store::Scanned> lists, reader.Scan(options));
  auto codes = std::make_shared<Codes>();
  for (const store::Scanned& list : lists) {
    const auto& message = static_cast<const CodeList&>(*list.resource);
    codes->parents.insert(message.parents().begin(), message.parents().end());
  }
  return codes;
}

void SetAudience(const google::protobuf::RepeatedPtrField<std::string>& members, Facts* facts) {
  if (members.empty()) return;
  for (const std::string& member : members) facts->mutable_audience()->add_members(member);
}

Facts OwnClub(const Club& club, const Codes& codes) {
  Facts facts;
  facts.set_type("club");
  facts.set_name(club.name());
  facts.set_title(club.title());
  for (const std::string& code : club.codes()) {
    for (std::string& each : codes.WithAncestors(code)) facts.add_codes(std::move(each));
  }
  facts.add_clusters(club.name());
  SetAudience(club.audience(), &facts);
  return facts;
}

Facts OwnBadge(const Badge& badge, const Codes&) {
  Facts facts;
  facts.set_type("badge");
  facts.set_name(badge.name());
  facts.set_kind(badge.level());
  facts.add_clusters(std::string(store::ParentOf(badge.name())));
  SetAudience(badge.audience(), &facts);
  return facts;
}

void AggregateBadge(const Badge& badge, const Codes& codes, Facts* club) {
  for (std::string& each : codes.WithAncestors(badge.level())) {
    club->add_label_levels(std::move(each));
  }
}

Facts OwnSociety(const Society& society, const Codes&) {
  Facts facts;
  facts.set_type("society");
  facts.set_name(society.name());
  SetAudience(society.audience(), &facts);
  return facts;
}

std::vector<std::string> LinksOfMember(const Member& member) {
  std::vector<std::string> clubs = {member.club()};
  if (!member.second_club().empty()) clubs.push_back(member.second_club());
  return clubs;
}

Facts OwnMember(const Member& member, const Codes&) {
  Facts facts;
  facts.set_type("member");
  facts.set_name(member.name());
  for (std::string& club : LinksOfMember(member)) facts.add_clusters(std::move(club));
  return facts;
}

void AggregateMember(const Member& member, const Codes&, Facts* club) {
  club->add_programmes(std::string(store::ParentOf(member.name())));
}

std::vector<std::string> LinksOfBadge(const Badge& badge) {
  return {std::string(store::ParentOf(badge.name()))};
}

std::vector<std::string> LinksOfPost(const Post& post) {
  return {post.clubs().begin(), post.clubs().end()};
}

Facts OwnPost(const Post& post, const Codes&) {
  Facts facts;
  facts.set_type("post");
  facts.set_name(post.name());
  facts.set_text(post.text());
  for (const std::string& club : post.clubs()) facts.add_clusters(club);
  return facts;
}

void Inherit(const Facts& club, Facts* linked) {
  linked->mutable_codes()->MergeFrom(club.codes());
  linked->mutable_programmes()->MergeFrom(club.programmes());
  linked->mutable_label_levels()->MergeFrom(club.label_levels());
}

}  // namespace

std::vector<std::string> Codes::WithAncestors(std::string_view code) const {
  std::vector<std::string> codes = {std::string(code)};
  for (auto found = parents.find(codes.back()); found != parents.end();
       found = parents.find(codes.back())) {
    codes.push_back(found->second);
  }
  return codes;
}

store::Registry ClubRegistry(int version, Options options) {
  std::vector<Type<Codes>> types;
  types.push_back(MakeType<Club, Codes>("club", "clubs/{club}", {.own = OwnClub}));
  types.push_back(MakeType<Badge, Codes>(
      "badge", "clubs/{club}/badges/{badge}",
      {.own = OwnBadge, .links = LinksOfBadge, .aggregate = AggregateBadge}));
  types.push_back(MakeType<Society, Codes>("society", "societies/{society}", {.own = OwnSociety}));
  types.push_back(MakeType<Member, Codes>(
      "member", "societies/{society}/members/{member}",
      {.own = OwnMember, .links = LinksOfMember, .aggregate = AggregateMember}));
  types.push_back(
      MakeType<Post, Codes>("post", "posts/{post}", {.own = OwnPost, .links = LinksOfPost}));
  types.push_back(MakeType<CodeList, Codes>("code_list", "codeLists/{code_list}"));
  types.back().feeds_codes = true;
  types.push_back(MakeType<store::testing::Person, Codes>("person", "people/{person}"));
  types.back().images_in_log = false;
  return *MakeRegistry<Codes>(
      std::move(types), {.inherit = Inherit, .read_codes = ReadCodes, .version = version}, options);
}

}  // namespace clusterwire::facts::testing
