#include "services/catalogue/common/codes/kept_codes.h"

#include "libs/base/status/error.h"
#include "libs/facts/registry.h"

namespace clusterwire::catalogue {

absl::StatusOr<std::shared_ptr<const CodeBook>> KeptCodes::At(const store::Reader& reader) const {
  ASSIGN_OR_RETURN(const int64_t changed, store_.Setting(facts::kCodesRevision));
  // Held while they are read, which a change of a code list brings about and no caller can: who
  // waits would have to read them otherwise.
  MutexLock lock(mutex_);
  if (book_ == nullptr || read_at_ < changed) {
    ASSIGN_OR_RETURN(book_, CodeBook::Read(reader));
    read_at_ = reader.revision().value;
  }
  return book_;
}

}  // namespace clusterwire::catalogue
