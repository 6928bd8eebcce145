#pragma once

#include <string>

#include "clusterwire/catalogue/v1/partner_request.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

Rules<v1::PartnerRequest> PartnerRequestRules();

class PartnerRequests : public Resources<v1::PartnerRequest> {
 public:
  explicit PartnerRequests(store::Store& store) : Resources(store, PartnerRequestRules()) {}

  // Draft → open; what is open stays as it is.
  absl::StatusOr<v1::PartnerRequest> Publish(const WriteCall& call, const std::string& name,
                                             const std::string& etag);
  // Open → closed.
  absl::StatusOr<v1::PartnerRequest> Close(const WriteCall& call,
                                           const v1::ClosePartnerRequestRequest& request);
};

// The timers' step: an open request closes when its deadline is over.
absl::Status StepPartnerRequest(store::Writer& writer, const std::string& name, absl::Time due);

// Makes it closed since `when`.
void CloseRequest(v1::PartnerRequest::Closing closing, absl::Time when,
                  v1::PartnerRequest* request);

// FAILED_PRECONDITION, reason CLUSTER_NOT_PUBLISHED, unless the cluster's profile is published now.
absl::Status CheckIsPublished(const Context& context, const std::string& cluster,
                              std::string_view does);

}  // namespace clusterwire::catalogue
