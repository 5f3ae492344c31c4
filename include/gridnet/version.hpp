/// \file
/// Which GRIDNET this is: the headers a program was compiled with, and the library it runs with.
#ifndef GRIDNET_VERSION_HPP
#define GRIDNET_VERSION_HPP

/// The version of these headers.
#define GRIDNET_VERSION "0.1.0"

namespace gridnet {

/// The version of the library that the program runs with.
const char* version() noexcept;

/// Whether the library is of the version that the program was compiled with. Until 1.0 every version differs.
inline bool is_version_right() noexcept {
  const char* header = GRIDNET_VERSION;
  const char* library = version();
  while (*header != '\0' && *header == *library) {
    ++header;
    ++library;
  }
  return *header == *library;
}

}  // namespace gridnet

#endif
