/* spoil.h - what a disk does to a store at rest: bits flip, records vanish.
 *
 * Rows are numbered from 0 in the order of their keys, bits from the first byte's highest on; both
 * are taken modulo what there is. The table is not empty, and no write transaction is open.
 */
#ifndef TRESTLE_TESTS_LIB_SPOIL_H
#define TRESTLE_TESTS_LIB_SPOIL_H

#include "tests/lib/store_memory.h"

/* A bit of a value; of a table without values a bit of a key. */
void spoil_flip(struct store_memory *store, enum store_table table, uint64_t row, uint64_t bit);
void spoil_flip_key(struct store_memory *store, enum store_table table, uint64_t row, uint64_t bit);
void spoil_lose(struct store_memory *store, enum store_table table, uint64_t row);

/* The row stands there once more, under a key that differs in that bit; false: another does. */
bool spoil_double(struct store_memory *store, enum store_table table, uint64_t row, uint64_t bit);

#endif
