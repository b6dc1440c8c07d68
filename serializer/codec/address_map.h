// Addresses of Python objects -> one value each, asked once for every object that is pickled. Open addressing without
// deletion: a look-up that finds nothing is one cache line. Whoever fills it keeps the objects alive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ferry::codec {

template <typename Value>
class AddressMap {
 public:
  // The value of an address, or null. Valid until the next Put.
  const Value* Find(const void* address) const {
    if (count_ == 0) return nullptr;
    for (std::size_t i = Slot(address);; i = (i + 1) & mask_) {
      if (slots_[i].address == address) return &slots_[i].value;
      if (!slots_[i].address) return nullptr;
    }
  }

  // A second Put of one address replaces its value.
  void Put(const void* address, Value value) {
    if (count_ * 2 >= slots_.size()) Grow();
    std::size_t i = Slot(address);
    while (slots_[i].address && slots_[i].address != address) i = (i + 1) & mask_;
    count_ += !slots_[i].address;
    slots_[i] = {address, value};
  }

 private:
  struct Entry {
    const void* address = nullptr;
    Value value{};
  };

  std::size_t Slot(const void* address) const {
    return (reinterpret_cast<std::uintptr_t>(address) >> 4) * 0x9E3779B97F4A7C15ull >> 20 & mask_;
  }

  void Grow() {
    std::vector<Entry> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    count_ = 0;
    for (const Entry& e : old)
      if (e.address) Put(e.address, e.value);
  }

  std::vector<Entry> slots_;
  std::size_t mask_ = 0;
  std::size_t count_ = 0;
};

}  // namespace ferry::codec
