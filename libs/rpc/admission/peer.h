#pragma once

#include <string>
#include <string_view>

#include "libs/rpc/call/call_context.h"

// What is known of a caller by where they call from. `peer` is the client as gRPC writes it:
// "ipv4:127.0.0.1:50112", "ipv6:%5B::1%5D:50112", "unix:/run/x". It is the end of the connection:
// what a proxy says of whom it calls for ("x-forwarded-for") anybody can write, and isn't read.
namespace clusterwire::rpc {

// Whether "host:port" is reached from this machine alone: "localhost:1", "127.0.0.1:1", "[::1]:1".
// A name that only looks like such an address is none.
bool IsLoopback(std::string_view address);

// On this machine: loopback or a Unix socket.
bool IsLocal(std::string_view peer);

// Where a client is, for counting: its next connection has another port, and who has one IPv6
// address has all of its /64. "ipv4:192.0.2.7", "ipv6:2001:db8::/64".
std::string AddressOf(std::string_view peer);

// The caller at `peer` who has shown nothing: the public, or an operator if they are on this
// machine and `loopback_is_operator`. A proxy on this machine would then hand its rights to all the
// world.
Caller CallerAt(std::string_view peer, bool loopback_is_operator);

}  // namespace clusterwire::rpc
