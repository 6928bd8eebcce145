#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "clusterwire/catalogue/v1/search.pb.h"

#include "libs/filter/predicate.h"
#include "libs/filter/viewer.h"
#include "libs/rpc/call/late.h"
#include "libs/rpc/token/token.h"
#include "libs/search/index.h"
#include "libs/store/store.h"
#include "services/catalogue/common/codes/code_vocabulary.h"

namespace clusterwire::catalogue {

// From a question to its answer out of the search index, for the gRPC service and for the pages.
// Safe for use from any thread once what it looks through is set; that outlives it.
class Finder {
 public:
  Finder(const rpc::Late<const search::Index>& index, rpc::Late<store::Store>& store,
         const rpc::Late<const rpc::TokenSealer>& tokens)
      : index_(index), tokens_(tokens), vocabulary_(store) {}

  // INVALID_ARGUMENT with every field that is wrong. What the viewer may not see is in no answer.
  absl::Status Search(const filter::Viewer& viewer, const v1::SearchRequest& request,
                      v1::SearchResponse* response) const;
  absl::Status Map(const filter::Viewer& viewer, const v1::GetMapRequest& request,
                   v1::GetMapResponse* response) const;

 private:
  absl::StatusOr<filter::Predicate> Compile(const filter::Viewer& viewer,
                                            const type::v1::Filter& filter) const;
  // Whether the viewer sees anything that has the code.
  bool Stands(const filter::Viewer& viewer, const std::string& code) const;

  const rpc::Late<const search::Index>& index_;
  const rpc::Late<const rpc::TokenSealer>& tokens_;
  const rpc::Late<CodeVocabulary> vocabulary_;
};

}  // namespace clusterwire::catalogue
