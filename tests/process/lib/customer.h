/* customer.h - a customer at a node: over HTTP, and over /ws what his phone hears.
 *
 * Whatever does not go as it should fails the test.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_CUSTOMER_H
#define TRESTLE_TESTS_PROCESS_LIB_CUSTOMER_H

#include "node/access/token.h"
#include "node/json/json.h"
#include "tests/process/lib/client.h"
#include "tests/process/lib/phone.h"

struct customer {
    char token[TOKEN_TEXT_MAX];
};

struct customer customer_come(struct client *client);

/* Open his phone's socket; @orders: ids in quotes, with commas; @cursor "" = none. */
void phone_say_open(struct phone *phone, const struct customer *customer, const char *orders,
                    const char *cursor);

/* Frames until one says @what; every one of them is one of those that are documented. As
 * phone_hear(). */
const char *phone_hear_of(struct phone *phone, const char *what);

/* @text is a @schema, as documented. */
void assert_json(const struct schema *schema, const char *text);

/* What follows "@name":" in @json, up to the quote. */
void json_text_of(const char *json, const char *name, char *to, size_t capacity);

#endif
