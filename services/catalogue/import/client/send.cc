#include "services/catalogue/import/client/send.h"

#include <thread>

#include "clusterwire/catalogue/v1/import.grpc.pb.h"

#include "libs/rpc/call/status.h"

namespace clusterwire::catalogue::import_client {

absl::Status Send(const std::shared_ptr<grpc::Channel>& channel, const v1::ImportStart& start,
                  const std::vector<NumberedLine>& lines,
                  const std::function<void(const v1::ImportResponse&)>& report) {
  const auto stub = v1::ImportService::NewStub(channel);
  grpc::ClientContext context;
  const auto stream = stub->Import(&context);
  // A write fails once the call is over; why is in its status.
  std::thread writer([&] {
    v1::ImportRequest request;
    *request.mutable_start() = start;
    if (!stream->Write(request)) return;
    for (const NumberedLine& line : lines) {
      request.mutable_line()->set_number(line.number);
      request.mutable_line()->set_json(line.text);
      if (!stream->Write(request)) return;
    }
    stream->WritesDone();
  });
  v1::ImportResponse response;
  while (stream->Read(&response)) report(response);
  writer.join();
  return rpc::ToAbslStatus(stream->Finish());
}

}  // namespace clusterwire::catalogue::import_client
