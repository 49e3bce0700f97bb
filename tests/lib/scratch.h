/* scratch.h - a folder in memory for targets whose input is a file. It goes when the program ends.
 */
#ifndef TRESTLE_TESTS_LIB_SCRATCH_H
#define TRESTLE_TESTS_LIB_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

/* The folder, in which file @name holds these @size bytes now. */
const char *scratch_file_put(const char *name, const uint8_t *data, size_t size);

#endif
