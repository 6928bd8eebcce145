#include "libs/rpc/call/call_context.h"

namespace clusterwire::rpc {

bool IsLoopback(std::string_view address) {
  for (const std::string_view local :
       {"127.", "localhost:", "[::1]", "%5B::1%5D", "[::ffff:127.", "%5B::ffff:127."}) {
    if (address.starts_with(local)) return true;
  }
  return false;
}

}  // namespace clusterwire::rpc
