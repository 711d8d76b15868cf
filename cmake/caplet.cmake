# SPDX-License-Identifier: MIT-0
# Capsules in CMake builds, with Ninja or Make. Needs CMake 3.20.
#
#   include(.../cmake/caplet.cmake)
#   caplet_add_capsule(TARGET app MODEL model.onnx)
#
# compiles the model where Node and Caplet are found, again whenever the model, its external data, the options or Caplet
# change, and adds the capsule's C to the target. The generated files lie in your source tree: commit them. Where there is
# no Node they are used as they are, if they belong to the model.
#
#   TARGET   gets the capsule's source and its folder as include path
#   MODEL    ONNX or TensorFlow Lite file, relative to the calling CMakeLists.txt
#   TIER     portable (default), accelerated, native: which source is compiled
#   NAME     prefix in C; default: model
#   FOLDER   of the generated files; default: capsule, relative to the calling CMakeLists.txt
#   WINDOWS  also write that many inputs with their outputs into FOLDER/windows.h (targets/template/replay.h)
#   OPTIONS  further flags of `caplet compile`: --target nrf52840 --shape x=1,1,187
#
# Caplet is looked for in node_modules/, from the calling folder upwards, and where the environment variable CAPLET names a
# clone; CAPLET_COMMAND may name the command instead. CAPLET_USE_COMMITTED=ON takes the committed files in any case.
# caplet_add_engine and caplet_add_service (caplet-firmware.cmake) add what runs the capsule.
if(CMAKE_VERSION VERSION_LESS 3.20)
  message(FATAL_ERROR "Caplet needs CMake 3.20; this is ${CMAKE_VERSION}")
endif()
cmake_policy(VERSION 3.20)
include(${CMAKE_CURRENT_LIST_DIR}/caplet-firmware.cmake)
option(CAPLET_USE_COMMITTED "Use the generated files of capsules as they are, also where Caplet could compile them" OFF)

function(caplet_add_capsule)
  cmake_parse_arguments(PARSE_ARGV 0 CAPSULE "" "TARGET;MODEL;TIER;NAME;FOLDER;WINDOWS" "OPTIONS")
  if(CAPSULE_UNPARSED_ARGUMENTS OR NOT CAPSULE_TARGET OR NOT CAPSULE_MODEL)
    message(FATAL_ERROR "caplet_add_capsule(TARGET target MODEL model.onnx [TIER tier] [NAME name] [FOLDER folder] "
                        "[WINDOWS count] [OPTIONS flags...]); unknown: ${CAPSULE_UNPARSED_ARGUMENTS}")
  endif()
  caplet_default(CAPSULE_TIER portable)
  caplet_default(CAPSULE_NAME model)
  caplet_default(CAPSULE_FOLDER capsule)
  get_filename_component(model ${CAPSULE_MODEL} ABSOLUTE)
  get_filename_component(folder ${CAPSULE_FOLDER} ABSOLUTE)
  if(CAPSULE_TIER STREQUAL "portable")
    set(stem ${folder}/model)
  elseif(CAPSULE_TIER MATCHES "^(accelerated|native)$")
    set(stem ${folder}/model.${CAPSULE_TIER})
  else()
    message(FATAL_ERROR "There is no tier ${CAPSULE_TIER}: portable, accelerated, native")
  endif()
  # The first is what the depfile's rule is for.
  set(files ${folder}/model.wasm ${stem}.c ${stem}.h ${folder}/model.h ${folder}/manifest.json ${folder}/report.json)
  list(REMOVE_DUPLICATES files)

  caplet_find_command(command package reason)
  if(command)
    set(flags --name ${CAPSULE_NAME} --tier ${CAPSULE_TIER} ${CAPSULE_OPTIONS})
    caplet_compile("${command}" "${package}" ${model} ${folder} "${files}" "${flags}" "${CAPSULE_WINDOWS}")
  else()
    caplet_use_committed(${model} ${folder} "${files}" ${CAPSULE_NAME} "${CAPSULE_WINDOWS}" "${reason}")
  endif()

  set_property(SOURCE ${stem}.c TARGET_DIRECTORY ${CAPSULE_TARGET} APPEND PROPERTY COMPILE_OPTIONS ${CAPLET_FLAGS})
  if(CAPSULE_TIER STREQUAL "native")
    set_property(SOURCE ${stem}.c TARGET_DIRECTORY ${CAPSULE_TARGET} APPEND PROPERTY COMPILE_OPTIONS -O3)
    set_property(SOURCE ${stem}.c TARGET_DIRECTORY ${CAPSULE_TARGET} APPEND PROPERTY INCLUDE_DIRECTORIES ${CAPLET_TARGETS}/shim)
  endif()
  if(CAPSULE_WINDOWS)
    list(APPEND files ${folder}/windows.h)
  endif()
  # Headers and all: nothing of the target is compiled before they are there.
  target_sources(${CAPSULE_TARGET} PRIVATE ${files})
  target_include_directories(${CAPSULE_TARGET} PRIVATE ${folder})
endfunction()

macro(caplet_default variable value)
  if(NOT ${variable})
    set(${variable} ${value})
  endif()
endmacro()

# The rule that compiles the model. Depends on the package, since another version may write other files.
function(caplet_compile command package model folder files flags windows)
  string(SHA256 key "${folder}")
  string(SUBSTRING ${key} 0 12 key)
  set(own ${CMAKE_CURRENT_BINARY_DIR}/caplet-${key})
  caplet_write_if_different(${own}.flags "${flags};${windows}")
  set(steps COMMAND ${command} compile ${model} -o ${folder} ${flags} --depfile ${own}.d)
  if(windows)
    set(script ${CAPLET_TARGETS}/template/make-windows.mjs)
    list(APPEND steps COMMAND ${CAPLET_NODE} ${script} ${folder}/model.wasm ${folder}/windows.h --count ${windows})
    list(APPEND files ${folder}/windows.h)
  endif()
  add_custom_command(
    OUTPUT ${files} ${steps}
    DEPENDS ${model} ${own}.flags ${package}
    DEPFILE ${own}.d
    COMMENT "Compiling ${model} into ${folder}"
    VERBATIM)
endfunction()

function(caplet_write_if_different path text)
  if(EXISTS ${path})
    file(READ ${path} before)
    if(before STREQUAL text)
      return()
    endif()
  endif()
  file(WRITE ${path} "${text}")
endfunction()

# Sets `command` to what runs Caplet and `package` to the package.json of the same; or leaves both empty and sets `reason`.
function(caplet_find_command command package reason)
  set(${command} "" PARENT_SCOPE)
  set(${package} "" PARENT_SCOPE)
  find_program(CAPLET_NODE NAMES node nodejs DOC "Node, which runs Caplet")
  if(CAPLET_USE_COMMITTED)
    set(${reason} "CAPLET_USE_COMMITTED is set" PARENT_SCOPE)
  elseif(CAPLET_COMMAND)
    set(${command} ${CAPLET_COMMAND} PARENT_SCOPE)
  elseif(NOT CAPLET_NODE OR NOT EXISTS "${CAPLET_NODE}")
    set(${reason} "Node is not here" PARENT_SCOPE)
  else()
    caplet_find_package(found)
    if(found)
      set(${command} ${CAPLET_NODE} ${found}/dist/compiler/cli.js PARENT_SCOPE)
      set(${package} ${found}/package.json PARENT_SCOPE)
    else()
      set(${reason} "the package caplet is not installed" PARENT_SCOPE)
    endif()
  endif()
endfunction()

# The package that this file is part of, the clone that the environment variable CAPLET names, or what npm installed nearest.
function(caplet_find_package result)
  set(candidates ${CAPLET_TARGETS}/.. $ENV{CAPLET})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR})
  while(NOT folder STREQUAL parent)
    list(APPEND candidates ${folder}/node_modules/caplet)
    set(parent ${folder})
    get_filename_component(folder ${folder} DIRECTORY)
  endwhile()
  foreach(candidate IN LISTS candidates)
    if(EXISTS ${candidate}/dist/compiler/cli.js)
      set(${result} ${candidate} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  set(${result} "" PARENT_SCOPE)
endfunction()

# Takes the generated files as they are; refuses files of another model. A change of either makes CMake look again.
function(caplet_use_committed model folder files name windows reason)
  string(CONCAT remedy "Install Node and Caplet (npm install caplet), or where they are run this build or "
                       "`caplet compile`, and commit ${folder}.")
  if(windows)
    list(APPEND files ${folder}/windows.h)
  endif()
  foreach(file IN LISTS files)
    if(NOT EXISTS ${file})
      message(FATAL_ERROR "${file} is not there, and it cannot be compiled: ${reason}. ${remedy}")
    endif()
  endforeach()
  file(READ ${folder}/report.json report)
  string(JSON written_name GET "${report}" capsule name)
  string(JSON stem GET "${report}" model name)
  if(NOT written_name STREQUAL name)
    message(FATAL_ERROR "${folder} is stale: it was compiled with --name ${written_name}, not ${name}, and ${reason}. ${remedy}")
  endif()
  string(JSON sha256 GET "${report}" model sha256)
  caplet_check_hash(${model} ${sha256} ${folder} "${reason}" "${remedy}")
  get_filename_component(place ${model} DIRECTORY)
  string(JSON count LENGTH "${report}" external_data)
  if(count GREATER 0)
    math(EXPR last "${count} - 1")
    foreach(index RANGE ${last})
      string(JSON file GET "${report}" external_data ${index} file)
      string(JSON sha256 GET "${report}" external_data ${index} sha256)
      caplet_check_hash(${place}/${file} ${sha256} ${folder} "${reason}" "${remedy}")
    endforeach()
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/report.json)
  message(STATUS "Capsule ${folder}: the committed files are used, since ${reason}")
endfunction()

function(caplet_check_hash file expected folder reason remedy)
  if(NOT EXISTS ${file})
    message(WARNING "${file} is not there: whether ${folder} was compiled from it cannot be checked")
    return()
  endif()
  file(SHA256 ${file} actual)
  if(NOT actual STREQUAL expected)
    message(FATAL_ERROR "${folder} is stale: ${file} has changed since it was compiled, and ${reason}. ${remedy}")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
endfunction()
