#pragma once

#include <pthread.h>

#include <csignal>

namespace clusterwire {

// The order to stop, as SIGTERM (Kubernetes, `deploy/local/down`) or SIGINT (Ctrl-C). Make it first
// thing in main(): the signals are held back from every thread started later and reach only Wait().
// A second signal then stays pending and does nothing, so a stop isn't torn apart by impatience;
// the caller's SIGKILL remains. Also lets writes to broken connections fail instead of ending the
// program (SIGPIPE).
class StopSignal {
 public:
  StopSignal() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }

  // Blocks until one comes, or came before; gives its number.
  int Wait() {
    int signal = 0;
    while (sigwait(&signals_, &signal) != 0) {
    }
    return signal;
  }

 private:
  sigset_t signals_;
};

}  // namespace clusterwire
