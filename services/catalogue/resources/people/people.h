#pragma once

#include <atomic>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "clusterwire/catalogue/v1/person.pb.h"

#include "libs/base/random.h"
#include "services/catalogue/erasures/erasures.h"
#include "services/catalogue/resources/people/person_rules.h"

namespace clusterwire::catalogue {

// The people of the catalogue: recorded, exported, erased. Every method refuses until it is known
// who was erased (Erasures::CheckOpen). Safe for use from any thread; writes wait for their commit.
class People : public Resources<v1::Person> {
 public:
  // `erasures` outlives it.
  explicit People(const Erasures& erasures, Random& random = Random::System());

  // All that is held; of the resources that name the person those that the caller sees.
  // RESOURCE_EXHAUSTED, reason ANSWER_TOO_LARGE, beyond what an answer takes, and
  // EXPORT_RUNS while another call does it.
  absl::StatusOr<v1::PersonExport> Export(const ReadCall& call, const std::string& name) const;
  // RESOURCE_EXHAUSTED, reason ERASURE_RUNS, while another call does it; operators don't wait.
  absl::StatusOr<v1::ErasePersonResponse> Erase(const WriteCall& call,
                                                const v1::ErasePersonRequest& request);
  absl::StatusOr<v1::CheckErasureResponse> CheckErasure(
      const ReadCall& call, const v1::CheckErasureRequest& request) const;

 private:
  // Which resources name a person, and when that was so.
  struct Named {
    store::Revision revision;
    std::set<std::string> by = {};
  };
  // None where there is no such person, or none that the caller sees.
  absl::StatusOr<Named> FindNamed(const WriteCall& call, const std::string& name) const;
  absl::Status LoadRow(const store::Reader& reader, const std::string& name,
                       google::protobuf::Message* out) const override;
  absl::StatusOr<std::vector<store::Scanned>> ScanRows(
      const store::Reader& reader, const store::ScanOptions& options) const override;

  const Erasures& erasures_;
  mutable std::atomic<bool> exports_ = false;
  mutable std::atomic<bool> erasures_run_ = false;
};

}  // namespace clusterwire::catalogue
