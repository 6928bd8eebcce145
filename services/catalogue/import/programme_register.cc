#include "absl/strings/str_cat.h"

#include "libs/base/status/status_macros.h"
#include "libs/text/fold.h"
#include "services/catalogue/resources/labels/label_scheme_rules.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/import/ids.h"
#include "services/catalogue/import/mapping.h"
#include "services/catalogue/import/register.h"
#include "services/catalogue/import/take.h"

namespace clusterwire::catalogue::registers {
namespace {

template <typename T>
Aim<T> AimAt(const T& resource, const Rules<T>& rules) {
  return {.prefix = absl::StrCat(ToAbsl(rules.collection), "/"),
          .ids = IdsFor(rules.suggest_id(resource), resource.country()),
          .key = resource.external_ids(0).id(),
          .same = [resource](const T& known) {
            return known.country() == resource.country() &&
                   text::Fold(known.title()) == text::Fold(resource.title());
          }};
}

class ProgrammeRegister final : public Register {
 public:
  explicit ProgrammeRegister(std::string read_date) : read_date_(std::move(read_date)) {}

  absl::StatusOr<Taken> Take(Batch& batch, std::string_view json) override {
    ASSIGN_OR_RETURN(ProgrammeRecord record, MapProgramme(json, read_date_));
    if (auto* programme = std::get_if<v1::Programme>(&record)) {
      return registers::Take(batch, programmes_, AimAt(*programme, programmes_), *programme);
    }
    v1::LabelScheme& scheme = std::get<v1::LabelScheme>(record);
    ASSIGN_OR_RETURN(const auto spot, FindSpot(batch.writer(), AimAt(scheme, schemes_)));
    if (spot.known) KeepUnstatedOfLevels(*spot.known, &scheme);
    return TakeAt(batch, schemes_, spot, std::move(scheme));
  }

 private:
  const std::string read_date_;
  const Rules<v1::Programme> programmes_ = ProgrammeRules();
  const Rules<v1::LabelScheme> schemes_ = LabelSchemeRules();
};

}  // namespace

std::unique_ptr<Register> MakeProgrammeRegister(std::string read_date) {
  return std::make_unique<ProgrammeRegister>(std::move(read_date));
}

}  // namespace clusterwire::catalogue::registers
