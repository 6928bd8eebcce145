#include "libs/store/codes_cache.h"

#include "libs/base/status/status_macros.h"

namespace clusterwire::store {
namespace {

// For a service without code lists.
class NoCodes final : public Codes {
 public:
  std::vector<std::string> WithAncestors(std::string_view code) const override {
    return {std::string(code)};
  }
  std::vector<std::string> LevelsUpTo(std::string_view level) const override {
    return {std::string(level)};
  }
};

}  // namespace

absl::Status CodesCache::Begin(const Log& log, Revision current) {
  staged_ = nullptr;
  if (codes_ != nullptr && revision_ != current) {
    ASSIGN_OR_RETURN(const bool touched, log.Touched(registry_.feeding_codes(), revision_));
    if (touched) codes_ = nullptr;
  }
  revision_ = current;
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Codes>> CodesCache::For(const Staging& staging) {
  if (!registry_.rules().make_codes) return std::make_shared<NoCodes>();
  if (staging.feeds_codes()) return registry_.rules().make_codes(staging);
  if (staged_ != nullptr) return staged_;
  if (codes_ == nullptr) {
    ASSIGN_OR_RETURN(codes_, registry_.rules().make_codes(staging));
  }
  return codes_;
}

void CodesCache::Commit(Revision newest) {
  if (staged_ != nullptr) codes_ = std::move(staged_);
  staged_ = nullptr;
  revision_ = newest;
}

}  // namespace clusterwire::store
