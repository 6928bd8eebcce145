#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/field_mask.pb.h"

#include "clusterwire/catalogue/v1/grant.pb.h"

#include "libs/base/status/error.h"
#include "libs/resource/call.h"
#include "services/catalogue/resources/grants/grant_index.h"

namespace clusterwire::catalogue {

// How long a grant that was withdrawn is remembered: by the log, which says who had what, and on
// the topic of grants, whose readers have heard of it by then. Its name is gone after that.
inline constexpr absl::Duration kGrantRemembered = absl::Hours(30 * 24);

// What is asked of a list of grants.
struct GrantQuery {
  std::string resource = {};  // empty: on any
  std::string subject = {};   // empty: to anybody
  std::string after = {};     // names greater than this one
  size_t limit = 50;
  FieldErrors errors = {};  // what is known to be wrong with the request already
};

// Grants under their methods; grant.proto says what each does. They have no Facts, and who may see
// and write one is decided by its resource and subject, so the standard methods aren't theirs.
// Safe for use from any thread; writes wait for their commit.
class Grants {
 public:
  // Together on one resource, and to one subject. Grants that are given at the same instant may go
  // above these limits by as many.
  static constexpr size_t kMost = 1000;
  // To one subject on what one owner owns, itself with it: so that no giver fills up what another
  // may have. Operators are trusted with more.
  static constexpr size_t kMostOfOneOwner = 50;
  // Withdrawn on one resource and still remembered, so that giving and withdrawing without end
  // leaves no more names than that. Who had one is given it anew under its name.
  static constexpr size_t kMostWithdrawn = 1000;

  // `index` outlives it.
  explicit Grants(GrantIndex& index) : index_(index), store_(index.store()) {}

  struct Page {
    std::vector<v1::Grant> grants;
    std::string next;  // `after` of the next page; empty on the last
    store::Revision revision;
  };
  absl::StatusOr<Page> Get(const resource::ReadCall& call, const std::string& name) const;
  absl::StatusOr<Page> List(const resource::ReadCall& call, const GrantQuery& query) const;

  absl::StatusOr<v1::Grant> Create(const resource::WriteCall& call, const v1::Grant& grant) const;
  absl::StatusOr<v1::Grant> Update(const resource::WriteCall& call, const v1::Grant& grant,
                                   const google::protobuf::FieldMask& mask) const;
  absl::StatusOr<v1::Grant> Delete(const resource::WriteCall& call, const std::string& name,
                                   const std::string& etag) const;
  // `from` may be empty: the caller.
  absl::StatusOr<v1::Grant> Transfer(const resource::WriteCall& call, const std::string& resource,
                                     const std::string& subject, const std::string& from) const;

  // FAILED_PRECONDITION, reason TOO_MANY_GRANTS, when the resource or the subject has no room for a
  // grant that the viewer gives.
  absl::Status CheckRoom(const filter::Viewer& viewer, const std::string& resource,
                         const std::string& subject) const;

 private:
  // What holds where one goes on the resource for one that comes, too.
  absl::Status CheckRoomFor(const filter::Viewer& viewer, const std::string& resource,
                            const std::string& subject) const;
  absl::Status CheckWithdrawn(const filter::Viewer& viewer, const std::string& resource,
                              const std::string& subject) const;
  // The names of what a list may show, in order, and perhaps more.
  absl::StatusOr<std::vector<std::string>> Candidates(const resource::ReadCall& call,
                                                      const GrantQuery& query) const;
  // Whether the caller sees of a list what holds for themselves and nothing else: then nothing else
  // is loaded. `resource` may be empty: on any.
  absl::StatusOr<bool> SeesOwnAlone(const resource::ReadCall& call,
                                    const std::string& resource) const;
  // All of them, for operators.
  absl::StatusOr<Page> ListAll(const resource::ReadCall& call, const GrantQuery& query) const;
  // All on the resource of this grant, for CheckNotLast.
  using Entries = std::vector<GrantIndex::Entry>;
  absl::StatusOr<Entries> Beside(const std::string& name) const;
  // OK when `grant` isn't the last owner's. `beside` says who may be another, and the write whether
  // they are.
  static absl::Status CheckNotLast(const store::Reader& reader, const resource::WriteCall& call,
                                   const v1::Grant& grant, const Entries& beside);

  GrantIndex& index_;
  store::Store& store_;
};

// Puts the grant as it is to be, whether or not there was one under its name before.
absl::Status PutGrant(store::Writer& writer, std::string_view subject, std::string_view resource,
                      v1::Grant::Role role);

// Whether a grant makes this subject an owner of the resource or of what owns it, as the write sees
// it. Patterns own nothing.
absl::StatusOr<bool> IsOwner(const store::Reader& reader, std::string_view subject,
                             const std::string& resource);

// OwnsResource() and CheckMayGive() inside a write, by grants as the write sees them: what the
// viewer owns was looked up before the write had its turn, and may have been withdrawn since. Who
// looks through others' eyes has no grants of their own, and is believed.
absl::StatusOr<bool> StillOwns(const store::Reader& reader, const filter::Viewer& viewer,
                               const std::string& resource);
absl::Status CheckStillMayGive(const store::Reader& reader, const filter::Viewer& viewer,
                               const std::string& resource);

// Makes `subject` an owner of what the same write creates.
absl::Status GiveOwner(store::Writer& writer, std::string_view subject, std::string_view resource);

// The grant to this very subject on the resource; NOT_FOUND when there is none or it was withdrawn.
absl::StatusOr<v1::Grant> LoadGrant(const store::Reader& reader, std::string_view subject,
                                    std::string_view resource);

}  // namespace clusterwire::catalogue
