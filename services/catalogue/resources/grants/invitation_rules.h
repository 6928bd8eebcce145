#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/grant.pb.h"
#include "clusterwire/catalogue/v1/invitation.pb.h"

#include "libs/resource/call.h"
#include "services/catalogue/resources/grants/grant_index.h"

namespace clusterwire::catalogue {

// Invitations under their methods; invitation.proto says what each does. A token is 128 random bits
// behind the invitation's id, and what is kept of it is a hash. Safe for use from any thread;
// writes wait for their commit.
class Invitations {
 public:
  static constexpr size_t kMost = 100;  // open ones on one resource
  static constexpr absl::Duration kLifetime = absl::Hours(7 * 24);
  static constexpr absl::Duration kLongest = absl::Hours(30 * 24);

  // `index` outlives it.
  explicit Invitations(GrantIndex& index) : index_(index), store_(index.store()) {}

  // With its token.
  absl::StatusOr<v1::Invitation> Create(const resource::WriteCall& call,
                                        const v1::CreateInvitationRequest& request) const;
  absl::StatusOr<v1::ListInvitationsResponse> List(const resource::ReadCall& call,
                                                   const std::string& resource) const;
  absl::StatusOr<v1::Invitation> Delete(const resource::WriteCall& call,
                                        const std::string& name) const;
  absl::StatusOr<v1::Grant> Accept(const resource::WriteCall& call, const std::string& token) const;

 private:
  absl::Status CheckRoom(const std::string& resource) const;
  // The invitation of this token, as long as it gives something.
  static absl::StatusOr<v1::Invitation> Find(const store::Writer& writer, const std::string& token);

  GrantIndex& index_;
  store::Store& store_;
};

}  // namespace clusterwire::catalogue
