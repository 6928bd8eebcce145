#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "clusterwire/catalogue/v1/booking.pb.h"

#include "services/catalogue/common/resource.h"

namespace clusterwire::catalogue {

Rules<v1::Booking> BookingRules();

// Bookings, which only their moves write. Whose a move is and from where it is possible is in
// booking_moves.h; what is asked for must be right is in booking_ask.h. The last move over again,
// with nothing that it doesn't say, gives the same answer and changes nothing.
class Bookings : public Resources<v1::Booking> {
 public:
  explicit Bookings(store::Store& store) : Resources(store, BookingRules()) {}

  absl::StatusOr<v1::Booking> Ask(const WriteCall& call, const v1::AskForBookingRequest& request);
  absl::StatusOr<v1::Booking> Approve(const WriteCall& call,
                                      const v1::ApproveBookingRequest& request);
  absl::StatusOr<v1::Booking> Refuse(const WriteCall& call,
                                     const v1::RefuseBookingRequest& request);
  absl::StatusOr<v1::Booking> Complete(const WriteCall& call,
                                       const v1::CompleteBookingRequest& request);
  absl::StatusOr<v1::Booking> Cancel(const WriteCall& call,
                                     const v1::CancelBookingRequest& request);
  absl::StatusOr<v1::Booking> RecordInvoice(const WriteCall& call,
                                            const v1::RecordInvoiceRequest& request);
  absl::StatusOr<v1::Booking> RecordPayment(const WriteCall& call,
                                            const v1::RecordPaymentRequest& request);
  absl::StatusOr<v1::Booking> WithdrawPayment(const WriteCall& call,
                                              const v1::WithdrawPaymentRequest& request);
  absl::StatusOr<v1::Booking> RecordAward(const WriteCall& call,
                                          const v1::RecordAwardRequest& request);
  absl::StatusOr<v1::Booking> RecordRenewal(const WriteCall& call,
                                            const v1::RecordRenewalRequest& request);
  absl::StatusOr<v1::Booking> RecordNoAward(const WriteCall& call,
                                            const v1::RecordNoAwardRequest& request);

 private:
  // A move as somebody asks for it.
  struct Asked {
    std::string_view method;
    std::string name;
    std::string etag;
    std::string date;
    std::string note;
    size_t least_note = 0;
    const google::type::Money* amount = nullptr;  // of the request, if it has one
  };
  // What is wrong with it by itself, whatever booking it is about.
  static absl::Status CheckAlone(const Asked& asked);
  template <typename Request>
  static Asked AskedBy(std::string_view method, const Request& request) {
    Asked asked{method, request.name(), request.etag(), request.date(), request.note()};
    if constexpr (requires { request.has_amount(); }) {
      if (request.has_amount()) asked.amount = &request.amount();
    }
    return asked;
  }
  // Whether the booking, whose last move is the same with the same date and note, says the rest of
  // it too.
  using Says = std::function<bool(const v1::Booking&, const v1::BookingMove& last)>;
  // What the move does to the booking, besides its state; `move` is what is kept of it.
  using Apply = std::function<absl::Status(const Context&, v1::Booking*, v1::BookingMove* move,
                                           FieldErrors& errors)>;
  absl::StatusOr<v1::Booking> Make(const WriteCall& call, const Asked& asked, const Says& says,
                                   const Apply& apply);
  absl::StatusOr<v1::Booking> RecordLabel(const WriteCall& call, const Asked& asked,
                                          const std::string& label, bool renewed);
};

// Follower: a cluster that is deleted needs no coverage any more. What was approved of one whose
// assessment is still open is called off in that write, so that it is free again.
absl::Status FollowDeletedCluster(store::Writer& writer, const store::Message* before,
                                  const store::Message* after);

}  // namespace clusterwire::catalogue
