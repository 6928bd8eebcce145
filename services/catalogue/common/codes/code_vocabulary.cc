#include "services/catalogue/common/codes/code_vocabulary.h"

#include <utility>

#include "libs/base/status/error.h"
#include "libs/change/vocabulary.h"
#include "libs/facts/registry.h"
#include "services/catalogue/common/codes/code_book.h"
#include "services/catalogue/common/codes/filter_codes.h"

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

CodeVocabulary::Known CodeVocabulary::For(const type::v1::Filter& asked) {
  const Read read = Current();
  FieldErrors unknown;
  if (read.known.words != nullptr) {
    CheckVocabulary(asked, *read.known.words, "", unknown);
    if (unknown.empty() && AreOnLists(asked, *read.known.book)) return read.known;
  }
  // Without the lock: while the database is slow, only those wait who ask for what isn't known.
  const absl::StatusOr<Read> newer = ReadAfter(read);
  if (newer.ok()) {
    MutexLock lock(mutex_);
    read_ = *newer;
    return newer->known;
  }
  if (read.known.words != nullptr) return read.known;
  return {.words = std::make_shared<const filter::Vocabulary>(change::Words()), .book = nullptr};
}

CodeVocabulary::Read CodeVocabulary::Current() const {
  MutexLock lock(mutex_);
  return read_;
}

absl::StatusOr<CodeVocabulary::Read> CodeVocabulary::ReadAfter(const Read& before) const {
  ASSIGN_OR_RETURN(const int64_t changed, store_.Setting(facts::kCodesRevision));
  if (before.known.words != nullptr && before.revision >= changed) return before;
  ASSIGN_OR_RETURN(const auto reader, store_.Read());
  ASSIGN_OR_RETURN(const auto book, CodeBook::Read(*reader));
  return Read{.known = {.words = std::make_shared<const filter::Vocabulary>(VocabularyOf(*book)),
                        .book = book},
              .revision = reader->revision().value};
}

}  // namespace clusterwire::catalogue
