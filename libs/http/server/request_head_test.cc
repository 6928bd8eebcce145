#include "libs/http/server/request_head.h"

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

namespace clusterwire::http {
namespace {

int RefusalOf(const std::string& fields) {
  return RequestHead::Parse("POST /unsubscribe HTTP/1.1\r\n" + fields + "\r\n").refusal;
}

TEST(RequestHeadTest, TheLibraryGetsTheLineAndTheFieldsOfUseAlone) {
  const RequestHead head = RequestHead::Parse(
      "POST /unsubscribe?t=1 HTTP/1.1\r\nHost: a\r\nRange: bytes=0-0,1-1\r\n"
      "Content-Type: text/plain\r\nContent-Length: 12\r\nexpect: 100-Continue\r\nX: y\r\n\r\n");
  EXPECT_EQ(head.refusal, 0);
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.path, "/unsubscribe");
  EXPECT_EQ(head.body, 12u);
  EXPECT_EQ(head.ForLibrary(12),
            "POST /unsubscribe?t=1 HTTP/1.1\r\ncontent-type: text/plain\r\n"
            "expect: 100-Continue\r\ncontent-length: 12\r\n\r\n");
}

TEST(RequestHeadTest, ABodyOfUnknownOrDoubtfulSizeIsRefused) {
  EXPECT_EQ(RefusalOf("Content-Length: 1\r\n"), 0);
  EXPECT_EQ(RefusalOf("Transfer-Encoding: chunked\r\n"), 411);
  EXPECT_EQ(RefusalOf("Content-Encoding: gzip\r\n"), 415);
  for (const char* size : {"-1", "+1", "1,1", "1 1", "0x1", "", "99999999999999999999999"}) {
    EXPECT_EQ(RefusalOf(absl::StrCat("Content-Length: ", size, "\r\n")), 400) << size;
  }
  EXPECT_EQ(RefusalOf("Content-Length: 1\r\nContent-Length: 2\r\n"), 400);
  EXPECT_EQ(RefusalOf("Content-Length: 0\r\nContent-Length: 2\r\n"), 400);
}

TEST(RequestHeadTest, WhatIsNoHttpIsRefused) {
  for (const char* text :
       {"\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET a HTTP/1.1\r\n\r\n", "GET / HTTP/2\r\n\r\n",
        " / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1 x\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\n: nameless\r\n\r\n", "GET / HTTP/1.1\r\nname : x\r\n\r\n"}) {
    EXPECT_EQ(RequestHead::Parse(text).refusal, 400) << text;
  }
}

TEST(RequestHeadTest, ALongAddressAndManyFieldsAreRefused) {
  const std::string path(RequestHead::kMaxAddress, 'a');
  EXPECT_EQ(RequestHead::Parse("GET /" + path + " HTTP/1.1\r\n\r\n").refusal, 414);
  std::string fields;
  for (size_t i = 0; i < RequestHead::kMaxFields; ++i) fields += "a:\r\n";
  EXPECT_EQ(RefusalOf(fields), 0);
  EXPECT_EQ(RefusalOf(fields + "a:\r\n"), 431);
}

}  // namespace
}  // namespace clusterwire::http
