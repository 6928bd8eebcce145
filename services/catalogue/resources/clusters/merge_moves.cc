// What moves when two entries of one organisation become one, inside the write.
#include <algorithm>
#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"

#include "clusterwire/catalogue/v1/interest.pb.h"
#include "clusterwire/catalogue/v1/label.pb.h"
#include "clusterwire/catalogue/v1/member.pb.h"
#include "clusterwire/catalogue/v1/membership.pb.h"
#include "clusterwire/catalogue/v1/registration.pb.h"

#include "libs/base/status/error.h"
#include "libs/base/time/date.h"
#include "libs/change/record.h"
#include "libs/resource/name.h"
#include "libs/resource/page.h"
#include "services/catalogue/common/catalogue_type.h"
#include "services/catalogue/common/dates/calendar.h"
#include "services/catalogue/common/dates/periods.h"
#include "services/catalogue/resources/clusters/cluster_merge.h"
#include "services/catalogue/resources/clusters/name_change.h"
#include "services/catalogue/resources/memberships/membership_dates.h"
#include "services/catalogue/resources/memberships/standing_rules.h"
#include "services/catalogue/resources/organisations/member_dates.h"
#include "services/catalogue/resources/registrations/registration_seats.h"

namespace clusterwire::catalogue {
namespace {

constexpr int kMostMoved = 500;
constexpr int kMostIds = 100;

std::string_view MergedKind() { return change::KindText(change::v1::CHANGE_KIND_CLUSTER_MERGED); }

// The whole of two periods that overlap: what one of them doesn't know the other may.
void Span(const type::v1::Period& other, type::v1::Period* period) {
  const auto start = ParseDate(period->start());
  const auto its_start = ParseDate(other.start());
  if (!start.ok() || (its_start.ok() && its_start->first < start->first)) {
    period->set_start(other.start().empty() ? period->start() : other.start());
  }
  const auto end = ParseDate(period->end());
  const auto its_end = ParseDate(other.end());
  // Without an end it goes on.
  if (!end.ok() || !its_end.ok()) {
    period->clear_end();
  } else if (its_end->last > end->last) {
    period->set_end(other.end());
  }
}

// Whether a date of any precision ends after another, which may be none.
bool IsLater(const std::string& date, const std::string& other) {
  const auto one = ParseDate(date);
  const auto two = ParseDate(other);
  return one.ok() && (!two.ok() || one->last > two->last);
}

bool IsSameTwice(const v1::Registration& one, const v1::Registration& other) {
  return store::ParentOf(one.name()) == store::ParentOf(other.name()) && ComesAsCluster(one) &&
         ComesAsCluster(other);
}

// One merge, by the write that it is.
class Merge {
 public:
  Merge(store::Writer& writer, const store::Registry& registry, const Context& context,
        const std::string& from, const std::string& into, resource::Notes& notes)
      : writer_(writer),
        registry_(registry),
        context_(context),
        from_(from),
        into_(into),
        today_(DayOf(context.now, kDefaultZone)),
        notes_(notes) {
    names_[from] = into;
  }

  absl::Status Run(const std::set<std::string>& named) {
    RETURN_IF_ERROR(CheckAdmissions());
    std::set<std::string> found = named;
    RETURN_IF_ERROR(AddLinked(found));
    RETURN_IF_ERROR(AddUnder(found));
    RETURN_IF_ERROR(CheckRoom(std::ssize(found)));
    RETURN_IF_ERROR(MoveUnder());
    RETURN_IF_ERROR(UniteMemberships());
    RETURN_IF_ERROR(UniteInterests(found));
    RETURN_IF_ERROR(TellOfRegistrations(found));
    for (const std::string& name : found) {
      if (!done_.contains(name)) RETURN_IF_ERROR(Rename(name));
    }
    return RemoveDuplicate();
  }

 private:
  absl::Status NotMergeable(std::string_view one, std::string_view other) const {
    return Error(absl::StatusCode::kFailedPrecondition, "NOT_MERGEABLE",
                 absl::StrCat("both have an open admission to the same programme, ", ToAbsl(one),
                              " and ", ToAbsl(other), ": one of them has to be over first"),
                 {{"resource", std::string(one)}});
  }

  // One cluster has one open admission to a programme.
  absl::Status CheckAdmissions() const {
    ASSIGN_OR_RETURN(const auto found, writer_.About(from_, "admission", kMostMoved));
    std::set<std::string> programmes;
    for (const store::Scanned& one : found) {
      programmes.insert(std::string(store::ParentOf(store::NameOf(*one.resource))));
    }
    for (const std::string& programme : programmes) {
      ASSIGN_OR_RETURN(const Ties its, TiesOf(writer_, context_.viewer, programme, from_));
      ASSIGN_OR_RETURN(const Ties other, TiesOf(writer_, context_.viewer, programme, into_));
      if (!its.admission.empty() && !other.admission.empty()) {
        return NotMergeable(its.admission, other.admission);
      }
    }
    return absl::OkStatus();
  }

  // What is about the duplicate, of every type that is about anything.
  absl::Status AddLinked(std::set<std::string>& found) const {
    for (const auto& [type, stored] : registry_.types()) {
      if (!stored.links) continue;
      ASSIGN_OR_RETURN(const auto linked, writer_.About(from_, type, kMostMoved + 1));
      for (const store::Scanned& one : linked) found.insert(store::NameOf(*one.resource));
    }
    return absl::OkStatus();
  }

  // What stands under what is found may name the duplicate too: the asker of an interest.
  absl::Status AddUnder(std::set<std::string>& found) const {
    std::set<std::string> under;
    for (const std::string& name : found) {
      ASSIGN_OR_RETURN(const auto children,
                       writer_.Scan({.parent = name, .limit = kMostMoved + 1}));
      for (const store::Scanned& one : children) {
        if (IsNamedIn(*one.resource, from_)) under.insert(store::NameOf(*one.resource));
      }
      if (std::ssize(found) + std::ssize(under) > kMostMoved) break;
    }
    found.merge(under);
    return absl::OkStatus();
  }

  absl::Status CheckRoom(std::ptrdiff_t count) const {
    if (count <= kMostMoved) return absl::OkStatus();
    return Error(absl::StatusCode::kFailedPrecondition, "TOO_MUCH_TO_MERGE",
                 absl::StrCat("more than ", kMostMoved, " resources name ", from_,
                              ", and one write moves no more: move or delete some of them first"),
                 {{"resource", from_}});
  }

  // Labels and members, which get names under the other.
  absl::Status MoveUnder() {
    ASSIGN_OR_RETURN(const auto labels,
                     writer_.Scan({.type = "label", .parent = from_, .limit = kMostMoved}));
    for (const store::Scanned& one : labels) {
      const auto& label = static_cast<const v1::Label&>(*one.resource);
      ASSIGN_OR_RETURN(const std::string same, SameLabel(label));
      if (same.empty()) RETURN_IF_ERROR(Move(label));
      if (!same.empty()) RETURN_IF_ERROR(Lead(label, same));
    }
    ASSIGN_OR_RETURN(const auto members,
                     writer_.Scan({.type = "member", .parent = from_, .limit = kMostMoved}));
    for (const store::Scanned& one : members) {
      const auto& member = static_cast<const v1::Member&>(*one.resource);
      ASSIGN_OR_RETURN(auto others, MembersOf(writer_, into_, member.organisation()));
      ASSIGN_OR_RETURN(const std::string kept, Unite(member, std::move(others), &MemberStateAt));
      if (kept.empty()) RETURN_IF_ERROR(Move(member));
      if (!kept.empty()) RETURN_IF_ERROR(Lead(member, kept));
    }
    return absl::OkStatus();
  }

  // The other entry's record of the same award; empty where there is none.
  absl::StatusOr<std::string> SameLabel(const v1::Label& label) const {
    ASSIGN_OR_RETURN(const auto others,
                     writer_.Scan({.type = "label", .parent = into_, .limit = kMostMoved}));
    for (const store::Scanned& one : others) {
      const auto& other = static_cast<const v1::Label&>(*one.resource);
      if (other.scheme() == label.scheme() && other.level() == label.level() &&
          other.awarded() == label.awarded() && other.valid_until() == label.valid_until()) {
        return other.name();
      }
    }
    return "";
  }

  // A name of its own under the other entry.
  template <typename T>
  absl::StatusOr<std::string> FreeName(const T& resource) const {
    const std::string first = into_ + resource.name().substr(from_.size());
    T there;
    for (int n = 1; n <= kMostIds; ++n) {
      const std::string end = n == 1 ? "" : absl::StrCat("-", n);
      const size_t id = first.rfind('/') + 1;
      std::string name =
          first.substr(0, std::min(first.size(), id + resource::kMaxIdLength - end.size())) + end;
      const absl::Status taken = writer_.Load(name, &there);
      if (absl::IsNotFound(taken)) return name;
      RETURN_IF_ERROR(taken);
    }
    return absl::InternalError(absl::StrCat("no name is free for ", resource.name()));
  }

  template <typename T>
  absl::Status Move(const T& resource) {
    ASSIGN_OR_RETURN(const std::string name, FreeName(resource));
    RETURN_IF_ERROR(Lead(resource, name));
    T moved = resource;
    moved.set_name(name);
    moved.clear_etag();
    ChangeNames(names_, &moved);
    return writer_.Put(moved, MergedKind(), from_);
  }

  // The old name leads to the new one from now on.
  template <typename T>
  absl::Status Lead(const T& resource, const std::string& to) {
    names_[resource.name()] = to;
    done_.insert(resource.name());
    T gone = resource;
    gone.set_moved_to(to);
    *gone.mutable_delete_time() = ToTimestamp(writer_.now());
    return writer_.Put(gone, MergedKind(), from_);
  }

  // Makes `one` a part of those `others` that it overlaps, and of those that these overlap then.
  // Gives the one that spans all of them; empty where it overlaps none.
  template <typename T, typename State>
  absl::StatusOr<std::string> Unite(const T& one, std::vector<T> others, State state_at) {
    type::v1::Period whole = one.period();
    T* kept = nullptr;
    for (size_t i = 0; i < others.size();) {
      T& other = others[i++];
      if (&other == kept || other.name() == one.name() || done_.contains(other.name()) ||
          !CertainlyOverlap(whole, other.period(), today_)) {
        continue;
      }
      Span(other.period(), &whole);
      if (kept != nullptr) RETURN_IF_ERROR(Drop(other, kept->name()));
      if (kept == nullptr) kept = &other;
      i = 0;  // the whole reaches further now
    }
    if (kept == nullptr) return "";
    *kept->mutable_period() = whole;
    kept->set_state(state_at(*kept, context_.now));
    RETURN_IF_ERROR(writer_.Put(*kept, MergedKind(), from_));
    return kept->name();
  }

  // What another record says from now on.
  template <typename T>
  absl::Status Drop(const T& resource, const std::string& kept) {
    names_[resource.name()] = kept;
    done_.insert(resource.name());
    ASSIGN_OR_RETURN(T gone, writer_.Get<T>(resource.name()));
    *gone.mutable_delete_time() = ToTimestamp(writer_.now());
    return writer_.Put(gone, MergedKind(), from_);
  }

  // What the office said of the other record and not of this one.
  absl::Status TakeOverMembership(const v1::Membership& other, const std::string& kept) {
    ASSIGN_OR_RETURN(v1::Membership membership, writer_.Get<v1::Membership>(kept));
    if (membership.level().empty() && !other.level().empty()) {
      membership.set_level(other.level());
      RETURN_IF_ERROR(writer_.Put(membership, MergedKind(), from_));
    }
    v1::Standing its;
    if (!writer_.Load(StandingOf(other.name()), &its).ok()) return absl::OkStatus();
    v1::Standing standing;
    const absl::Status there = writer_.Load(StandingOf(kept), &standing);
    if (!there.ok() && !absl::IsNotFound(there)) return there;
    standing.set_name(StandingOf(kept));
    const bool later = IsLater(its.extended_until(), standing.extended_until());
    const bool why = standing.end_reason() == v1::Standing::END_REASON_UNSPECIFIED &&
                     its.end_reason() != v1::Standing::END_REASON_UNSPECIFIED &&
                     membership.period().end() == other.period().end();
    if (later) standing.set_extended_until(its.extended_until());
    if (why) standing.set_end_reason(its.end_reason());
    if (why) standing.set_end_words(its.end_words());
    return later || why ? writer_.Put(standing, MergedKind(), from_) : absl::OkStatus();
  }

  absl::Status UniteMemberships() {
    ASSIGN_OR_RETURN(const auto found, writer_.About(from_, "membership", kMostMoved));
    for (const store::Scanned& one : found) {
      const auto& membership = static_cast<const v1::Membership&>(*one.resource);
      ASSIGN_OR_RETURN(auto others,
                       MembershipsOf(writer_, store::ParentOf(membership.name()), into_));
      // A draft is the office's own and no membership yet.
      const bool draft = membership.state() == v1::Membership::STATE_DRAFT;
      std::erase_if(others, [&](const v1::Membership& other) {
        return (other.state() == v1::Membership::STATE_DRAFT) != draft;
      });
      ASSIGN_OR_RETURN(const std::string kept, Unite(membership, std::move(others), &StateAt));
      if (kept.empty()) continue;
      notes_.push_back(absl::StrCat(membership.name(), " became a part of ", kept));
      RETURN_IF_ERROR(TakeOverMembership(membership, kept));
      RETURN_IF_ERROR(Drop(membership, kept));
    }
    return absl::OkStatus();
  }

  // An interest has its cluster's id, and a cluster one in each request.
  absl::Status UniteInterests(const std::set<std::string>& found) {
    for (const std::string& name : found) {
      if (registry_.ForName(name)->type != "interest") continue;
      ASSIGN_OR_RETURN(const auto interest, writer_.Get<v1::Interest>(name));
      if (interest.cluster() == into_ && interest.asker() == from_) {
        done_.insert(name);
        RETURN_IF_ERROR(writer_.Purge(name, MergedKind()));  // the cluster doesn't ask itself
      }
      if (interest.cluster() != from_) continue;
      const std::string renamed =
          absl::StrCat(name.substr(0, name.rfind('/') + 1), into_.substr(into_.find('/') + 1));
      done_.insert(name);
      RETURN_IF_ERROR(writer_.Purge(name, MergedKind()));
      v1::Interest there;
      if (interest.asker() == into_ || writer_.Load(renamed, &there).ok()) continue;
      v1::Interest next = interest;
      next.set_name(renamed);
      next.clear_etag();
      ChangeNames(names_, &next);
      RETURN_IF_ERROR(writer_.Put(next, MergedKind(), from_));
    }
    return absl::OkStatus();
  }

  // Both stay: who of them comes, nobody but they know.
  absl::Status TellOfRegistrations(const std::set<std::string>& found) {
    ASSIGN_OR_RETURN(const auto others, writer_.About(into_, "registration", kMostMoved));
    for (const std::string& name : found) {
      if (registry_.ForName(name)->type != "registration") continue;
      ASSIGN_OR_RETURN(const auto its, writer_.Get<v1::Registration>(name));
      for (const store::Scanned& one : others) {
        const auto& other = static_cast<const v1::Registration&>(*one.resource);
        if (!IsSameTwice(its, other)) continue;
        notes_.push_back(absl::StrCat(name, " and ", other.name(),
                                      " are both of it now: CancelRegistration ends one of them"));
      }
    }
    return absl::OkStatus();
  }

  // Everything else keeps its name.
  absl::Status Rename(const std::string& name) {
    const std::unique_ptr<store::Message> row = EmptyResource(name);
    if (row == nullptr) return absl::OkStatus();
    const absl::Status there = writer_.Load(name, row.get());
    if (absl::IsNotFound(there)) return absl::OkStatus();
    RETURN_IF_ERROR(there);
    ChangeNames(names_, row.get());
    return writer_.Put(*row, MergedKind(), from_);
  }

  absl::Status RemoveDuplicate() {
    ASSIGN_OR_RETURN(v1::Cluster duplicate, writer_.Get<v1::Cluster>(from_));
    notes_.push_back(absl::StrCat("grants on ", from_, " don't pass to ", into_,
                                  ": who wrote there is given one here"));
    return Lead(duplicate, into_);
  }

  store::Writer& writer_;
  const store::Registry& registry_;
  const Context& context_;
  const std::string from_;
  const std::string into_;
  const absl::CivilDay today_;
  resource::Notes& notes_;
  NewNames names_;
  std::set<std::string> done_;
};

}  // namespace

absl::Status MoveAll(store::Writer& writer, const store::Registry& registry, const Context& context,
                     const std::string& from, const std::string& into,
                     const std::set<std::string>& named, Notes& notes) {
  return Merge(writer, registry, context, from, into, notes).Run(named);
}

}  // namespace clusterwire::catalogue
