# find_package(gridnet): the target gridnet::gridnet is the static library, gridnet::shared the shared one.
include(CMakeFindDependencyMacro)
find_dependency(Threads)

get_filename_component(_gridnet_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET gridnet::gridnet)
  add_library(gridnet::gridnet STATIC IMPORTED)
  set_target_properties(gridnet::gridnet PROPERTIES
    IMPORTED_LOCATION "${_gridnet_prefix}/lib/libgridnet.a"
    INTERFACE_INCLUDE_DIRECTORIES "${_gridnet_prefix}/include"
    INTERFACE_COMPILE_FEATURES cxx_std_17
    INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
  add_library(gridnet::shared SHARED IMPORTED)
  set_target_properties(gridnet::shared PROPERTIES
    IMPORTED_LOCATION "${_gridnet_prefix}/lib/libgridnet.so.@VERSION@"
    IMPORTED_SONAME "libgridnet.so.@SOVERSION@"
    INTERFACE_INCLUDE_DIRECTORIES "${_gridnet_prefix}/include"
    INTERFACE_COMPILE_FEATURES cxx_std_17)
endif()

unset(_gridnet_prefix)
