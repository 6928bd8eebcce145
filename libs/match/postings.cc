#include "libs/match/postings.h"

#include <algorithm>

namespace clusterwire::match {
namespace {

// The word grows in steps, since most terms have few postings.
void MakeRoom(Postings::Piece& piece) {
  if (piece.size() == piece.capacity()) piece.reserve(piece.size() + piece.size() / 4 + 1);
}

}  // namespace

std::vector<Postings::Piece>::iterator Postings::PieceOf(Slot slot) {
  const auto next = std::ranges::upper_bound(
      pieces_, slot, {}, [](const Piece& piece) { return piece.front().slot(); });
  return next == pieces_.begin() ? next : next - 1;
}

void Postings::Insert(Posting posting) {
  if (pieces_.empty()) {
    pieces_.push_back({posting});
    return;
  }
  auto piece = PieceOf(posting.slot());
  if (piece->size() == kMost) {
    // What comes in order fills pieces whole.
    const bool behind = posting.slot() > piece->back().slot();
    Piece rest(behind ? piece->end() : piece->begin() + kMost / 2, piece->end());
    piece->resize(piece->size() - rest.size());
    if (behind) rest.push_back(posting);
    pieces_.insert(piece + 1, std::move(rest));
    if (behind) return;
    piece = PieceOf(posting.slot());
  }
  MakeRoom(*piece);
  piece->insert(std::ranges::lower_bound(*piece, posting.slot(), {}, &Posting::slot), posting);
}

void Postings::Erase(Slot slot) {
  if (pieces_.empty()) return;
  const auto piece = PieceOf(slot);
  const auto found = std::ranges::lower_bound(*piece, slot, {}, &Posting::slot);
  if (found == piece->end() || found->slot() != slot) return;
  piece->erase(found);
  if (piece->empty()) {
    pieces_.erase(piece);
    if (pieces_.size() * 2 < pieces_.capacity()) pieces_.shrink_to_fit();
  } else if (piece->size() * 2 < piece->capacity()) {
    piece->shrink_to_fit();
  }
}

}  // namespace clusterwire::match
