#include "services/catalogue/pages/question.h"

#include <cmath>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "google/protobuf/util/json_util.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/http/server/form.h"
#include "libs/text/form.h"

namespace clusterwire::catalogue {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

constexpr std::string_view kParameters[] = {"q",         "filter", "type", "sector", "region",
                                            "programme", "level",  "kind", "lat",    "lon",
                                            "zoom",      "date",   "page", "size",   "lang"};
constexpr int kMostOnAPage = 1000;

struct ListParameter {
  std::string name;
  Strings* field;
};

std::vector<ListParameter> ListsOf(type::v1::Filter* filter) {
  return {{"type", filter->mutable_types()},         {"sector", filter->mutable_sectors()},
          {"region", filter->mutable_regions()},     {"programme", filter->mutable_programmes()},
          {"level", filter->mutable_label_levels()}, {"kind", filter->mutable_kinds()}};
}

void ReadFilter(Question* question, FieldErrors& errors) {
  if (const std::string& json = question->Of("filter"); !json.empty()) {
    const auto read = google::protobuf::util::JsonStringToMessage(json, &question->filter);
    if (!read.ok()) {
      errors.Add(
          "filter",
          absl::StrCat("is no Filter in JSON, such as {\"types\":[\"cluster\"]}: ",
                       ToAbsl(std::string_view(read.message().data(), read.message().size()))));
    }
  }
  if (!question->Of("q").empty()) question->filter.set_words(question->Of("q"));
  for (const ListParameter& list : ListsOf(&question->filter)) {
    for (const absl::string_view value :
         absl::StrSplit(question->Of(list.name), ',', absl::SkipWhitespace())) {
      list.field->Add(std::string(absl::StripAsciiWhitespace(value)));
    }
  }
  text::BringToForm(&question->filter, errors, "filter");
}

void ReadNumber(const Question& question, const std::string& name, double least, double most,
                double* value, FieldErrors& errors) {
  const std::string& text = question.Of(name);
  if (text.empty()) return;
  double read = 0;
  if (!absl::SimpleAtod(text, &read) || !(read >= least && read <= most)) {
    errors.Add(name, absl::StrFormat("must be a number from %g to %g", least, most));
    return;
  }
  *value = read;
}

}  // namespace

const std::string& Question::Of(const std::string& name) const {
  static const std::string nothing;
  const auto found = asked.find(name);
  return found == asked.end() ? nothing : found->second;
}

text::Language LanguageAskedFor(const http::ServerRequest& request) {
  const auto chosen = request.query.find("lang");
  if (chosen != request.query.end() && !chosen->second.empty()) {
    return text::LanguageFor(chosen->second);
  }
  const auto found = request.headers.find("accept-language");
  return text::LanguageAsked(found == request.headers.end() ? "" : found->second);
}

absl::StatusOr<Question> ReadQuestion(const http::ServerRequest& request) {
  Question question{.language = LanguageAskedFor(request)};
  for (const std::string_view name : kParameters) {
    const auto found = request.query.find(std::string(name));
    if (found != request.query.end() && !found->second.empty()) question.asked.insert(*found);
  }
  FieldErrors errors;
  for (auto& [name, value] : question.asked) {
    if (IsUtf8(value)) continue;
    errors.Add(name, "is no UTF-8");
    value.clear();
  }
  ReadFilter(&question, errors);
  double zoom = question.view.zoom, size = 0;
  ReadNumber(question, "lat", -90, 90, &question.view.latitude, errors);
  ReadNumber(question, "lon", -180, 180, &question.view.longitude, errors);
  ReadNumber(question, "zoom", kFurthestView, kNearestView, &zoom, errors);
  ReadNumber(question, "size", 1, kMostOnAPage, &size, errors);
  question.view.zoom = static_cast<int>(std::lround(zoom));
  question.size = static_cast<int>(size);
  if (absl::CivilDay day;
      !question.Of("date").empty() && !absl::ParseCivilTime(question.Of("date"), &day)) {
    errors.Add("date", "must be a day such as 2025-06-30");
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return question;
}

std::string AddressOf(std::string_view path, const Question& question,
                      std::initializer_list<std::pair<std::string, std::string>> with) {
  std::map<std::string, std::string> parameters = question.asked;
  for (const auto& [name, value] : with) parameters[name] = value;
  std::string address(path);
  char before = '?';
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    absl::StrAppend(&address, std::string(1, before), name, "=", http::EncodeForm(value));
    before = '&';
  }
  return address;
}

std::string AddressOf(std::string_view path, const Question& question, const MapView& view) {
  return AddressOf(path, question,
                   {{"lat", absl::StrFormat("%.4f", view.latitude)},
                    {"lon", absl::StrFormat("%.4f", view.longitude)},
                    {"zoom", absl::StrCat(view.zoom)},
                    {"page", ""}});
}

std::string PageOf(std::string_view resource, const Question& question) {
  if (!resource.starts_with("clusters/") && !resource.starts_with("events/")) return "";
  // What is under a cluster is shown on its page.
  const size_t root = resource.find('/', resource.find('/') + 1);
  return AddressOf(absl::StrCat("/", ToAbsl(resource.substr(0, root))), {},
                   {{"lang", question.Of("lang")}});
}

}  // namespace clusterwire::catalogue
