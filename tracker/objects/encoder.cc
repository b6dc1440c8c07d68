#include "tracker/objects/encoder.h"

namespace ferry::objects {

void Encoder::Raw(const void* data, std::size_t size) {
  if (size > kBuffer / 4) {
    Spill();
    spilled_->Add(data, size);
    return;
  }
  Reserve(size);
  std::memcpy(buffer_ + used_, data, size);
  used_ += size;
}

void Encoder::Spill() {
  if (!spilled_) spilled_.emplace();
  spilled_->Add(buffer_, used_);
  used_ = 0;
}

Digest Encoder::Finish() {
  if (!spilled_) return DigestOf(buffer_, used_);
  Spill();
  return spilled_->Finish();
}

void Encoder::Restart() {
  used_ = 0;
  spilled_.reset();
}

}  // namespace ferry::objects
