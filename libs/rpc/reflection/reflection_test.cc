// Reflection over a real server, under both of its names.

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "google/protobuf/descriptor.pb.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "clusterwire/type/v1/access.pb.h"

#include "libs/base/testing/eventually.h"
#include "libs/base/testing/status_matchers.h"
#include "libs/rpc/reflection/reflection.grpc.pb.h"
#include "libs/rpc/reflection/reflection_v1alpha.grpc.pb.h"
#include "libs/rpc/testing/admission_fixture.h"

namespace clusterwire::rpc {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;
using ::testing::Contains;
using V1 = grpc::reflection::v1::ServerReflection;
using V1Alpha = grpc::reflection::v1alpha::ServerReflection;

constexpr char kEchoService[] = "clusterwire.rpc.testing.EchoService";

class ReflectionTest : public AdmissionTest {
 protected:
  // A stream that is open as long as the test wants.
  template <typename Contract>
  struct Stream {
    Stream(const std::shared_ptr<grpc::Channel>& channel, const std::string& who)
        : stub(Contract::NewStub(channel)) {
      As(who, "", context);
      stream = stub->ServerReflectionInfo(&context);
    }
    ~Stream() { context.TryCancel(); }

    bool Ask(const ServerReflectionRequest& question, ServerReflectionResponse* answer) {
      return stream->Write(question) && stream->Read(answer);
    }
    absl::Status Finish() { return ToAbslStatus(stream->Finish()); }

    grpc::ClientContext context;
    std::unique_ptr<typename Contract::Stub> stub;
    std::unique_ptr<grpc::ClientReaderWriter<ServerReflectionRequest, ServerReflectionResponse>>
        stream;
  };

  static ServerReflectionRequest List() {
    ServerReflectionRequest question;
    question.set_list_services("");
    return question;
  }
  template <typename Contract>
  bool IsAnswered(const std::string& who) {
    ServerReflectionResponse answer;
    return Stream<Contract>(channel_, who).Ask(List(), &answer);
  }
  ServerReflectionResponse Answer(const ServerReflectionRequest& question) {
    ServerReflectionResponse answer;
    EXPECT_TRUE(Stream<V1>(channel_, "").Ask(question, &answer));
    EXPECT_EQ(answer.original_request().SerializeAsString(), question.SerializeAsString());
    return answer;
  }
  // The names of the files in an answer.
  static std::vector<std::string> FilesOf(const ServerReflectionResponse& answer) {
    std::vector<std::string> names;
    for (const std::string& bytes : answer.file_descriptor_response().file_descriptor_proto()) {
      google::protobuf::FileDescriptorProto file;
      EXPECT_TRUE(file.ParseFromString(bytes));
      names.push_back(file.name());
    }
    return names;
  }
};

TEST_F(ReflectionTest, AllServicesAreListedUnderBothNames) {
  Start();
  const auto check = [](auto&& stream) {
    ServerReflectionResponse answer;
    ASSERT_TRUE(stream.Ask(List(), &answer));
    std::set<std::string> names;
    for (const auto& service : answer.list_services_response().service()) {
      names.insert(service.name());
    }
    for (const char* name : {kEchoService, "grpc.health.v1.Health", V1::service_full_name(),
                             V1Alpha::service_full_name()}) {
      EXPECT_THAT(names, Contains(name));
    }
    EXPECT_TRUE(stream.stream->WritesDone());
    EXPECT_FALSE(stream.stream->Read(&answer));
    EXPECT_THAT(stream.Finish(), IsOk());
  };
  check(Stream<V1>(channel_, ""));
  check(Stream<V1Alpha>(channel_, ""));
}

TEST_F(ReflectionTest, AFileComesWithAllThatItImports) {
  Start();
  ServerReflectionRequest question;
  question.set_file_containing_symbol(kEchoService);
  const std::vector<std::string> files = FilesOf(Answer(question));
  ASSERT_FALSE(files.empty());
  EXPECT_EQ(files.front(), "libs/rpc/testing/echo.proto");
  EXPECT_THAT(files, Contains("clusterwire/type/v1/access.proto"));
  question.set_file_by_filename("clusterwire/type/v1/access.proto");
  EXPECT_EQ(FilesOf(Answer(question)).front(), "clusterwire/type/v1/access.proto");
  auto& extension = *question.mutable_file_containing_extension();
  extension.set_containing_type("google.protobuf.MethodOptions");
  extension.set_extension_number(type::v1::kAccessFieldNumber);
  EXPECT_EQ(FilesOf(Answer(question)).front(), "clusterwire/type/v1/access.proto");
  question.set_all_extension_numbers_of_type("google.protobuf.MethodOptions");
  EXPECT_THAT(Answer(question).all_extension_numbers_response().extension_number(),
              Contains(type::v1::kAccessFieldNumber));
}

TEST_F(ReflectionTest, WhatIsNotThereIsAnAnswerAndTheStreamGoesOn) {
  Start();
  Stream<V1> stream(channel_, "");
  ServerReflectionResponse answer;
  std::vector<ServerReflectionRequest> questions(4);
  questions[0].set_file_containing_symbol("clusterwire.Nothing");
  questions[1].set_file_by_filename("../secret");
  questions[2].mutable_file_containing_extension()->set_containing_type("nothing");
  questions[3].set_all_extension_numbers_of_type("nothing");
  for (const ServerReflectionRequest& question : questions) {
    ASSERT_TRUE(stream.Ask(question, &answer));
    EXPECT_EQ(answer.error_response().error_code(), grpc::StatusCode::NOT_FOUND);
  }
  ASSERT_TRUE(stream.Ask({}, &answer));
  EXPECT_EQ(answer.error_response().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  ASSERT_TRUE(stream.Ask(List(), &answer));
  EXPECT_TRUE(answer.has_list_services_response());
}

TEST_F(ReflectionTest, WhoKeepsStreamsOpenKeepsNoOtherCallerOut) {
  Start({.runtime = {.callers = {.subject = {1000, 1}, .address = {1000, 2}}}});
  std::vector<std::unique_ptr<Stream<V1>>> open;
  ServerReflectionResponse answer;
  for (int i = 0; i < 2; ++i) {
    open.push_back(std::make_unique<Stream<V1>>(channel_, ""));
    ASSERT_TRUE(open.back()->Ask(List(), &answer));
  }
  Stream<V1> refused(channel_, "");
  EXPECT_FALSE(refused.Ask(List(), &answer));
  EXPECT_THAT(refused.Finish(), ReasonIs("CALLER_LIMIT"));
  EXPECT_TRUE(IsAnswered<V1>("corp:1"));
  EXPECT_TRUE(IsAnswered<V1Alpha>("operator"));
}

TEST_F(ReflectionTest, AnIdentityThatDoesntHoldIsTheCallsToRefuse) {
  EchoServer& server = Start({.runtime = {.callers = {.address = {1000, 1}}}});
  server.runtime().SetRights([](Caller*) { return absl::InternalError("the database is away"); });
  EXPECT_TRUE(IsAnswered<V1>("corp:1"));
  for (const char* who : {"wrong", "late", "new"}) {
    EXPECT_TRUE(Eventually([&] { return IsAnswered<V1>(who); })) << "counted by address";
  }
  EXPECT_EQ(desk_.found_out(), 0u);
  EXPECT_THAT(Echo<EchoService>("wrong"), ReasonIs("TOKEN_INVALID"));
}

TEST_F(ReflectionTest, QuestionsWhoseAnswersArentReadAreBounded) {
  Start();
  const auto ends_with = [this](const ServerReflectionRequest& question, int times) {
    Stream<V1> stream(channel_, "");
    std::thread asks([&] {
      for (int i = 0; i < times; ++i) {
        if (!stream.stream->Write(question)) break;
      }
    });
    for (ServerReflectionResponse answer; stream.stream->Read(&answer);) continue;
    asks.join();
    return stream.Finish();
  };
  ServerReflectionRequest question;
  question.set_file_containing_symbol(std::string(2 << 20, 'x'));
  EXPECT_THAT(ends_with(question, 1), ReasonIs("REFLECTION_TOO_MUCH"));
  question.set_file_containing_symbol(kEchoService);
  question.set_host(std::string(600, 'x'));
  EXPECT_THAT(ends_with(question, 100'000), ReasonIs("REFLECTION_TOO_MUCH"));
}

TEST_F(ReflectionTest, AStreamWithoutAQuestionIsEnded) {
  EchoServer& server = Start();
  Stream<V1> silent(channel_, "");
  ServerReflectionResponse answer;
  ASSERT_TRUE(silent.Ask(List(), &answer));
  const absl::Time asked = server.clock().Now();
  EXPECT_TRUE(Eventually([&] {
    server.clock().Advance(absl::Seconds(1));
    return server.Shows("clusterwire_rpc_open_streams", 0);
  }));
  EXPECT_THAT(silent.Finish(), ReasonIs("REFLECTION_IDLE"));
  EXPECT_GE(server.clock().Now() - asked, absl::Minutes(1));
  EXPECT_LE(server.clock().Now() - asked, absl::Hours(1));
}

TEST_F(ReflectionTest, AServiceThatStillStartsShowsItsContracts) {
  Start({.runtime = {.started = false}});
  EXPECT_TRUE(IsAnswered<V1>(""));
  EXPECT_TRUE(IsAnswered<V1>("corp:1"));
  EXPECT_THAT(Echo<EchoService>(""), ReasonIs("STARTING"));
}

}  // namespace
}  // namespace clusterwire::rpc
