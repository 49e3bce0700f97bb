/* provider_state.h - what the files of the provider share. */
#ifndef TRESTLE_TESTS_SETTLER_PROVIDER_STATE_H
#define TRESTLE_TESTS_SETTLER_PROVIDER_STATE_H

#include "tests/settler/provider.h"

/* --- provider.c: its objects --- */

void provider_say(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void provider_print_intent(struct text *to, const struct provider_intent *intent);
/* ... with its charge in it. */
void provider_print_hold(struct text *to, const struct provider_intent *intent);
void provider_print_refund(struct text *to, const struct provider *provider,
                           const struct provider_refund *refund);
/* An event about it. */
void provider_tell_intent(struct provider *provider, const struct provider_intent *intent);
void provider_tell_refund(struct provider *provider, const struct provider_refund *refund);
bool provider_is_status(const char *status, const char *name);
struct provider_intent *provider_intent_new(struct provider *provider, int64_t amount);
struct provider_refund *provider_refund_new(struct provider *provider, uint32_t intent,
                                            int64_t amount);
/* What was given back of it and did not fail. */
int64_t provider_refunded(const struct provider *provider, uint32_t intent);

/* --- provider_lists.c --- */

enum list_kind { LIST_EVENTS, LIST_INTENTS, LIST_REFUNDS };

/* The page that @path asks for. Its status. */
uint32_t provider_list(const struct provider *provider, enum list_kind kind, const char *path,
                       struct text *to);
/* The value of "name=" in a form, as it is; "" when there is none; 0. */
void provider_field(const char *form, const char *name, char *to, size_t size);
int64_t provider_number(const char *form, const char *name);

#endif
