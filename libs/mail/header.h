#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"

// What stands in the header of a mail: ASCII, in lines that no server and no signer has to break.
namespace clusterwire::mail {

using Field = std::pair<std::string, std::string>;  // name and value

// Whether it is one field and stays one: no line end in it but before a space, 998 bytes a line.
bool IsOneField(const Field& field);

// A text as the value of a field for people, as a subject is: as it is, or in encoded words (RFC
// 2047), each on a line of its own. A character that could end the line is a space.
std::string InWords(std::string_view text);
// "Cluster Office <notices@example.org>"; the name may be any text.
std::string Mailbox(std::string_view name, std::string_view address);
// "Mon, 30 Nov 2026 08:00:00 +0000".
std::string Date(absl::Time time);

// A text with its lines ended by CR LF alone, as a mail's body has them.
std::string WithLineEnds(std::string_view text);

// What a server said, or anything else: each address's mailbox is "***", and so is the mailbox of
// `recipient` where it stands alone. One line of at most `bytes`, as UTF-8.
std::string Masked(std::string_view text, std::string_view recipient, size_t bytes);

}  // namespace clusterwire::mail
