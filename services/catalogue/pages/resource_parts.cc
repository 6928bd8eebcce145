#include "services/catalogue/pages/resource_parts.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/facts/facts.h"
#include "libs/filter/titles.h"
#include "libs/http/server/form.h"

namespace clusterwire::catalogue {
namespace {

using text::In;
using text::Language;

constexpr int kMostShown = 50;
constexpr size_t kMostTexts = 100;
constexpr size_t kMostSources = 20;

std::string NoteOf(const type::v1::Facts& facts, Language language) {
  std::vector<std::string> said;
  if (facts.has_period()) {
    const std::string start = text::DateIn(language, facts.period().start());
    const std::string end = text::DateIn(language, facts.period().end());
    if (!start.empty())
      said.push_back(end.empty() || end == start ? start : absl::StrCat(start, " – ", end));
  }
  if (facts.type() == "label" && facts.state() != "valid") {
    if (facts.state() == "expired") said.emplace_back(In(language, "expired", "abgelaufen"));
    if (facts.state() == "lapsed") said.emplace_back(In(language, "lapsed", "erloschen"));
    if (facts.state() == "revoked") said.emplace_back(In(language, "revoked", "entzogen"));
  }
  if (facts.state() == "cancelled") said.emplace_back(In(language, "cancelled", "abgesagt"));
  return absl::StrJoin(said, ", ");
}

// Where a reader of the list goes: the resource's own page here, else the one that it names.
std::string HrefOf(const type::v1::Facts& facts, const Question& question) {
  if (facts.type() == "event" || facts.type() == "cluster") return PageOf(facts.name(), question);
  return facts.link();
}

}  // namespace

void AddFact(const PageContext& context, std::string_view label,
             const std::vector<std::string>& texts, templates::Values& page) {
  templates::Values* row = nullptr;
  size_t room = context.brevity.Items(kMostTexts);
  for (const std::string& text : texts) {
    if (text.empty() || room == 0) continue;
    if (row == nullptr) row = &page.Add("FACT").Set("LABEL", label);
    SetLink("", context.brevity.Text(text), row->Add("VALUE"));
    --room;
  }
}

void AddLinkFact(const PageContext& context, std::string_view label, std::string_view href,
                 templates::Values& page) {
  if (href.empty()) return;
  SetLink(href, context.brevity.Text(href), page.Add("FACT").Set("LABEL", label).Add("VALUE"));
}

std::string TitleOrValue(const PageContext& context, const std::string& value,
                         const type::v1::Facts& facts) {
  if (context.question.language == text::Language::kGerman) {
    std::string german = context.choices.Current()->GermanTitleOf(value);
    if (!german.empty()) return german;
  }
  constexpr std::string_view kOfNoList = "named:";
  const std::string& title = filter::TitleOf(value, facts);
  if (!title.empty()) return title;
  return value.starts_with(kOfNoList) ? value.substr(kOfNoList.size()) : value;
}

std::vector<std::string> TitlesOf(const PageContext& context,
                                  const google::protobuf::RepeatedPtrField<std::string>& values,
                                  const type::v1::Facts& facts) {
  std::vector<std::string> titles;
  for (const std::string& value : values) titles.push_back(TitleOrValue(context, value, facts));
  return titles;
}

std::string PlaceIn(const type::v1::Place& place) {
  std::vector<std::string> parts;
  for (const std::string* part :
       {&place.venue(), &place.city(), &place.region(), &place.country()}) {
    if (!part->empty()) parts.push_back(*part);
  }
  return absl::StrJoin(parts, ", ");
}

absl::Status AddList(const PageContext& context, std::string_view title, const std::string& name,
                     const type::v1::Filter& which, templates::Values& page) {
  v1::SearchRequest request;
  *request.mutable_filter() = which;
  request.mutable_filter()->add_names(name);
  request.set_order(v1::SearchRequest::ORDER_TIME);
  const size_t most = context.brevity.Items(kMostShown);
  request.set_page_size(static_cast<int>(most) + 1);  // the resource itself may be among them
  v1::SearchResponse found;
  RETURN_IF_ERROR(context.finder.Search(filter::Viewer::Public(), request, &found));
  const Language language = context.question.language;
  templates::Values* list = nullptr;
  size_t shown = 0;
  for (const v1::Hit& hit : found.hits()) {
    if (hit.facts().name() == name || shown == most) continue;
    if (list == nullptr) list = &page.Add("LIST").Set("TITLE", title);
    ++shown;
    templates::Values& item = list->Add("ITEM");
    SetLink(context.brevity.Address(HrefOf(hit.facts(), context.question)),
            context.brevity.Text(hit.facts().title()), item);
    item.SetIfAny("NOTE", NoteOf(hit.facts(), language));
  }
  const bool own_too = name.starts_with(absl::StrCat(which.types(0), "s/"));
  const int more = found.total_size() - static_cast<int>(shown) - (own_too ? 1 : 0);
  if (list != nullptr && more > 0) {
    list->SetIfAny("MORE", absl::StrCat(ToAbsl(In(language, "… and ", "… und ")), more,
                                        ToAbsl(In(language, " more", " weitere"))));
  }
  return absl::OkStatus();
}

void AddSources(const PageContext& context,
                const google::protobuf::RepeatedPtrField<type::v1::Source>& sources,
                templates::Values& page) {
  std::set<std::string> shown;
  templates::Values* list = nullptr;
  for (const type::v1::Source& source : sources) {
    if (source.uri().empty() || shown.size() >= context.brevity.Items(kMostSources) ||
        !shown.insert(source.uri()).second) {
      continue;
    }
    if (list == nullptr) {
      list = &page.Add("SOURCES").Set(
          "TITLE", In(context.question.language, "Where this is from", "Woher das ist"));
    }
    SetLink(context.brevity.Address(source.uri()), context.brevity.Text(source.uri()),
            list->Add("SOURCE"));
  }
}

absl::StatusOr<type::v1::Facts> FactsOf(const PageContext& context, const std::string& name) {
  ASSIGN_OR_RETURN(const auto reader, context.store->Read());
  ASSIGN_OR_RETURN(std::optional<type::v1::Facts> facts, facts::Get(*reader, name));
  return std::move(facts).value_or(type::v1::Facts());
}

void AddFollow(const PageContext& context, const std::string& name, templates::Values& actions) {
  if (context.follow_uri.empty()) return;
  actions.Add("ACTION")
      .Set("HREF", absl::StrReplaceAll(context.follow_uri, {{"{name}", http::EncodeForm(name)}}))
      .Set("TITLE", In(context.question.language, "Follow this", "Folgen"));
}

}  // namespace clusterwire::catalogue
