#pragma once

namespace clusterwire::rpc {

// Ends the listening on `port` of this process and every connection to it, at once. What was
// written before still arrives; what gRPC writes afterwards doesn't.
//
// gRPC has no other way to end them before it shuts down, and from that moment on it answers a call
// that arrives, before the client has heard that the server goes, with CANCELLED: to its caller
// that means that the caller itself gave up. A connection that ends is UNAVAILABLE, which says "try
// again".
void CloseConnections(int port);

// How many sockets of this process listen on `port`.
int ListeningSockets(int port);

}  // namespace clusterwire::rpc
