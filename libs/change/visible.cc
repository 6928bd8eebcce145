#include "libs/change/visible.h"

namespace clusterwire::change {

void CutTo(const filter::Predicate& everything, v1::ResourceChanged* record) {
  if (record->has_before() && !everything.Matches(record->before())) record->clear_before();
  if (record->has_after() && everything.Matches(record->after())) return;
  record->clear_after();
  record->clear_resource();
}

}  // namespace clusterwire::change
