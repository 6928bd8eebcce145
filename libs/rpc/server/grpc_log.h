#pragma once

namespace clusterwire::rpc {

// From now on what gRPC logs are lines of ours, escaped and bounded: it quotes headers as strangers
// sent them. Any thread; done once is enough.
void TakeGrpcLog();

}  // namespace clusterwire::rpc
