#pragma once

#include <string>
#include <vector>

namespace clusterwire::rpc {

// The addresses, with the port, that a name in "host:port" stands for on this machine and that can
// be listened on: "127.0.0.1:50051" and "[::1]:50051" for "localhost:50051". Port 0 has one only.
// At least one; the same text where the host is no name or can't be found.
std::vector<std::string> AddressesOf(const std::string& address);

}  // namespace clusterwire::rpc
