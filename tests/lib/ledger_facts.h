/* ledger_facts.h - what the payment provider told, and what is wished back, as the bodies of
 * events: for tests of ledgers and of the orders that they belong to. Whatever does not fit ends
 * the process.
 */
#ifndef TRESTLE_TESTS_LIB_LEDGER_FACTS_H
#define TRESTLE_TESTS_LIB_LEDGER_FACTS_H

#include "sync/base/writer.h"
#include "sync/domain/ledger.h"
#include "sync/log/event.h"

enum { FACT_BODY_BYTES_MAX = 512 };

struct fact {
    uint32_t type;
    size_t size;
    uint8_t body[FACT_BODY_BYTES_MAX];
};

/* What @writer wrote to @data. */
struct fact fact_of(uint32_t type, struct writer *writer, const uint8_t *data);

struct fact intent_told(const char *id, enum intent_state state, int64_t amount, int64_t capturable,
                        int64_t received);

/* Of 800: held until then, or canceled as it ended then. */
struct fact end_told(const char *id, enum intent_state state, int64_t ends_s);

struct fact refund_told(const char *id, const char *intent, int64_t amount,
                        enum refund_status status, struct bytes wish);
struct fact dispute_told(const char *id, int64_t amount, enum dispute_status status);

/* A wish whose id is sixteen times @id, for unit @unit of line 1 (0: for no unit). */
struct fact wish_made(uint32_t type, uint8_t id, uint32_t unit, int64_t amount);

/* That id; it stays. */
struct bytes wish_name(uint8_t id);

/* Add it to @ledger, which is not settled by that. */
void ledger_tell(struct ledger *ledger, const struct fact *fact);

/* Of the first @count of @facts alone, settled; what it tells of is borrowed from them. */
struct ledger ledger_of(const struct fact *facts, size_t count);

#endif
