#include "libs/change/record.h"

#include <string>
#include <utility>

#include <gmock/gmock.h>

#include "libs/base/testing/status_matchers.h"

namespace clusterwire::change {
namespace {

using testing::HasSubstr;

constexpr char kTrace[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

v1::ResourceChanged Awarded() {
  v1::ResourceChanged change;
  change.set_history_id("h1");
  change.set_revision(42);
  change.set_ordinal(1);
  change.set_name("clusters/silicon-saxony/labels/ecei-silver");
  change.set_root("clusters/silicon-saxony");
  change.set_kind("label.awarded");
  change.mutable_after()->set_title("Silicon Saxony: ECEI Silver");
  change.mutable_time()->set_seconds(1'700'000'000);
  change.mutable_time()->set_nanos(250'000'000);
  change.mutable_label()->set_name(change.name());
  return change;
}

kafka::ReceivedMessage Received(const Record& record) {
  auto message = Encode(record);
  EXPECT_THAT(message, IsOk());
  return {.from = {"changes", 3},
          .offset = 7,
          .time = absl::UnixEpoch(),
          .key = message->key,
          .value = message->value,
          .headers = message->headers};
}

void SetHeader(kafka::ReceivedMessage& message, std::string_view name, std::string value) {
  for (kafka::Header& header : message.headers) {
    if (header.name == name) header.value = value;
  }
}

TEST(RecordTest, TravelsAsACloudEventInBinaryMode) {
  const auto message = Encode({Awarded(), kTrace});
  ASSERT_THAT(message, IsOk());
  EXPECT_EQ(message->key, "clusters/silicon-saxony");
  EXPECT_THAT(
      message->headers,
      testing::UnorderedElementsAre(
          kafka::Header{"ce_specversion", "1.0"}, kafka::Header{"ce_id", "h1:42:1"},
          kafka::Header{"ce_source", "/clusterwire/catalogue"},
          kafka::Header{"ce_type", "clusterwire.label.awarded.v1"},
          kafka::Header{"ce_subject", "clusters/silicon-saxony/labels/ecei-silver"},
          kafka::Header{"ce_time", "2023-11-14T22:13:20.250Z"},
          kafka::Header{"ce_dataschema", "urn:clusterwire:clusterwire.change.v1.ResourceChanged"},
          kafka::Header{"content-type", "application/protobuf"},
          kafka::Header{"traceparent", kTrace}));
}

TEST(RecordTest, ComesBackAsItWasSent) {
  const auto record = Decode(Received({Awarded(), kTrace}));
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ(record->changed.SerializeAsString(), Awarded().SerializeAsString());
  EXPECT_EQ(record->traceparent, kTrace);
  EXPECT_EQ(IdOf(record->changed), "h1:42:1");
}

TEST(RecordTest, ATraceIsOptionalAndUnknownHeadersAreIgnored) {
  auto message = Received({Awarded(), ""});
  message.headers.push_back({"x-later", "1"});
  const auto record = Decode(message);
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ(record->traceparent, "");
}

TEST(RecordTest, WhatIsNoProtobufSaysSoAndWhere) {
  auto message = Received({Awarded(), ""});
  for (const char* value : {"", "\xff\xff\xff", "{\"kind\": 1}"}) {
    message.value = value;
    EXPECT_THAT(Decode(message),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         testing::AllOf(HasSubstr("changes[3]:7"), HasSubstr("no protobuf"))))
        << value;
  }
}

TEST(RecordTest, EachMissingHeaderIsNamed) {
  const auto whole = Received({Awarded(), ""});
  for (const kafka::Header& header : whole.headers) {
    auto message = whole;
    std::erase_if(message.headers, [&](const auto& other) { return other.name == header.name; });
    EXPECT_THAT(Decode(message), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("header " + header.name + " is missing")));
  }
}

TEST(RecordTest, HeadersAndKeyMustAgreeWithTheValue) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"ce_specversion", "0.3"},
                                                        {"ce_id", "h1:42:2"},
                                                        {"ce_type", "clusterwire.label.revoked.v1"},
                                                        {"ce_type", "clusterwire.label.awarded.v2"},
                                                        {"ce_subject", "clusters/silicon-saxony"},
                                                        {"ce_time", "2023-11-14T22:13:20Z"},
                                                        {"content-type", "application/json"}}) {
    auto message = Received({Awarded(), ""});
    SetHeader(message, name, value);
    EXPECT_THAT(Decode(message), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("header " + name + " says '" + value + "'")));
  }
  auto message = Received({Awarded(), ""});
  message.key = "clusters/other";
  EXPECT_THAT(Decode(message),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("key is 'clusters/other'")));
}

TEST(RecordTest, TheSameMomentMayBeWrittenInOtherWays) {
  auto message = Received({Awarded(), ""});
  for (const char* text : {"2023-11-14T22:13:20.25+00:00", "2023-11-14T23:13:20.250000+01:00"}) {
    SetHeader(message, "ce_time", text);
    EXPECT_THAT(Decode(message), IsOk()) << text;
  }
  for (const char* text : {"2023-11-14T22:13:20.251Z", "2023-11-14 22:13:20.25", "", "now"}) {
    SetHeader(message, "ce_time", text);
    EXPECT_THAT(Decode(message), ReasonIs("INVALID_RECORD")) << text;
  }
}

TEST(RecordTest, AllThatIsWrongIsToldAtOnce) {
  auto message = Received({Awarded(), ""});
  SetHeader(message, "ce_id", "x");
  message.key = "y";
  EXPECT_THAT(Decode(message), StatusIs(absl::StatusCode::kInvalidArgument,
                                        testing::AllOf(HasSubstr("ce_id"), HasSubstr("key"))));
  EXPECT_THAT(Decode(message), ReasonIs("INVALID_RECORD"));
}

TEST(RecordTest, AKindThatIsNotOnTheListIsRefusedOnBothSides) {
  auto message = Received({Awarded(), ""});
  v1::ResourceChanged newer = Awarded();
  newer.set_kind("label.eaten");
  EXPECT_THAT(Encode({newer, ""}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("'label.eaten'")));
  message.value = newer.SerializeAsString();
  SetHeader(message, "ce_type", "clusterwire.label.eaten.v1");
  EXPECT_THAT(Decode(message),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("'label.eaten'")));
}

TEST(RecordTest, ARootMustStandAboveItsName) {
  v1::ResourceChanged change = Awarded();
  for (const char* root :
       {"", "clusters/silicon", "clusters/silicon-saxony/labels/ecei-silver/x"}) {
    change.set_root(root);
    EXPECT_THAT(Encode({change, ""}),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("root")))
        << root;
  }
  change.set_root(change.name());
  EXPECT_THAT(Encode({change, ""}), IsOk());
}

TEST(RecordTest, ARecordAboveTheLimitIsRefusedOnBothSides) {
  v1::ResourceChanged change = Awarded();
  change.mutable_after()->set_summary(std::string(kMaxRecordBytes, 'x'));
  EXPECT_THAT(Encode({change, ""}), ReasonIs("RECORD_TOO_LARGE"));
  auto message = Received({Awarded(), ""});
  message.value = change.SerializeAsString();
  EXPECT_THAT(Decode(message), ReasonIs("INVALID_RECORD"));
  EXPECT_THAT(Encode({Awarded(), ""}), IsOk());
}

}  // namespace
}  // namespace clusterwire::change
