#pragma once

#include <memory>

#include "clusterwire/catalogue/v1/taxonomy.pb.h"

#include "libs/base/threads/mutex.h"
#include "services/catalogue/common/resource.h"
#include "services/catalogue/resources/taxonomies/code_index.h"

namespace clusterwire::catalogue {

// What makes a code list right.
Rules<v1::Taxonomy> TaxonomyRules();

// Safe for use from any thread.
class Taxonomies : public Resources<v1::Taxonomy> {
 public:
  explicit Taxonomies(store::Store& store) : Resources(store, TaxonomyRules()) {}

  // As CodeIndex::Find(). NOT_FOUND for a `taxonomy` that isn't there; `errors` is what is known to
  // be wrong with the request already.
  absl::StatusOr<std::vector<v1::FoundCode>> SearchCodes(const ReadCall& call,
                                                         std::string_view query,
                                                         std::string_view taxonomy, size_t limit,
                                                         FieldErrors errors = {}) const;

 private:
  absl::StatusOr<std::shared_ptr<const CodeIndex>> CodesAt(const store::Reader& reader) const;

  mutable Mutex mutex_;
  mutable std::shared_ptr<const CodeIndex> codes_ ABSL_GUARDED_BY(mutex_);
  mutable int64_t codes_at_ ABSL_GUARDED_BY(mutex_) = 0;  // the revision they were read at
};

}  // namespace clusterwire::catalogue
