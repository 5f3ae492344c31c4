/// \file
/// Which GRIDNET this is: the headers a program was compiled with, and the library it runs with.
#ifndef GRIDNET_VERSION_HPP
#define GRIDNET_VERSION_HPP

/// The version of these headers.
#define GRIDNET_VERSION "0.1.0"

namespace gridnet {

/// The version of the library that the program runs with.
const char* version() noexcept;

/// Whether the library is one that the program was compiled for: until 1.0 every minor version differs.
inline bool is_version_right() noexcept {
  const char* header = GRIDNET_VERSION;
  const char* library = version();
  int dots = *header == '0' ? 2 : 1;
  while (*header != '\0' && *header == *library) {
    if (*header == '.' && --dots == 0) return true;
    ++header;
    ++library;
  }
  return *header == *library;
}

}  // namespace gridnet

#endif
