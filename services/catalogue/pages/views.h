#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "libs/base/time/clock.h"
#include "libs/rpc/call/late.h"
#include "libs/store/store.h"
#include "libs/template/template.h"
#include "services/catalogue/pages/brevity.h"
#include "services/catalogue/pages/choices.h"
#include "services/catalogue/pages/question.h"
#include "services/catalogue/search/finder.h"

// What each page shows below its frame. All of it is what the public may see: nothing here knows
// another viewer.
namespace clusterwire::catalogue {

struct PageContext {
  const Question& question;
  const Finder& finder;
  rpc::Late<store::Store>& store;
  ChoiceReader& choices;
  Clock& clock;
  const std::string& follow_uri;  // empty: this installation has no page to subscribe at
  Brevity brevity = {};
};

// A page that was filled in.
struct Filled {
  std::string title;
  std::string moved_to = "";  // not empty: the page is at this address now
};

// Each fills the values of the template of its name: "map.html". Errors are those of the search, or
// of the standard methods: NOT_FOUND of what the public doesn't see.
absl::StatusOr<Filled> FillMap(const PageContext& context, templates::Values& page);
absl::StatusOr<Filled> FillRegister(const PageContext& context, templates::Values& page);
// "resource.html".
absl::StatusOr<Filled> FillCluster(const PageContext& context, const std::string& name,
                                   templates::Values& page);
absl::StatusOr<Filled> FillEvent(const PageContext& context, const std::string& name,
                                 templates::Values& page);

// A select of a form, by the parameter that it sets.
void AddSelect(const PageContext& context, std::string_view parameter, std::string_view label,
               const std::vector<Choice>& choices, templates::Values& form);
// What a form carries along unseen: the parameters of these names.
void AddCarried(const PageContext& context, std::initializer_list<const char*> parameters,
                templates::Values& form);
// A link, or the text alone where there is no address.
void SetLink(std::string_view href, std::string_view text, templates::Values& values);

// The event's entry for a calendar program (METHOD PUBLISH); NOT_FOUND where it has no day.
absl::StatusOr<std::string> EventCalendar(const PageContext& context, const std::string& name);

// All that a search finds, up to a page, as GeoJSON (RFC 7946): a feature for each hit, without a
// geometry where it has no point.
absl::StatusOr<std::string> GeoJson(const PageContext& context);

}  // namespace clusterwire::catalogue
