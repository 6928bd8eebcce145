#include "clusterwire/catalogue/v1/programme.grpc.pb.h"

#include "services/catalogue/common/api/standard.h"
#include "services/catalogue/resources/programmes/programme_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class ProgrammeServiceHandler final : public v1::ProgrammeService::CallbackService {
 public:
  ProgrammeServiceHandler(const Api& api, rpc::Late<store::Store>& store)
      : api_(api), programmes_(store) {}

  grpc::ServerUnaryReactor* GetProgramme(grpc::CallbackServerContext* context,
                                         const v1::GetProgrammeRequest* request,
                                         v1::Programme* response) override {
    return RunGet(api_, programmes_, context, *request, response);
  }
  grpc::ServerUnaryReactor* BatchGetProgrammes(grpc::CallbackServerContext* context,
                                               const v1::BatchGetProgrammesRequest* request,
                                               v1::BatchGetProgrammesResponse* response) override {
    return RunBatchGet(api_, programmes_, context, *request, response,
                       &v1::BatchGetProgrammesResponse::mutable_programmes);
  }
  grpc::ServerUnaryReactor* ListProgrammes(grpc::CallbackServerContext* context,
                                           const v1::ListProgrammesRequest* request,
                                           v1::ListProgrammesResponse* response) override {
    return RunList(api_, programmes_, context, *request, response,
                   &v1::ListProgrammesResponse::mutable_programmes);
  }
  grpc::ServerUnaryReactor* CreateProgramme(grpc::CallbackServerContext* context,
                                            const v1::CreateProgrammeRequest* request,
                                            v1::Programme* response) override {
    return RunCreate(api_, programmes_, context, *request, request->programme(),
                     request->programme_id(), response);
  }
  grpc::ServerUnaryReactor* UpdateProgramme(grpc::CallbackServerContext* context,
                                            const v1::UpdateProgrammeRequest* request,
                                            v1::Programme* response) override {
    return RunUpdate(api_, programmes_, context, *request, request->programme(), response);
  }
  grpc::ServerUnaryReactor* DeleteProgramme(grpc::CallbackServerContext* context,
                                            const v1::DeleteProgrammeRequest* request,
                                            v1::Programme* response) override {
    return RunDelete(api_, programmes_, context, *request, response);
  }
  grpc::ServerUnaryReactor* UndeleteProgramme(grpc::CallbackServerContext* context,
                                              const v1::UndeleteProgrammeRequest* request,
                                              v1::Programme* response) override {
    return RunUndelete(api_, programmes_, context, *request, response);
  }
  grpc::ServerUnaryReactor* PublishProgramme(grpc::CallbackServerContext* context,
                                             const v1::PublishProgrammeRequest* request,
                                             v1::Programme* response) override {
    return RunWrite(api_, context, *request, response, [this, request](const WriteCall& call) {
      return programmes_->Publish(call, request->name(), request->etag());
    });
  }

 private:
  const Api api_;
  rpc::Late<Programmes> programmes_;
};

}  // namespace

rpc::Service MakeProgrammeService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::ProgrammeService>(
      std::make_unique<ProgrammeServiceHandler>(api, store));
}

}  // namespace clusterwire::catalogue
