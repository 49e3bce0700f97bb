/* file_memory.h - one small file in memory, for targets whose input is a file.
 *
 * The linker puts these functions in the place of the node's file_read() and file_write(), and of
 * stat() (-Wl,--wrap, tests/CMakeLists.txt): a file of the folder that file_memory_put() gives is
 * the one in memory, which nobody else may read; all others are the disk's. Five calls of the
 * kernel for each input took longer than what was tried.
 */
#ifndef TRESTLE_TESTS_LIB_FILE_MEMORY_H
#define TRESTLE_TESTS_LIB_FILE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

enum { FILE_MEMORY_BYTES_MAX = 64 * 1024 };

/* The folder, in which there is nothing but file @name with these @size bytes. */
const char *file_memory_put(const char *name, const uint8_t *data, size_t size);

#endif
