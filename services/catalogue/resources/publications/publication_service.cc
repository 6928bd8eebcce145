#include "clusterwire/catalogue/v1/publication.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/publications/publication_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class PublicationHandler final : public Handler<v1::PublicationService, Publications> {
 public:
  using Handler::Handler;

  CW_STANDARD_ALL(Publication, Publications, v1::Publication, resources_)
  CW_WRITE(PublishPublication, v1::Publication,
           resources_->Publish(call, request->name(), request->etag()))
};

}  // namespace

rpc::Service MakePublicationService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::PublicationService>(std::make_unique<PublicationHandler>(api, store));
}

}  // namespace clusterwire::catalogue
