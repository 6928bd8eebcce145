#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/label.pb.h"

#include "services/catalogue/common/resource.h"

// The rules of a label's fields: what the record and the requests about it have in common.
namespace clusterwire::catalogue {

// All of the record, with paths under "label".
void CheckLabel(const v1::Label& label, const Context& context, FieldErrors& errors);

// A scheme that exists, else null; and one of its levels, none where it has none.
const v1::LabelScheme* CheckScheme(std::string_view path, const std::string& name,
                                   const CodeBook& book, FieldErrors& errors);
void CheckLevel(std::string_view path, const std::string& level, const v1::LabelScheme& scheme,
                FieldErrors& errors);
void CheckScore(const std::string& path, const v1::Score& score, FieldErrors& errors);
// `later` can't be wholly before `earlier`. Dates of low precision are compared by their extremes.
void CheckOrder(std::string_view later_path, const std::string& later,
                std::string_view earlier_path, const std::string& earlier, FieldErrors& errors);
// Something that happened to a label: a date, not before the award nor in the future.
void CheckHappened(std::string_view path, const std::string& date, const v1::Label& label,
                   absl::Time now, FieldErrors& errors);

}  // namespace clusterwire::catalogue
