/// \file
/// Bytes: arrays of a fixed size, and views of somebody else's memory.
#ifndef GRIDNET_BYTES_HPP
#define GRIDNET_BYTES_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace gridnet {

/// A digest, an address, a public key.
using Bytes32 = std::array<std::uint8_t, 32>;
/// A signature.
using Bytes64 = std::array<std::uint8_t, 64>;

namespace detail {

template <class T>
constexpr bool is_byte = sizeof(T) == 1 && !std::is_same_v<std::remove_cv_t<T>, bool>;

/// The memory of anything that has data() and size() in entries that are plain bytes, or arrays of them.
template <class T>
struct flat : std::bool_constant<is_byte<T>> {};
template <class T, std::size_t N>
struct flat<std::array<T, N>> : flat<T> {};
template <class T, std::size_t N>
struct flat<const std::array<T, N>> : flat<T> {};

template <class C>
using entry = std::remove_pointer_t<decltype(std::declval<C&>().data())>;

template <class C>
using enable_flat = std::enable_if_t<flat<std::remove_cv_t<entry<C>>>::value, decltype(std::declval<C&>().size())>;

}  // namespace detail

/// Bytes that are read. They must outlive the call that they are given to, no longer.
///
/// Made of a pointer and a size, or of whatever has data() and size(): std::vector, std::array, std::string, std::span,
/// of bytes or of arrays of bytes.
class View {
 public:
  View() noexcept = default;
  View(const void* data, std::size_t size) noexcept
      : data_(static_cast<const std::uint8_t*>(data)), size_(size) {}
  template <class C, class = detail::enable_flat<const C>>
  View(const C& bytes) noexcept
      : data_(reinterpret_cast<const std::uint8_t*>(bytes.data())),
        size_(bytes.size() * sizeof(detail::entry<const C>)) {}

  const std::uint8_t* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Bytes that are written, in the caller's memory. Otherwise as View.
class Room {
 public:
  Room() noexcept = default;
  Room(void* data, std::size_t size) noexcept : data_(static_cast<std::uint8_t*>(data)), size_(size) {}
  template <class C, class = detail::enable_flat<C>,
            class = std::enable_if_t<!std::is_const_v<detail::entry<C>>>>
  Room(C& bytes) noexcept
      : data_(reinterpret_cast<std::uint8_t*>(bytes.data())), size_(bytes.size() * sizeof(detail::entry<C>)) {}

  std::uint8_t* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Overwrites a secret so that nothing of it is left behind.
void wipe(Room secret) noexcept;

}  // namespace gridnet

#endif
