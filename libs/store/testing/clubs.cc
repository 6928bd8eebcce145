#include "libs/store/testing/clubs.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/status_macros.h"
#include "libs/store/reader.h"

namespace clusterwire::store::testing {
namespace {

class ListedCodes final : public Codes {
 public:
  explicit ListedCodes(std::map<std::string, std::string> parents) : parents_(std::move(parents)) {}

  std::vector<std::string> WithAncestors(std::string_view code) const override {
    std::vector<std::string> codes = {std::string(code)};
    for (auto found = parents_.find(codes.back()); found != parents_.end();
         found = parents_.find(codes.back())) {
      codes.push_back(found->second);
    }
    return codes;
  }
  std::vector<std::string> LevelsUpTo(std::string_view level) const override {
    return WithAncestors(level);
  }

 private:
  std::map<std::string, std::string> parents_;
};

absl::StatusOr<std::shared_ptr<const Codes>> MakeCodes(const Reader& reader) {
  ScanOptions options;
  options.type = "code_list";
  ASSIGN_OR_RETURN(const std::vector<Scanned> lists, reader.Scan(options));
  std::map<std::string, std::string> parents;
  for (const Scanned& list : lists) {
    const auto& message = static_cast<const CodeList&>(*list.resource);
    parents.insert(message.parents().begin(), message.parents().end());
  }
  return std::make_shared<ListedCodes>(std::move(parents));
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
  facts.add_clusters(std::string(ParentOf(badge.name())));
  SetAudience(badge.audience(), &facts);
  return facts;
}

void GiveBadge(const Badge& badge, const Codes& codes, Facts* club) {
  for (std::string& each : codes.LevelsUpTo(badge.level())) {
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

void GiveMember(const Member& member, const Codes&, Facts* club) {
  club->add_programmes(std::string(ParentOf(member.name())));
}

Facts OwnPost(const Post& post, const Codes&) {
  Facts facts;
  facts.set_type("post");
  facts.set_name(post.name());
  facts.set_text(post.text());
  for (const std::string& club : post.clubs()) facts.add_clusters(club);
  return facts;
}

void Lend(const Facts& club, Facts* linked) {
  linked->mutable_codes()->MergeFrom(club.codes());
  linked->mutable_programmes()->MergeFrom(club.programmes());
  linked->mutable_label_levels()->MergeFrom(club.label_levels());
}

std::vector<Timer> BadgeTimers(const Badge& badge) {
  if (!badge.has_expires()) return {};
  const absl::Time time = absl::FromUnixSeconds(badge.expires().seconds());
  return {{time, "lapse", time + absl::Hours(24)}};
}

}  // namespace

Registry ClubRegistry(int projection_version) {
  std::vector<ResourceType> types;
  types.push_back(MakeType<Club>("club", "clubs/{club}", {.own = OwnClub}));
  types.push_back(MakeType<Badge>(
      "badge", "clubs/{club}/badges/{badge}",
      {.own = OwnBadge,
       .links = [](const Badge& b) { return std::vector{std::string(ParentOf(b.name()))}; },
       .give = GiveBadge,
       .timers = BadgeTimers}));
  types.push_back(MakeType<Society>("society", "societies/{society}", {.own = OwnSociety}));
  types.push_back(MakeType<Member>("member", "societies/{society}/members/{member}",
                                   {.own = OwnMember, .links = LinksOfMember, .give = GiveMember}));
  types.push_back(
      MakeType<Post>("post", "posts/{post}", {.own = OwnPost, .links = [](const Post& p) {
                                                return std::vector<std::string>(p.clubs().begin(),
                                                                                p.clubs().end());
                                              }}));
  types.push_back(MakeType<CodeList>("code_list", "codeLists/{code_list}"));
  types.back().feeds_codes = true;
  types.push_back(MakeType<Person>("person", "people/{person}"));
  types.back().images_in_log = false;
  Rules rules;
  rules.lend = Lend;
  rules.make_codes = MakeCodes;
  rules.projection_version = projection_version;
  return *Registry::Create(std::move(types), std::move(rules));
}

Club MakeClub(std::string id, std::vector<std::string> codes, std::vector<std::string> audience) {
  Club club;
  club.set_name(absl::StrCat("clubs/", id));
  club.set_title(std::move(id));
  for (std::string& code : codes) club.add_codes(std::move(code));
  for (std::string& member : audience) club.add_audience(std::move(member));
  return club;
}

Badge MakeBadge(std::string club, std::string id, std::string level) {
  Badge badge;
  badge.set_name(absl::StrCat(club, "/badges/", id));
  badge.set_level(std::move(level));
  return badge;
}

Society MakeSociety(std::string id, std::vector<std::string> audience) {
  Society society;
  society.set_name(absl::StrCat("societies/", id));
  for (std::string& member : audience) society.add_audience(std::move(member));
  return society;
}

Member MakeMember(std::string society, std::string id, std::string club) {
  Member member;
  member.set_name(absl::StrCat(society, "/members/", id));
  member.set_club(std::move(club));
  return member;
}

Post MakePost(std::string id, std::vector<std::string> clubs) {
  Post post;
  post.set_name(absl::StrCat("posts/", id));
  for (std::string& club : clubs) post.add_clubs(std::move(club));
  return post;
}

}  // namespace clusterwire::store::testing
