#include "node/cli/days.h"

#include <stdlib.h>
#include <string.h>

#include "sync/domain/menu.h"

enum { DAY_DIGITS_MAX = 9 };

int day_flag(const struct args *args, uint64_t *ret_day)
{
    const char *day = args_flag(args, "day");
    *ret_day = 0;
    if (day == NULL) {
        return EXIT_DONE;
    }
    if (strlen(day) <= DAY_DIGITS_MAX && strspn(day, "0123456789") == strlen(day)) {
        *ret_day = strtoull(day, NULL, 10);
    }
    if (*ret_day > 0) {
        return EXIT_DONE;
    }
    tell("--day wants the number of a trading day, from 1 on");
    return EXIT_USAGE;
}

/* The last one that was opened; 0 = none was. Days follow each other without gaps. */
static int last_day(const struct journal *journal, uint64_t *ret_day)
{
    struct popup popup = {.day = 0};
    const struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    struct history *history = history_new();
    if (history == NULL) {
        return ERR_NO_MEMORY;
    }
    const int err = history_get(history, journal->txn, KIND_POPUP, &id);
    if (err == 0) {
        popup_derive(history, &popup);
    }
    history_free(history);
    *ret_day = popup.day;
    return err == ERR_NOT_FOUND ? 0 : err;
}

int day_check(const struct journal *journal, uint64_t day)
{
    uint64_t last = 0;
    if (day == 0) {
        return EXIT_DONE;
    }
    const int err = last_day(journal, &last);
    if (err != 0) {
        return tell_failure("the journal", err);
    }
    if (day <= last) {
        return EXIT_DONE;
    }
    tell("there was no day %llu: the last one that is known here is day %llu",
         (unsigned long long)day, (unsigned long long)last);
    return EXIT_FAILED;
}
