#include "absl/strings/str_cat.h"

#include "libs/base/status/status_macros.h"
#include "libs/text/fold.h"
#include "libs/text/slug.h"
#include "services/catalogue/resources/labels/label_rules.h"
#include "services/catalogue/import/cluster_spot.h"
#include "services/catalogue/import/ids.h"
#include "services/catalogue/import/known_names.h"
#include "services/catalogue/import/mapping.h"
#include "services/catalogue/import/register.h"

namespace clusterwire::catalogue::registers {
namespace {

// The id of the level that a register calls `word`; empty when the scheme has none of that name.
std::string LevelOf(const v1::LabelScheme& scheme, const std::string& word) {
  const std::string slug = text::Slug(word);
  for (const v1::LabelLevel& level : scheme.levels()) {
    if (level.id() == slug || text::Fold(level.title()) == text::Fold(word)) return level.id();
  }
  return "";
}

// Two awards that no import has named yet are the same when all they say of the award is.
bool SameAward(const v1::Label& a, const v1::Label& b) {
  return a.scheme() == b.scheme() && a.level() == b.level() && a.awarded() == b.awarded() &&
         a.assessed() == b.assessed() && a.announced() == b.announced();
}

class LabelRegister final : public Register {
 public:
  explicit LabelRegister(std::string read_date) : read_date_(std::move(read_date)) {}

  absl::Status Begin(store::Writer& writer) override {
    ASSIGN_OR_RETURN(names_, KnownNames::Read(writer));
    return absl::OkStatus();
  }

  absl::StatusOr<Taken> Take(Batch& batch, std::string_view json) override {
    ASSIGN_OR_RETURN(LabelRecord record, MapLabel(json, read_date_));
    ASSIGN_OR_RETURN(const std::string cluster, FindCluster(batch.writer(), record));
    std::vector<std::string> notes;
    ASSIGN_OR_RETURN(const auto book, CodeBook::Of(batch.writer()));
    RETURN_IF_ERROR(SetSchemeAndLevel(*book, &record, &notes));
    const v1::Label& label = record.label;
    const Aim<v1::Label> aim{
        .prefix = absl::StrCat(cluster, "/labels/"),
        .ids = IdsFor(rules_.suggest_id(label)),
        .key = label.external_ids(0).id(),
        .same = [&label](const v1::Label& known) { return SameAward(known, label); }};
    ASSIGN_OR_RETURN(Taken taken, registers::Take(batch, rules_, aim, label));
    taken.notes.insert(taken.notes.end(), notes.begin(), notes.end());
    return taken;
  }

 private:
  absl::StatusOr<std::string> FindCluster(const store::Reader& reader,
                                          const LabelRecord& record) const {
    const std::string whom = absl::StrCat("'", record.cluster, "' (", record.country, ")");
    if (IdsFor(record.cluster).empty()) return FieldError("cluster", whom + " is no name");
    ASSIGN_OR_RETURN(const Spot<v1::Cluster> spot,
                     FindSpot(reader, AimAtCluster(record.cluster, record.country)));
    if (!spot.known) {
      return FieldError("cluster", whom + " is not here; import the clusters first");
    }
    if (store::IsDeleted(*spot.known)) {
      return FieldError("cluster", absl::StrCat(whom, " was deleted; undelete ", spot.name));
    }
    return spot.name;
  }

  absl::Status SetSchemeAndLevel(const CodeBook& book, LabelRecord* record,
                                 std::vector<std::string>* notes) const {
    v1::Label& label = record->label;
    const std::string name = names_.FindScheme(record->scheme);
    const v1::LabelScheme* scheme = book.FindScheme(name);
    if (scheme == nullptr) {
      return FieldError("scheme", absl::StrCat("'", record->scheme,
                                               "' is no label scheme here; import it first"));
    }
    label.set_scheme(name);
    label.set_level(LevelOf(*scheme, record->level));
    if (!scheme->levels().empty() || record->level.empty()) {
      if (label.level().empty()) label.set_level(record->level);  // the rules say what is wrong
      return absl::OkStatus();
    }
    // No source names the scheme's levels, so the word stays a word.
    type::v1::Source& source = *label.add_sources();
    source = label.sources(0);
    source.set_field("level");
    source.set_value(record->level);
    notes->push_back(
        absl::StrCat("level: ", name, " has no levels; '", record->level, "' is kept in sources"));
    return absl::OkStatus();
  }

  const std::string read_date_;
  const Rules<v1::Label> rules_ = LabelRules();
  KnownNames names_;
};

}  // namespace

std::unique_ptr<Register> MakeLabelRegister(std::string read_date) {
  return std::make_unique<LabelRegister>(std::move(read_date));
}

}  // namespace clusterwire::catalogue::registers
