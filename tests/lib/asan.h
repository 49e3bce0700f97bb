/* asan.h - whether the address sanitizer watches this build. */
#ifndef TRESTLE_TESTS_LIB_ASAN_H
#define TRESTLE_TESTS_LIB_ASAN_H

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif

#ifndef HAS_ASAN
#define HAS_ASAN 0
#endif

#endif
