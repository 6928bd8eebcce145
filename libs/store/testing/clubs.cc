#include "libs/store/testing/clubs.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/store/write/staging.h"

namespace clusterwire::store::testing {
namespace {

std::vector<std::string> LinksOfBadge(const Message& badge) {
  return {std::string(ParentOf(NameOf(badge)))};
}

std::vector<std::string> LinksOfMember(const Message& message) {
  const auto& member = static_cast<const Member&>(message);
  std::vector<std::string> clubs = {member.club()};
  if (!member.second_club().empty()) clubs.push_back(member.second_club());
  return clubs;
}

std::vector<std::string> LinksOfPost(const Message& message) {
  const auto& post = static_cast<const Post&>(message);
  return {post.clubs().begin(), post.clubs().end()};
}

std::vector<Timer> BadgeTimers(const Message& message, const Hook::Context*) {
  const auto& badge = static_cast<const Badge&>(message);
  if (!badge.has_expires()) return {};
  return {{absl::FromUnixSeconds(badge.expires().seconds()), "lapse"}};
}

class ClubHook final : public Hook {
 public:
  absl::StatusOr<Consequences> Derive(const Staging& staging) override {
    Consequences following;
    for (const Staged* staged : staging.Changed()) {
      const std::string& name = staged->name;
      const std::string club(RootOf(name));
      ASSIGN_OR_RETURN(const std::optional<std::string> facts, FactsOf(club, staging));
      ASSIGN_OR_RETURN(const ResourceRow* row, staging.cache().Find(club));
      // Nothing follows for a club that isn't there, or whose badge changed nothing.
      if (club != name && (row == nullptr || row->facts == facts)) continue;
      following.now[club] = {facts, facts, club == name ? "" : name};
    }
    return following;
  }

 private:
  static absl::StatusOr<std::optional<std::string>> FactsOf(const std::string& name,
                                                            const Staging& staging) {
    Club club;
    if (!staging.Load(name, &club).ok() || IsDeleted(club)) return std::nullopt;
    std::string facts = club.title();
    ScanOptions badges;
    badges.type = "badge";
    badges.parent = name;
    ASSIGN_OR_RETURN(const std::vector<Scanned> scanned, staging.Scan(badges));
    for (const Scanned& badge : scanned) {
      absl::StrAppend(&facts, " ", static_cast<const Badge&>(*badge.resource).level());
    }
    return facts;
  }
};

}  // namespace

std::vector<ResourceType> ClubTypes() {
  std::vector<ResourceType> types;
  types.push_back(MakeType<Club>("club", "clubs/{club}"));
  types.push_back(MakeType<Badge>("badge", "clubs/{club}/badges/{badge}"));
  types.back().links = LinksOfBadge;
  types.back().timers = BadgeTimers;
  types.push_back(MakeType<Society>("society", "societies/{society}"));
  types.push_back(MakeType<Member>("member", "societies/{society}/members/{member}"));
  types.back().links = LinksOfMember;
  types.push_back(MakeType<Post>("post", "posts/{post}"));
  types.back().links = LinksOfPost;
  types.push_back(MakeType<CodeList>("code_list", "codeLists/{code_list}"));
  types.push_back(MakeType<Person>("person", "people/{person}"));
  types.back().images_in_log = false;
  return types;
}

Registry ClubRegistry() { return *Registry::Create(ClubTypes(), std::make_unique<ClubHook>()); }

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
