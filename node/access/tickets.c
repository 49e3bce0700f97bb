#include "node/access/tickets.h"

#include <sodium.h>

#include "node/os/entropy.h"
#include "sync/base/check.h"

void tickets_give(struct tickets *tickets, const struct caller *caller, uint64_t now_ms,
                  char ret_text[TICKET_TEXT_BYTES + 1])
{
    struct ticket *ticket = &tickets->tickets[tickets->next];
    tickets->next = (tickets->next + 1) % TICKETS_MAX;
    *ticket = (struct ticket){.until_ms = now_ms + TICKET_LIFE_MS, .caller = *caller};
    entropy_bytes(ticket->number, sizeof ticket->number);
    check(sodium_bin2hex(ret_text, TICKET_TEXT_BYTES + 1, ticket->number, sizeof ticket->number) !=
          NULL);
}

bool tickets_take(struct tickets *tickets, struct bytes text, uint64_t now_ms,
                  struct caller *ret_caller)
{
    uint8_t number[TICKET_BYTES];
    size_t size = 0;
    if (text.size != TICKET_TEXT_BYTES ||
        sodium_hex2bin(number, sizeof number, (const char *)text.data, text.size, NULL, &size,
                       NULL) != 0) {
        return false;
    }
    for (uint32_t i = 0; i < TICKETS_MAX; i++) {
        struct ticket *ticket = &tickets->tickets[i];
        if (now_ms >= ticket->until_ms || sodium_memcmp(ticket->number, number, size) != 0) {
            continue;
        }
        *ret_caller = ticket->caller;
        *ticket = (struct ticket){.until_ms = 0};
        return true;
    }
    return false;
}
