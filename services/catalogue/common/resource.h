#pragma once

#include "libs/change/record.h"
#include "libs/facts/facts.h"
#include "libs/resource/name.h"
#include "libs/resource/resources.h"
#include "services/catalogue/common/access/access.h"
#include "services/catalogue/common/codes/code_book.h"

// What the catalogue's resources have in common: the standard methods are in libs/resource, what a
// type adds are its Rules, and what it does differently is in its own room.
namespace clusterwire::catalogue {

using resource::ListQuery;
using resource::Notes;
using resource::ReadCall;
using resource::WriteCall;

// What rules may look at: also the code lists and label schemes, as the write leaves them.
struct Context : resource::Context {
  const CodeBook& book;
};

template <store::Resource T>
using Rules = resource::Rules<T, Context>;

// Who may read and write, the context, and edited_fields: for every type of the catalogue.
const resource::Service& CatalogueService();

template <store::Resource T>
class Resources : public resource::Resources<T, Context> {
 public:
  Resources(store::Store& store, Rules<T> rules)
      : resource::Resources<T, Context>(store, CatalogueService(), std::move(rules)) {}
};

}  // namespace clusterwire::catalogue
