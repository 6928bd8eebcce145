#pragma once

namespace clusterwire {

// A TCP socket that listens on a free port of loopback, which goes to `port`; the caller closes it.
// `flags` beside SOCK_STREAM: SOCK_NONBLOCK.
int ListenOnLoopback(int flags, int* port);

}  // namespace clusterwire
