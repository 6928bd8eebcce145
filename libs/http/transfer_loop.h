#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "libs/base/threads/mutex.h"
#include "libs/http/multi.h"

// For the clients that libcurl serves: http's own, and mail's.
namespace clusterwire::http {

// Before anything else of curl.
inline void InitialiseCurl() {
  static const CURLcode kInitialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)kInitialised;
}

// A thread on which curl works at transfers, many at a time. A transfer has
//
//   CURL* Prepare()      the handle to be worked at, its own; null: it has ended by itself
//   void End(CURLcode)   called once it is done
//   void Stop()          called instead, where the loop stops before
//
// all of them on this thread, on which it is destroyed too. Add() may be called from any thread.
template <typename Transfer>
class TransferLoop {
 public:
  // Works at `at_once` of them; the others wait in order. curl keeps `connections` at most, those
  // in use counted. `at_end` is called on the thread once nothing is worked at any more, before the
  // connections that are left are closed.
  TransferLoop(
      size_t at_once, size_t connections, std::function<void()> at_end = [] {})
      : at_once_(at_once), at_end_(std::move(at_end)), multi_(Ready(connections)) {
    thread_ = std::thread([this] { Run(); });
  }
  // Stops what was added, then joins.
  ~TransferLoop() {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
    }
    multi_.Wake();
    thread_.join();
  }
  TransferLoop(const TransferLoop&) = delete;
  TransferLoop& operator=(const TransferLoop&) = delete;

  // False while it stops: then nothing happens to the transfer.
  bool Add(std::unique_ptr<Transfer> transfer) {
    {
      MutexLock lock(mutex_);
      if (stopping_) return false;
      incoming_.push_back(std::move(transfer));
    }
    multi_.Wake();
    return true;
  }

 private:
  // curl has to be ready before there is a multi handle.
  static size_t Ready(size_t connections) {
    InitialiseCurl();
    return connections;
  }

  void Run() {
    while (TakeIncoming()) {
      multi_.WaitAndAct();
      while (const auto done = multi_.NextDone()) {
        const auto node = running_.extract(done->first);
        multi_.Remove(done->first);
        node.mapped()->End(done->second);
      }
    }
    while (!running_.empty()) {
      const auto node = running_.extract(running_.begin());
      multi_.Remove(node.key());
      node.mapped()->Stop();
    }
    for (const auto& transfer : waiting_) transfer->Stop();
    at_end_();
  }

  // False when it is time to stop.
  bool TakeIncoming() {
    std::vector<std::unique_ptr<Transfer>> incoming;
    bool stopping = false;
    {
      MutexLock lock(mutex_);
      incoming.swap(incoming_);
      stopping = stopping_;
    }
    for (auto& transfer : incoming) waiting_.push_back(std::move(transfer));
    while (!stopping && !waiting_.empty() && running_.size() < at_once_) {
      std::unique_ptr<Transfer> transfer = std::move(waiting_.front());
      waiting_.pop_front();
      CURL* const easy = transfer->Prepare();
      if (easy == nullptr) continue;
      multi_.Add(easy);
      running_.emplace(easy, std::move(transfer));
    }
    return !stopping;
  }

  const size_t at_once_;
  const std::function<void()> at_end_;
  Multi multi_;
  // The thread's own.
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> running_;
  std::deque<std::unique_ptr<Transfer>> waiting_;

  Mutex mutex_;
  std::vector<std::unique_ptr<Transfer>> incoming_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace clusterwire::http
