#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "clusterwire/notification/v1/explain.pb.h"
#include "clusterwire/type/v1/filter.pb.h"

#include "libs/base/time/clock.h"
#include "libs/filter/viewer.h"
#include "libs/text/language.h"
#include "services/notification/services.h"

// What a subscription would have told of, from the changes that are kept.
namespace clusterwire::notification {

// Why a canonical filter can never match: it excludes all that it asks for. Empty: not by that.
std::string WhyNever(const type::v1::Filter& filter, text::Language language);

absl::StatusOr<v1::PreviewResponse> Preview(const filter::Viewer& caller, const Handles& handles,
                                            const v1::PreviewRequest& request, const Clock& clock);

}  // namespace clusterwire::notification
