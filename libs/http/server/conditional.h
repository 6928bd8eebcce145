#pragma once

#include "libs/http/server/server.h"

namespace clusterwire::http {

// The reply with a tag of its body (RFC 9110, 8.8.3); 304 without the body where the request says
// by If-None-Match that it has this one already. A pure function.
ServerReply Tagged(const ServerRequest& request, ServerReply reply);

}  // namespace clusterwire::http
