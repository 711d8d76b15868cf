# SPDX-License-Identifier: MIT-0
# Adds what runs a capsule to a firmware's target: shim, engine, capsule, serial service. Needs CMake 3.19.
#
#   caplet_firmware(<target> CAPSULE <folder> ENGINE native|wamr-fast|wamr-classic|wasm3 [ACCELERATED])
#
# CAPSULE is what `caplet compile -o` wrote. Interpreters are compiled from your checkout of their sources: CAPLET_WAMR or
# CAPLET_WASM3, as a CMake or an environment variable. ACCELERATED adds the host kernels.

set(CAPLET_TARGETS ${CMAKE_CURRENT_LIST_DIR}/.. CACHE INTERNAL "Caplet's folder targets/")

# A fused multiply-add changes bits: none of Caplet's C may be compiled with it. Sections of their own let the linker
# (-Wl,--gc-sections, which the SDKs give) leave out what no capsule reaches; WAMR does not link otherwise.
set(CAPLET_FLAGS -ffp-contract=off -ffunction-sections -fdata-sections)

function(caplet_firmware target)
  cmake_parse_arguments(PARSE_ARGV 1 FIRMWARE "ACCELERATED" "CAPSULE;ENGINE" "")
  set(shim ${CAPLET_TARGETS}/shim)
  set(template ${CAPLET_TARGETS}/template)

  file(GLOB sources CONFIGURE_DEPENDS ${shim}/caplet*.c)
  list(FILTER sources EXCLUDE REGEX "/caplet_(native|wamr|wasm3)\\.c$")
  list(APPEND sources ${template}/frames.c ${template}/measure.c ${template}/service.c ${template}/replay.c
       ${template}/stored_model.c)
  set(includes ${shim} ${template} ${FIRMWARE_CAPSULE})

  if(FIRMWARE_ENGINE STREQUAL "native")
    file(GLOB capsule CONFIGURE_DEPENDS ${FIRMWARE_CAPSULE}/model.native.c)
    list(APPEND sources ${shim}/caplet_native.c)
    set_property(SOURCE ${capsule} APPEND PROPERTY COMPILE_OPTIONS -O3)
  else()
    file(GLOB capsule CONFIGURE_DEPENDS ${FIRMWARE_CAPSULE}/*.c)
    list(FILTER capsule EXCLUDE REGEX "/model\\.native\\.c$")
    caplet_add_engine(${target} ${FIRMWARE_ENGINE})
  endif()
  if(NOT capsule)
    message(FATAL_ERROR "No capsule for ${FIRMWARE_ENGINE} in ${FIRMWARE_CAPSULE}: run `caplet compile model.onnx -o ${FIRMWARE_CAPSULE}`")
  endif()

  if(FIRMWARE_ACCELERATED)
    file(GLOB kernels CONFIGURE_DEPENDS ${CAPLET_TARGETS}/kernels/*.c)
    set_property(SOURCE ${kernels} APPEND PROPERTY COMPILE_OPTIONS -O2)
    list(APPEND sources ${kernels})
    list(APPEND includes ${CAPLET_TARGETS}/kernels)
  endif()

  target_sources(${target} PRIVATE ${sources} ${capsule})
  target_include_directories(${target} PRIVATE ${includes})
  target_compile_options(${target} PRIVATE ${CAPLET_FLAGS})
endfunction()

# An interpreter, file by file, from engines.json: the list that Caplet's own boards are built from.
function(caplet_add_engine target engine)
  set(engines ${CAPLET_TARGETS}/engines)
  file(READ ${engines}/engines.json list)
  string(JSON source ERROR_VARIABLE unknown GET "${list}" engines ${engine} source)
  if(unknown)
    message(FATAL_ERROR "There is no engine ${engine}: native, wamr-fast, wamr-classic, wasm3")
  endif()
  string(JSON variable GET "${list}" sources ${source} environment)
  set(checkout ${${variable}})
  if(NOT checkout)
    set(checkout $ENV{${variable}})
  endif()
  if(NOT EXISTS "${checkout}")
    message(FATAL_ERROR "Set ${variable} to a checkout of the sources of ${source}: ${engine} is compiled from them")
  endif()

  caplet_json_list(interpreter "${list}" engines ${engine} interpreter)
  caplet_json_list(files "${list}" builds ${source} files)
  caplet_json_list(own_files "${list}" builds ${source} ownFiles)
  caplet_json_list(includes "${list}" builds ${source} includes)
  caplet_json_list(own_includes "${list}" builds ${source} ownIncludes)
  caplet_json_list(defines "${list}" builds ${source} defines)
  caplet_json_list(engine_defines "${list}" engines ${engine} defines)
  string(JSON binding GET "${list}" engines ${engine} binding)

  list(TRANSFORM interpreter PREPEND ${checkout}/)
  list(TRANSFORM files PREPEND ${checkout}/)
  list(TRANSFORM own_files PREPEND ${engines}/)
  list(TRANSFORM includes PREPEND ${checkout}/)
  list(TRANSFORM own_includes PREPEND ${engines}/)
  set(binding ${CAPLET_TARGETS}/shim/${binding})
  set(all ${interpreter} ${files} ${own_files} ${binding})

  target_sources(${target} PRIVATE ${all})
  # For these files alone: some definitions replace the C library's allocator.
  set_property(SOURCE ${all} APPEND PROPERTY INCLUDE_DIRECTORIES ${own_includes} ${includes} ${CAPLET_TARGETS}/shim)
  set_property(SOURCE ${all} APPEND PROPERTY COMPILE_DEFINITIONS ${defines} ${engine_defines})
  set_property(SOURCE ${files} ${interpreter} APPEND PROPERTY COMPILE_OPTIONS -w)
  # An interpreter loses half its speed at -Os.
  set_property(SOURCE ${interpreter} APPEND PROPERTY COMPILE_OPTIONS -O3)
endfunction()

function(caplet_json_list result json)
  string(JSON count LENGTH "${json}" ${ARGN})
  set(items)
  if(count GREATER 0)
    math(EXPR last "${count} - 1")
    foreach(index RANGE ${last})
      string(JSON item GET "${json}" ${ARGN} ${index})
      list(APPEND items ${item})
    endforeach()
  endif()
  set(${result} ${items} PARENT_SCOPE)
endfunction()
