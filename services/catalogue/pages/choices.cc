#include "services/catalogue/pages/choices.h"

#include <algorithm>
#include <map>

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/text/text.h"
#include "services/catalogue/common/codes/code_book.h"

namespace clusterwire::catalogue {
namespace {

constexpr absl::Duration kPause = absl::Minutes(1);
constexpr size_t kMostChoices = 60;
constexpr std::string_view kCountries = "iso:";

std::vector<std::string> MostFrequent(const v1::SearchResponse& found, std::string_view field,
                                      std::string_view prefix = "") {
  std::vector<std::string> values;
  for (const v1::Facet& facet : found.facets()) {
    if (facet.field() != field) continue;
    for (const v1::FacetCount& count : facet.counts()) {
      if (count.value().starts_with(prefix) && values.size() < kMostChoices) {
        values.push_back(count.value());
      }
    }
  }
  return values;
}

Choice ChoiceOf(const Choices& choices, const std::string& code) {
  const std::string title = choices.book->TitleOf(code);
  const std::string& english = title.empty() ? code : title;
  const std::string german = choices.GermanTitleOf(code);
  return {code, english, german.empty() ? english : german};
}

void SortByTitle(std::vector<Choice>* choices) {
  std::ranges::sort(*choices, {}, [](const Choice& choice) {
    return std::pair(text::SortKey(choice.english), choice.value);
  });
}

}  // namespace

std::string Choices::GermanTitleOf(const std::string& code) const {
  const CodeBook::Entry* entry = book == nullptr ? nullptr : book->Find(code);
  if (entry == nullptr) return "";
  for (const auto& title : entry->code->localized_titles()) {
    if (title.language() == "de") return title.text();
  }
  return "";
}

std::shared_ptr<const Choices> ChoiceReader::Current() {
  {
    MutexLock lock(mutex_);
    if (clock_.Uptime() < next_) return known_;
    next_ = clock_.Uptime() + kPause;  // others are given what is known meanwhile
  }
  absl::StatusOr<Choices> read = Read();
  MutexLock lock(mutex_);
  if (read.ok()) known_ = std::make_shared<const Choices>(*std::move(read));
  return known_;
}

absl::StatusOr<Choices> ChoiceReader::Read() const {
  v1::SearchRequest request;
  request.mutable_filter()->add_types("cluster");
  request.set_page_size(1);
  for (const char* field : {"sectors", "regions", "programmes", "label_levels"}) {
    request.add_facets(field);
  }
  v1::SearchResponse found;
  RETURN_IF_ERROR(finder_.Search(filter::Viewer::Public(), request, &found));
  v1::SearchRequest of_programmes;
  of_programmes.mutable_filter()->add_types("programme");
  of_programmes.set_page_size(1000);
  v1::SearchResponse programmes;
  RETURN_IF_ERROR(finder_.Search(filter::Viewer::Public(), of_programmes, &programmes));
  std::map<std::string, std::string> titles;
  for (const v1::Hit& hit : programmes.hits()) titles[hit.facts().name()] = hit.facts().title();

  ASSIGN_OR_RETURN(const auto reader, store_->Read());
  Choices choices;
  ASSIGN_OR_RETURN(choices.book, CodeBook::Read(*reader));
  for (const std::string& code : MostFrequent(found, "sectors")) {
    choices.sectors.push_back(ChoiceOf(choices, code));
  }
  for (const std::string& code : MostFrequent(found, "regions", kCountries)) {
    choices.regions.push_back(ChoiceOf(choices, code));
  }
  for (const std::string& name : MostFrequent(found, "programmes")) {
    if (const auto title = titles.find(name); title != titles.end()) {
      choices.programmes.push_back({name, title->second, title->second});
    }
  }
  for (const std::string& level : MostFrequent(found, "label_levels")) {
    const std::string title = choices.book->TitleOfLevel(level);
    choices.levels.push_back({level, title.empty() ? level : title, title.empty() ? level : title});
  }
  for (auto* list : {&choices.sectors, &choices.regions, &choices.programmes, &choices.levels}) {
    SortByTitle(list);
  }
  return choices;
}

}  // namespace clusterwire::catalogue
