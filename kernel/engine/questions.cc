#include "kernel/engine/questions.h"

#include <poll.h>

#include <algorithm>
#include <iostream>
#include <utility>

namespace ferry::engine {

Questions::~Questions() {
  std::unique_lock<std::mutex> lock(mutex_);
  fewer_.wait(lock, [this] { return open_.empty(); });
}

void Questions::Ask(std::optional<Cell> cell) {
  std::lock_guard<std::mutex> lock(mutex_);
  cell_ = std::move(cell);
}

void Questions::InterruptThreads() {
  std::lock_guard<std::mutex> lock(mutex_);
  CloseAll(Question::kInterrupted, /*of_threads=*/true);
}

void Questions::Deafen() {
  std::lock_guard<std::mutex> lock(mutex_);
  deaf_ = true;
  CloseAll(Question::kGone, /*of_threads=*/false);
}

void Questions::Hear() {
  std::lock_guard<std::mutex> lock(mutex_);
  deaf_ = false;
}

void Questions::End() {
  std::lock_guard<std::mutex> lock(mutex_);
  over_ = true;
  CloseAll(Question::kGone, /*of_threads=*/false);
}

void Questions::Pause() {
  std::lock_guard<std::mutex> lock(mutex_);
  paused_ = true;
}

void Questions::GoOn(bool restored) {
  std::lock_guard<std::mutex> lock(mutex_);
  paused_ = false;
  if (restored) return CloseAll(Question::kGone, /*of_threads=*/false);
  for (Question* question : open_) question->changed_.Set();  // the socket is another one
}

void Questions::CloseAll(int state, bool of_threads) {
  for (Question* question : open_) {
    if (question->state_ != Question::kOpen || (of_threads && !question->of_thread_)) continue;
    question->state_ = static_cast<Question::State>(state);
    question->changed_.Set();
  }
}

void Questions::Receive() {
  if (paused_ || over_) return;
  for (zmq::multipart_t wire; wire.recv(wire_.stdin_, ZMQ_DONTWAIT); wire.clear()) {
    try {
      const xeus::xmessage message = wire_.Parse(wire);
      const nl::json& asked = message.parent_header();
      const bool named = asked.value("msg_type", "") == "input_request";
      const auto meant = [&](const Question* q) { return q->state_ == Question::kOpen && (!named || q->id_ == asked.value("msg_id", "")); };
      const auto question = std::ranges::find_if(open_, meant);
      if (question == open_.end()) continue;  // what it answers is over
      (*question)->answer_ = message.content().value("value", "");
      (*question)->state_ = Question::kAnswered;
      (*question)->changed_.Set();
    } catch (std::exception& error) {
      std::cerr << "unreadable message on stdin: " << error.what() << std::endl;
    }
  }
}

Question::Question(Questions& questions, const std::string& prompt, bool password, bool of_thread)
    : questions_(questions), of_thread_(of_thread) {
  std::lock_guard<std::mutex> lock(questions_.mutex_);
  if (questions_.deaf_ || questions_.paused_ || questions_.over_) state_ = kGone;
  else if (!questions_.cell_) state_ = kNoCell;
  questions_.Receive();  // what came before the question is no answer to it
  questions_.open_.push_back(this);
  if (state_ != kOpen) return;
  const Wire& wire = questions_.wire_;
  xeus::xmessage message = wire.Answer(questions_.cell_->identities, questions_.cell_->header, "input_request", {{"prompt", prompt}, {"password", password}});
  id_ = message.header().value("msg_id", "");
  wire.Send(questions_.wire_.stdin_, std::move(message));
}

Question::~Question() {
  std::lock_guard<std::mutex> lock(questions_.mutex_);
  questions_.open_.remove(this);
  questions_.fewer_.notify_all();
}

Question::State Question::state() {
  std::lock_guard<std::mutex> lock(questions_.mutex_);
  return state_;
}

// The socket's descriptor is edge-triggered and shared: it is asked for again, and everything read, before each wait. Sending
// takes the edge in as well, so that the reading comes after it.
void Question::Wait(int also) {
  pollfd items[] = {{changed_.fd(), POLLIN, 0}, {also, POLLIN, 0}, {-1, POLLIN, 0}};
  {
    std::lock_guard<std::mutex> lock(questions_.mutex_);
    questions_.Receive();
    if (state_ != kOpen) return;
    if (!questions_.paused_) items[2].fd = questions_.wire_.stdin_.get(zmq::sockopt::fd);
  }
  (void)::poll(items, 3, -1);
  changed_.Clear();
}

}  // namespace ferry::engine
