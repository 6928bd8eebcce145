#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "libs/base/threads/mutex.h"
#include "libs/base/time/clock.h"
#include "libs/rpc/call/late.h"
#include "libs/store/store.h"
#include "libs/text/language.h"
#include "services/catalogue/search/finder.h"

namespace clusterwire::catalogue {

class CodeBook;

// A value that a page can be filtered by, and what it is called in each language.
struct Choice {
  std::string value;
  std::string english;
  std::string german;

  const std::string& In(text::Language language) const {
    return language == text::Language::kGerman ? german : english;
  }
};

// What a reader can choose from: what the published clusters have most of, by its title.
struct Choices {
  std::vector<Choice> sectors, regions, programmes, levels;
  std::shared_ptr<const CodeBook> book;  // null before the first reading

  // What its list calls a code in German; empty where it doesn't say.
  std::string GermanTitleOf(const std::string& code) const;
};

// Reads them from the index and the code lists, at most once a minute: they are no answer, only
// what can be asked. Safe for use from any thread; the references outlive it.
class ChoiceReader {
 public:
  ChoiceReader(const Finder& finder, rpc::Late<store::Store>& store, Clock& clock)
      : finder_(finder), store_(store), clock_(clock) {}

  // Never null. Those known before, while none can be read.
  std::shared_ptr<const Choices> Current();

 private:
  absl::StatusOr<Choices> Read() const;

  const Finder& finder_;
  rpc::Late<store::Store>& store_;
  Clock& clock_;
  Mutex mutex_;
  std::shared_ptr<const Choices> known_ ABSL_GUARDED_BY(mutex_) = std::make_shared<Choices>();
  absl::Duration next_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();  // an uptime
};

}  // namespace clusterwire::catalogue
