#include "services/catalogue/pages/pages.h"

#include <span>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/base/status/error.h"
#include "libs/base/text/strings.h"
#include "libs/http/server/conditional.h"
#include "libs/telemetry/log.h"

namespace clusterwire::catalogue {

std::span<const templates::Source> PageFiles();

namespace {

using http::ServerReply;
using http::ServerRequest;
using text::In;
using text::Language;

constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr size_t kLargestPage = 50'000;

// A page asks this host alone, and nothing can be done on it by what an editor wrote.
ServerReply Safe(ServerReply reply) {
  reply.headers.emplace_back("Content-Security-Policy",
                             "default-src 'none'; style-src 'self'; script-src 'self'; form-action "
                             "'self'; base-uri 'none'; "
                             "frame-ancestors 'none'");
  reply.headers.emplace_back("X-Content-Type-Options", "nosniff");
  reply.headers.emplace_back("Referrer-Policy", "no-referrer");
  return reply;
}

// What stands behind "/clusters/" and its like; empty for anything that can be no id.
std::string IdBehind(std::string_view prefix, std::string_view path, std::string_view ending = "") {
  path.remove_prefix(prefix.size());
  if (!ending.empty()) path.remove_suffix(ending.size());
  return path.empty() || path.find('/') != std::string_view::npos ? "" : std::string(path);
}

std::string_view FileOf(std::string_view name) {
  for (const templates::Source& file : PageFiles()) {
    if (file.name == name) return file.text;
  }
  return "";
}

http::Route FileRoute(const char* path, const char* name, const char* content_type) {
  return {"GET", path, [name, content_type](const ServerRequest& request) {
            return http::Tagged(request,
                                Safe({.content_type = content_type,
                                      .body = std::string(FileOf(name)),
                                      .headers = {{"Cache-Control", "public, max-age=3600"}}}));
          }};
}

}  // namespace

Pages::Pages(const rpc::Late<const search::Index>& index, rpc::Late<store::Store>& store,
             const rpc::Late<const rpc::TokenSealer>& tokens, PageOptions options, Clock& clock)
    : index_(index),
      store_(store),
      tokens_(tokens),
      options_(std::move(options)),
      clock_(clock),
      finder_(index, store, tokens),
      choices_(finder_, store, clock),
      templates_(PageFiles()) {}

std::vector<http::Route> Pages::Routes() {
  const auto page = [this](const char* path, const char* content, auto fill) -> http::Route {
    return {"GET", path, [this, path, content, fill](const ServerRequest& request) {
              return Show(request, path, content, fill);
            }};
  };
  return {FileRoute("/pages.css", "pages.css", "text/css; charset=utf-8"),
          FileRoute("/pages.js", "pages.js", "text/javascript; charset=utf-8"),
          page("/map", "map.html", &FillMap),
          page("/labels", "labels.html", &FillRegister),
          {"GET", "/search.geojson",
           [this](const ServerRequest& request) {
             return Data(request, "application/geo+json", &GeoJson);
           }},
          {"GET", "/clusters/",
           [this](const ServerRequest& request) {
             const std::string id = IdBehind("/clusters/", request.path);
             return Show(request, "", "resource.html",
                         [&](const PageContext& context, templates::Values& values) {
                           return FillCluster(context, absl::StrCat("clusters/", id), values);
                         });
           }},
          {"GET", "/events/", [this](const ServerRequest& request) { return ShowEvent(request); }},
          {"GET", "/", [this](const ServerRequest& request) {
             if (request.path != "/") {
               return Failed(absl::NotFoundError("no such page"), request);
             }
             return ServerReply{.status = 302, .headers = {{"Location", "/map"}}};
           }}};
}

ServerReply Pages::ShowEvent(const ServerRequest& request) {
  constexpr std::string_view kCalendar = ".ics";
  if (request.path.ends_with(kCalendar)) {
    const std::string id = IdBehind("/events/", request.path, kCalendar);
    return Data(request, "text/calendar; charset=utf-8; method=PUBLISH",
                [&](const PageContext& context) {
                  return EventCalendar(context, absl::StrCat("events/", id));
                });
  }
  const std::string id = IdBehind("/events/", request.path);
  return Show(request, "", "resource.html",
              [&](const PageContext& context, templates::Values& values) {
                return FillEvent(context, absl::StrCat("events/", id), values);
              });
}

PageContext Pages::ContextOf(const Question& question, Brevity brevity) {
  return {.question = question,
          .finder = finder_,
          .store = store_,
          .choices = choices_,
          .clock = clock_,
          .follow_uri = options_.follow_uri,
          .brevity = brevity};
}

ServerReply Pages::Show(const ServerRequest& request, std::string_view room, const char* content,
                        const Fill& fill) {
  if (!IsOpen()) return Failed(absl::UnavailableError("not open yet"), request);
  const absl::StatusOr<Question> question = ReadQuestion(request);
  if (!question.ok()) return Failed(question.status(), request);
  for (int times = 0;; ++times) {
    templates::Values frame;
    const absl::StatusOr<Filled> filled =
        fill(ContextOf(*question, Brevity(times)), frame.Include("CONTENT", content));
    if (!filled.ok()) return Failed(filled.status(), request);
    if (!filled->moved_to.empty()) {
      return Safe({.status = 308, .headers = {{"Location", filled->moved_to}}});
    }
    ServerReply reply = Framed(request, *question, room, filled->title, frame);
    if (reply.body.size() <= kLargestPage || times == Brevity::kMost) return reply;
  }
}

ServerReply Pages::Framed(const ServerRequest& request, const Question& question,
                          std::string_view room, std::string_view title,
                          templates::Values& frame) const {
  const Language language = question.language;
  const Language other = language == Language::kGerman ? Language::kEnglish : Language::kGerman;
  frame.Set("TITLE", title)
      .Set("LANGUAGE", text::LanguageTag(language))
      .Set("SKIP", In(language, "To the content", "Zum Inhalt"))
      .Set("NAVIGATION", In(language, "Pages", "Seiten"))
      .Set("OTHER_LANGUAGE", text::LanguageTag(other))
      .Set("OTHER_TITLE", In(other, "English", "Deutsch"))
      .Set("OTHER_HREF",
           AddressOf(request.path, question, {{"lang", std::string(text::LanguageTag(other))}}))
      .Set("FOOTER", In(language,
                        "From the catalogue of cluster organisations. Nothing on this page "
                        "is asked of another host.",
                        "Aus dem Verzeichnis der Clusterorganisationen. Diese Seite fragt keinen "
                        "anderen Server."));
  struct Room {
    std::string_view path, english, german;
  };
  static constexpr Room kRooms[] = {{"/map", "Map", "Karte"}, {"/labels", "Labels", "Labels"}};
  for (const Room& one : kRooms) {
    templates::Values& link = frame.Add("ROOM");
    link.Set("HREF", AddressOf(one.path, {}, {{"lang", question.Of("lang")}}))
        .Set("TITLE", In(language, one.english, one.german));
    if (one.path == room) link.Add("HERE");
  }
  return http::Tagged(
      request,
      Safe({.content_type = std::string(kHtml),
            .body = templates_.Render("frame.html", frame),
            .headers = {{"Cache-Control", "public, no-cache"}, {"Vary", "Accept-Language"}}}));
}

ServerReply Pages::Data(const ServerRequest& request, const char* content_type,
                        const Write& write) {
  if (!IsOpen()) return Failed(absl::UnavailableError("not open yet"), request);
  const absl::StatusOr<Question> question = ReadQuestion(request);
  if (!question.ok()) return Failed(question.status(), request);
  absl::StatusOr<std::string> body = write(ContextOf(*question));
  if (!body.ok()) return Failed(body.status(), request);
  return http::Tagged(request, Safe({.content_type = content_type,
                                     .body = *std::move(body),
                                     .headers = {{"Cache-Control", "public, no-cache"},
                                                 // What is public may be shown on anybody's map.
                                                 {"Access-Control-Allow-Origin", "*"}}}));
}

ServerReply Pages::Failed(const absl::Status& status, const ServerRequest& request) const {
  Question question{.language = LanguageAskedFor(request)};
  const Language language = question.language;
  templates::Values frame;
  templates::Values& page = frame.Include("CONTENT", "message.html");
  std::string_view title;
  int code = 503;
  if (absl::IsNotFound(status)) {
    code = 404;
    title = In(language, "There is no such page", "Diese Seite gibt es nicht");
  } else if (absl::IsInvalidArgument(status)) {
    code = 400;
    title = In(language, "This can't be asked", "So kann nicht gefragt werden");
    page.Add("PARAGRAPH").Set("TEXT", ToStd(status.message()));
  } else {
    if (IsOpen()) telemetry::LogWarning("a page can't be served now", {{"error", status}});
    title = In(language, "Not now", "Im Moment nicht");
    page.Add("PARAGRAPH")
        .Set("TEXT", In(language, "The catalogue can't answer now. Please come again in a minute.",
                        "Das Verzeichnis kann gerade nicht antworten. Bitte versuchen Sie es in "
                        "einer Minute noch einmal."));
  }
  page.Set("TITLE", title)
      .Set("HREF", AddressOf("/map", {}, {}))
      .Set("BACK", In(language, "To the map", "Zur Karte"));
  ServerReply reply = Framed({.method = "GET", .path = "/map"}, question, "", title, frame);
  reply.status = code;
  if (code == 503) reply.headers.emplace_back("Retry-After", "60");
  return reply;
}

}  // namespace clusterwire::catalogue
