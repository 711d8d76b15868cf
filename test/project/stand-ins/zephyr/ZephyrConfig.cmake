# SPDX-License-Identifier: Apache-2.0
# What find_package(Zephyr) does for a project, as far as Caplet's module and template see it: choices of prj.conf as
# variables, the library app, and the modules' CMake. Written from Zephyr's documentation; compiles, links nothing.
# SDK_HEADERS holds the stand-ins of the headers.
enable_language(C)

file(STRINGS ${CMAKE_CURRENT_SOURCE_DIR}/prj.conf lines REGEX "^CONFIG_")
foreach(line IN LISTS lines)
  if(line MATCHES "^(CONFIG_[A-Z0-9_]+)=(.*)$")
    set(${CMAKE_MATCH_1} ${CMAKE_MATCH_2})
  endif()
endforeach()

set(ZEPHYR_BASE ${CMAKE_CURRENT_LIST_DIR})
add_library(zephyr_interface INTERFACE)
target_include_directories(zephyr_interface INTERFACE ${SDK_HEADERS})

macro(zephyr_library_named name)
  set(ZEPHYR_CURRENT_LIBRARY ${name})
  add_library(${name} STATIC "")
  target_link_libraries(${name} PUBLIC zephyr_interface)
endmacro()

function(zephyr_include_directories)
  target_include_directories(zephyr_interface INTERFACE ${ARGN})
endfunction()

zephyr_library_named(app)
foreach(module IN LISTS ZEPHYR_EXTRA_MODULES)
  file(STRINGS ${module}/zephyr/module.yml folder REGEX "^ +cmake: ")
  string(REGEX REPLACE "^ +cmake: " "" folder ${folder})
  file(STRINGS ${module}/zephyr/module.yml name REGEX "^name: ")
  string(REGEX REPLACE "^name: " "" name ${name})
  add_subdirectory(${module}/${folder} ${CMAKE_CURRENT_BINARY_DIR}/modules/${name})
endforeach()
