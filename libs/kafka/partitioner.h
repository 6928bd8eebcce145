#pragma once

#include <cstdint>
#include <string_view>

namespace clusterwire::kafka {

// The partition that Java's default partitioner gives a key (32-bit MurmurHash2), so that producers
// in any language put one key into one partition. `count` > 0. It is handed in, not asked from the
// broker: who must keep a key in its partition while the topic grows stores the count.
int32_t PartitionFor(std::string_view key, int32_t count);

}  // namespace clusterwire::kafka
