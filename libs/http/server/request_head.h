#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace clusterwire::http {

// What stands before a request's body, made ready for the library: it gets the request line and the
// few fields that are of use. It would keep all others, each at many times its size, and some make
// it work (Range, Transfer-Encoding).
struct RequestHead {
  static constexpr size_t kMaxFields = 100;
  static constexpr size_t kMaxAddress = 2048;  // of the request line, with its query

  std::string method;
  std::string path;
  size_t body = 0;          // the bytes that follow
  int refusal = 0;          // the status to answer when the request isn't taken; else 0
  std::string fields = {};  // those of use, each with its line end, without that of the body's size

  // `text` ends with the empty line. Refused: 400 what is no HTTP, 411 a body that doesn't say its
  // size at once, 414 a long address, 415 a compressed body, 431 too many fields.
  static RequestHead Parse(std::string_view text);

  // For the library, which then expects `body_size` bytes more.
  std::string ForLibrary(size_t body_size) const;

 private:
  std::string line_;
  bool has_length_ = false;

  int TakeLine(std::string_view line);
  int TakeField(std::string_view line);
};

}  // namespace clusterwire::http
