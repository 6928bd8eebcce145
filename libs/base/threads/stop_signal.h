#pragma once

#include <pthread.h>

#include <csignal>

namespace clusterwire {

// The order to stop, as SIGTERM (Kubernetes, `deploy/local/down`), SIGINT (Ctrl-C) or SIGHUP (the
// terminal was closed: nothing is read anew on it, so the program ends as well as on the others;
// under nohup it stays without effect). Make it first thing in main(): the signals are held back
// from every thread started later and reach only Wait(). A second signal then stays pending and
// does nothing, so a stop isn't torn apart by impatience; the caller's SIGKILL remains. What would
// end the program at once without a fault in it has no effect: SIGPIPE, so that writes to broken
// connections fail, and the two signals that mean something to other programs alone.
class StopSignal {
 public:
  StopSignal() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    struct sigaction at_start {};
    if (sigaction(SIGHUP, nullptr, &at_start) == 0 && at_start.sa_handler != SIG_IGN) {
      sigaddset(&signals_, SIGHUP);
    }
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    for (const int without_effect : {SIGPIPE, SIGUSR1, SIGUSR2}) {
      std::signal(without_effect, SIG_IGN);
    }
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
