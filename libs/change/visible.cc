#include "libs/change/visible.h"

namespace clusterwire::change {

void CutTo(const filter::Viewer& viewer, v1::ResourceChanged* record) {
  if (record->has_before() && !filter::Sees(viewer, record->before())) record->clear_before();
  if (record->has_after() && filter::Sees(viewer, record->after())) return;
  record->clear_after();
  record->clear_resource();
}

}  // namespace clusterwire::change
