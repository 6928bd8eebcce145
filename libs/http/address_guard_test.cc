#include "libs/http/address_guard.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::http {
namespace {

AddressGuard Guard(const AddressGuard::Options& options = {}) {
  return *AddressGuard::Create(options);
}

absl::Status Check(const AddressGuard& guard, const char* text) {
  const auto address = IpAddress::Parse(text);
  EXPECT_TRUE(address.has_value()) << text;
  return guard.CheckAddress(*address);
}

TEST(AddressGuardTest, RefusesWhatIsNotOfThePublicInternet) {
  const AddressGuard guard = Guard();
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.254",
                              "169.254.0.1",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.1",
                              "192.0.2.1",
                              "192.88.99.1",
                              "192.168.0.1",
                              "192.168.255.255",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.9",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",  //
                              "::",
                              "::1",
                              "64:ff9b:1::1",
                              "64:ff9b:1:a00:0:100:808:808",
                              "100::1",
                              "2001:2::1",
                              "2001:20::1",
                              "2001:db8::1",
                              "3fff::1",
                              "5f00::1",
                              "fc00::1",
                              "fd12:3456::1",
                              "fe80::1",
                              "febf::1",
                              "fec0::1",
                              "ff02::1",
                              "ff0e::1"}) {
    EXPECT_THAT(Check(guard, address), ReasonIs("ADDRESS_REFUSED")) << address;
  }
}

TEST(AddressGuardTest, RefusesWhatCarriesSuchAnAddressInside) {
  const AddressGuard guard = Guard();
  for (const char* address :
       {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
        "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1",
        "2002:a00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe"}) {
    EXPECT_THAT(Check(guard, address), ReasonIs("ADDRESS_REFUSED")) << address;
  }
}

TEST(AddressGuardTest, LetsThePublicInternetThrough) {
  const AddressGuard guard = Guard();
  for (const char* address :
       {"1.1.1.1",         "8.8.8.8",           "9.255.255.255",   "11.0.0.0",
        "100.63.255.255",  "100.128.0.0",       "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0",       "172.15.255.255",  "172.32.0.0",
        "192.167.255.255", "192.169.0.0",       "198.17.255.255",  "198.20.0.0",
        "223.255.255.255",  //
        "2606:4700::1111", "2a00:1450:4001::1", "::ffff:1.1.1.1",  "64:ff9b::808:808",
        "2002:808:808::1"}) {
    EXPECT_THAT(Check(guard, address), IsOk()) << address;
  }
}

TEST(AddressGuardTest, TheAllowListOpensItsRangesAndNoOthers) {
  const AddressGuard guard = Guard({.allowed = {"127.0.0.0/8", "fd00::/8", "10.1.2.128/25"}});
  for (const char* address :
       {"127.0.0.1", "127.9.9.9", "fd00::1", "10.1.2.128", "10.1.2.255", "::ffff:127.0.0.1"}) {
    EXPECT_THAT(Check(guard, address), IsOk()) << address;
  }
  for (const char* address : {"10.1.2.127", "10.1.3.128", "fc00::1", "::1", "192.168.0.1"}) {
    EXPECT_THAT(Check(guard, address), ReasonIs("ADDRESS_REFUSED")) << address;
  }
}

TEST(AddressGuardTest, RangesThatMakeNoSenseAreExplained) {
  for (const char* range : {"", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.1/8",
                            "fd00::/129", "fd01::/8", "example.org/8", "10.0.0/8", "10.0.0.0/x"}) {
    EXPECT_THAT(AddressGuard::Create({.allowed = {range}}), ReasonIs("INVALID_RANGE")) << range;
  }
}

TEST(AddressGuardTest, AcceptsOrdinaryWebAddresses) {
  const AddressGuard guard = Guard();
  for (const char* url :
       {"https://example.org", "https://example.org/hook?a=b#c", "HTTPS://EXAMPLE.ORG:8443/x",
        "https://xn--bcher-kva.example/", "https://8.8.8.8/x", "https://[2606:4700::1111]:444/",
        "https://example.org/a@b", "https://example.org?x=@"}) {
    EXPECT_THAT(guard.CheckUrl(url), IsOk()) << url;
  }
}

TEST(AddressGuardTest, RefusesWhatIsNoSafeWebAddress) {
  const AddressGuard guard = Guard();
  for (const char* url : {"",
                          "example.org",
                          "//example.org",
                          "http://example.org",
                          "ftp://example.org",
                          "file:///etc/passwd",
                          "gopher://example.org",
                          "javascript:alert(1)",
                          "https://",
                          "https:///path",
                          "https://user@example.org",
                          "https://user:pw@example.org",
                          "https://@example.org",
                          "https:example.org",
                          "https:/example.org",
                          "https://example.org\\@10.0.0.1/",
                          "https://example.org:0/",
                          "https://example.org:99999/",
                          "https://exa mple.org",
                          "https://example.org/\r\nX: y",
                          "https://example.org/\t",
                          "https://bücher.example/"}) {
    EXPECT_THAT(guard.CheckUrl(url), ReasonIs("INVALID_URL")) << url;
  }
  EXPECT_THAT(guard.CheckUrl("https://example.org/" + std::string(2000, 'x')),
              ReasonIs("INVALID_URL"));
  EXPECT_THAT(Guard({.allow_http = true}).CheckUrl("http://example.org"), IsOk());
}

TEST(AddressGuardTest, SeesALiteralAddressInEverySpelling) {
  const AddressGuard guard = Guard();
  for (const char* url :
       {"https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/",
        "https://127.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/", "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1:8443", "https://0/"}) {
    EXPECT_THAT(guard.CheckUrl(url), ReasonIs("ADDRESS_REFUSED")) << url;
  }
}

}  // namespace
}  // namespace clusterwire::http
