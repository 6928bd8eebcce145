#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clusterwire/type/v1/facts.pb.h"
#include "clusterwire/type/v1/filter.pb.h"
#include "clusterwire/type/v1/sources.pb.h"

#include "services/catalogue/pages/views.h"

// What the pages of single resources are made of.
namespace clusterwire::catalogue {

// A row of what is known: nothing where all texts are empty.
void AddFact(const PageContext& context, std::string_view label,
             const std::vector<std::string>& texts, templates::Values& page);
void AddLinkFact(const PageContext& context, std::string_view label, std::string_view href,
                 templates::Values& page);

// What a value is called: in German by its list, else by the Facts; the value itself, a word of no
// list without its "named:", where neither says.
std::string TitleOrValue(const PageContext& context, const std::string& value,
                         const type::v1::Facts& facts);
std::vector<std::string> TitlesOf(const PageContext& context,
                                  const google::protobuf::RepeatedPtrField<std::string>& values,
                                  const type::v1::Facts& facts);

// "Dresden, Saxony, DE".
std::string PlaceIn(const type::v1::Place& place);

// What there is of one type about or under the resource, as a list under a title, and how many
// more; nothing where there is none. `which` has that type, and what else is asked.
absl::Status AddList(const PageContext& context, std::string_view title, const std::string& name,
                     const type::v1::Filter& which, templates::Values& page);

// Where it is from, each address once.
void AddSources(const PageContext& context,
                const google::protobuf::RepeatedPtrField<type::v1::Source>& sources,
                templates::Values& page);

// What the catalogue says of a resource that the public sees, to search by and to be told.
absl::StatusOr<type::v1::Facts> FactsOf(const PageContext& context, const std::string& name);

// "Follow this": where a reader subscribes to it, if there is such a page.
void AddFollow(const PageContext& context, const std::string& name, templates::Values& actions);

}  // namespace clusterwire::catalogue
