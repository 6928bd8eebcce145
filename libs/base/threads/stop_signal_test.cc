#include "libs/base/threads/stop_signal.h"

#include <unistd.h>

#include <thread>

#include <gtest/gtest.h>

namespace clusterwire {
namespace {

TEST(StopSignal, WaitsForTheOrderToStop) {
  StopSignal stop;
  std::thread other([] { kill(getpid(), SIGTERM); });
  EXPECT_EQ(stop.Wait(), SIGTERM);
  other.join();
}

TEST(StopSignal, KeepsAnOrderThatCameBeforeAnybodyWaited) {
  StopSignal stop;
  kill(getpid(), SIGINT);
  EXPECT_EQ(stop.Wait(), SIGINT);
}

TEST(StopSignal, AClosedTerminalIsAnOrderToStopUnlessItWasToBeIgnored) {
  {
    StopSignal stop;
    kill(getpid(), SIGHUP);
    EXPECT_EQ(stop.Wait(), SIGHUP);
  }
  sigset_t hangup;
  sigemptyset(&hangup);
  sigaddset(&hangup, SIGHUP);
  pthread_sigmask(SIG_UNBLOCK, &hangup, nullptr);
  std::signal(SIGHUP, SIG_IGN);
  StopSignal stop;
  kill(getpid(), SIGHUP);
  kill(getpid(), SIGTERM);
  EXPECT_EQ(stop.Wait(), SIGTERM);
  std::signal(SIGHUP, SIG_DFL);
}

TEST(StopSignal, SignalsOfOtherProgramsDoNothing) {
  StopSignal stop;
  kill(getpid(), SIGUSR1);
  kill(getpid(), SIGUSR2);
  kill(getpid(), SIGTERM);
  EXPECT_EQ(stop.Wait(), SIGTERM);
}

TEST(StopSignal, LetsABrokenPipeBeAnError) {
  StopSignal stop;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  EXPECT_EQ(write(ends[1], "x", 1), -1);
  close(ends[1]);
}

}  // namespace
}  // namespace clusterwire
