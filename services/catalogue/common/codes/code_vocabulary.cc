#include "services/catalogue/common/codes/code_vocabulary.h"

#include <utility>

#include "libs/base/status/error.h"
#include "libs/change/vocabulary.h"
#include "libs/facts/registry.h"
#include "services/catalogue/common/codes/code_book.h"

namespace clusterwire::catalogue {

filter::Vocabulary VocabularyOf(const CodeBook& book) {
  filter::Vocabulary words = change::Words();
  words.levels.emplace();
  for (const auto& [name, scheme] : book.schemes()) {
    for (const v1::LabelLevel& level : scheme.levels()) {
      words.levels->push_back(LevelCode(name, level.id()));
    }
  }
  for (auto& [name, type] : words.types) {
    if (!type.open_kinds) continue;
    type.open_kinds = false;
    for (const std::string& level : *words.levels) {
      type.kinds.push_back(level);
      type.kinds.push_back(level.substr(level.find(':') + 1));
    }
  }
  return words;
}

std::shared_ptr<const filter::Vocabulary> CodeVocabulary::For(const type::v1::Filter& asked) {
  const Read known = Current();
  FieldErrors unknown;
  if (known.words != nullptr) CheckVocabulary(asked, *known.words, "", unknown);
  if (known.words != nullptr && unknown.empty()) return known.words;
  // Without the lock: while the database is slow, only those wait who ask for what isn't known.
  const absl::StatusOr<Read> newer = ReadAfter(known);
  if (newer.ok()) {
    MutexLock lock(mutex_);
    read_ = *newer;
    return newer->words;
  }
  if (known.words != nullptr) return known.words;
  return std::make_shared<const filter::Vocabulary>(change::Words());
}

CodeVocabulary::Read CodeVocabulary::Current() const {
  MutexLock lock(mutex_);
  return read_;
}

absl::StatusOr<CodeVocabulary::Read> CodeVocabulary::ReadAfter(const Read& known) const {
  ASSIGN_OR_RETURN(const int64_t changed, store_.Setting(facts::kCodesRevision));
  if (known.words != nullptr && known.revision >= changed) return known;
  ASSIGN_OR_RETURN(const auto reader, store_.Read());
  ASSIGN_OR_RETURN(const auto book, CodeBook::Read(*reader));
  return Read{std::make_shared<const filter::Vocabulary>(VocabularyOf(*book)),
              reader->revision().value};
}

}  // namespace clusterwire::catalogue
