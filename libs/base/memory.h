#pragma once

namespace clusterwire {

// Gives memory that is free back to the system: what the calling thread keeps and what ended
// threads left. Others give back their own when they next allocate.
//
// The programs' allocator is mimalloc, since a search, a write or a notice is some hundred small
// allocations: services/decisions/house/2026-11-30-allocator.md has the figures. Under a sanitizer,
// which brings its own, this does nothing.
void GiveBackMemory();

}  // namespace clusterwire
