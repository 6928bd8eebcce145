#include "clusterwire/catalogue/v1/booking.grpc.pb.h"

#include "libs/api/standard.h"
#include "services/catalogue/resources/bookings/booking_rules.h"
#include "services/catalogue/services.h"

namespace clusterwire::catalogue {
namespace {

class BookingHandler final : public Handler<v1::BookingService, Bookings> {
 public:
  using Handler::Handler;

  CW_STANDARD(Get, GetBooking, v1::Booking, resources_)
  CW_STANDARD(BatchGet, BatchGetBookings, v1::BatchGetBookingsResponse, resources_)
  CW_STANDARD(List, ListBookings, v1::ListBookingsResponse, resources_)
  CW_WRITE(AskForBooking, v1::Booking, resources_->Ask(call, *request))
  CW_WRITE(ApproveBooking, v1::Booking, resources_->Approve(call, *request))
  CW_WRITE(RefuseBooking, v1::Booking, resources_->Refuse(call, *request))
  CW_WRITE(CompleteBooking, v1::Booking, resources_->Complete(call, *request))
  CW_WRITE(CancelBooking, v1::Booking, resources_->Cancel(call, *request))
  CW_WRITE(RecordInvoice, v1::Booking, resources_->RecordInvoice(call, *request))
  CW_WRITE(RecordPayment, v1::Booking, resources_->RecordPayment(call, *request))
  CW_WRITE(WithdrawPayment, v1::Booking, resources_->WithdrawPayment(call, *request))
  CW_WRITE(RecordAward, v1::Booking, resources_->RecordAward(call, *request))
  CW_WRITE(RecordRenewal, v1::Booking, resources_->RecordRenewal(call, *request))
  CW_WRITE(RecordNoAward, v1::Booking, resources_->RecordNoAward(call, *request))
};

}  // namespace

rpc::Service MakeBookingService(const Api& api, rpc::Late<store::Store>& store) {
  return rpc::ServiceOf<v1::BookingService>(std::make_unique<BookingHandler>(api, store));
}

}  // namespace clusterwire::catalogue
