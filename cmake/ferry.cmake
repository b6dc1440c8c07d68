# What every layer needs: its flags, its tests, and the place of its Python half in the package `kernelferry`.

add_library(ferry_options INTERFACE)
target_compile_features(ferry_options INTERFACE cxx_std_20)
target_include_directories(ferry_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(ferry_options INTERFACE -Wall -Wextra)

# Where the importable package is assembled, in the build tree (PYTHONPATH=<build>/python) and on installation.
set(FERRY_PACKAGE_DIR "${CMAKE_BINARY_DIR}/python/kernelferry")
set(FERRY_INSTALL_PACKAGE "lib/python3.11/site-packages/kernelferry" CACHE STRING "package folder below the prefix")
if(SKBUILD)
  set(FERRY_INSTALL_PACKAGE "kernelferry")
endif()

# ferry_layer(NAME SOURCES a.cc ... DEPS ferry_x ... [PYTHON])
# A static library ferry_NAME of one layer. PYTHON: the layer may include Python headers.
function(ferry_layer name)
  cmake_parse_arguments(L "PYTHON" "" "SOURCES;DEPS" ${ARGN})
  if(L_SOURCES)
    add_library(ferry_${name} STATIC ${L_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(ferry_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_link_libraries(ferry_${name} ${scope} ferry_options ${L_DEPS})
  if(L_PYTHON)
    target_link_libraries(ferry_${name} ${scope} pybind11::module)
  endif()
endfunction()

# ferry_test(NAME SOURCES a_test.cc ... DEPS ferry_x ... [EMBED])
# A GoogleTest program NAME; EMBED: it runs a Python interpreter of its own and brings its own main().
function(ferry_test name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(T "EMBED" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  if(T_EMBED)
    target_link_libraries(${name} PRIVATE ${T_DEPS} pybind11::embed GTest::gtest)
  else()
    target_link_libraries(${name} PRIVATE ${T_DEPS} GTest::gtest_main)
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60)
endfunction()

# ferry_python(SUBPACKAGE file.py ...): Python files of this folder, as kernelferry.SUBPACKAGE ("." is the package).
function(ferry_python subpackage)
  file(MAKE_DIRECTORY "${FERRY_PACKAGE_DIR}/${subpackage}")
  foreach(source ${ARGN})
    file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}/${source}" "${FERRY_PACKAGE_DIR}/${subpackage}/${source}" SYMBOLIC)
  endforeach()
  install(FILES ${ARGN} DESTINATION "${FERRY_INSTALL_PACKAGE}/${subpackage}")
endfunction()

# ferry_extension(NAME SOURCES ... DEPS ...): the extension module kernelferry.NAME.
function(ferry_extension name)
  cmake_parse_arguments(E "" "" "SOURCES;DEPS" ${ARGN})
  pybind11_add_module(${name} MODULE NO_EXTRAS ${E_SOURCES})
  target_link_libraries(${name} PRIVATE ${E_DEPS})
  set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${FERRY_PACKAGE_DIR}")
  install(TARGETS ${name} DESTINATION "${FERRY_INSTALL_PACKAGE}")
endfunction()
