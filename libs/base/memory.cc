#include "libs/base/memory.h"

#ifdef CLUSTERWIRE_MIMALLOC
#include <mimalloc.h>
#endif

namespace clusterwire {

void GiveBackMemory() {
#ifdef CLUSTERWIRE_MIMALLOC
  mi_collect(true);
#endif
}

}  // namespace clusterwire
