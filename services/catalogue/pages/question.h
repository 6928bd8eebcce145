#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

#include "clusterwire/type/v1/filter.pb.h"

#include "libs/http/server/server.h"
#include "libs/text/language.h"
#include "services/catalogue/pages/picture.h"

namespace clusterwire::catalogue {

// What an address asks for behind its '?':
//
//   q       words                    type, sector, region, programme, level, kind: a value of the
//   filter  a whole Filter as JSON     Filter's field of that name, several with commas between
//   lat, lon, zoom   where the map is  date    the day of the register
//   page    of a list                  size    how many on it
//   lang    "de" or "en"
//
// Other parameters ask nothing.
struct Question {
  text::Language language = text::Language::kEnglish;
  type::v1::Filter filter;
  MapView view;
  int size = 0;
  std::map<std::string, std::string> asked;  // the parameters above that are not empty

  const std::string& Of(const std::string& name) const;
};

// INVALID_ARGUMENT with every parameter that can't be read. The filter itself is checked by what
// uses it.
absl::StatusOr<Question> ReadQuestion(const http::ServerRequest& request);

// The language of a page where the rest of the question can't be read.
text::Language LanguageAskedFor(const http::ServerRequest& request);

// The address of a page on this host with the parameters of `question`, but for these: an empty one
// is left out.
std::string AddressOf(std::string_view path, const Question& question,
                      std::initializer_list<std::pair<std::string, std::string>> with);
// With that view of the map, and the list from its beginning.
std::string AddressOf(std::string_view path, const Question& question, const MapView& view);
// The page of the resource of that name, in the question's language where that was chosen; empty
// where there is none.
std::string PageOf(std::string_view resource, const Question& question);

}  // namespace clusterwire::catalogue
