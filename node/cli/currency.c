#include "node/cli/currency.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* All that have not two (ISO 4217, list one), without metals and units of account. */
static const struct {
    const char *code;
    unsigned digits;
} others[] = {{"BHD", 3}, {"BIF", 0}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"IQD", 3},
              {"ISK", 0}, {"JOD", 3}, {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"KWD", 3},
              {"LYD", 3}, {"OMR", 3}, {"PYG", 0}, {"RWF", 0}, {"TND", 3}, {"UGX", 0},
              {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0}};

bool currency_read(const char *text, char ret_code[CURRENCY_BYTES])
{
    for (size_t i = 0; i < CURRENCY_BYTES; i++) {
        const int letter = toupper((unsigned char)text[i]);
        if (i == CURRENCY_BYTES - 1 ? letter != '\0' : letter < 'A' || letter > 'Z') {
            return false;
        }
        ret_code[i] = (char)letter;
    }
    return true;
}

unsigned currency_digits(const char *code)
{
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(others[i].code, code) == 0) {
            return others[i].digits;
        }
    }
    return 2;
}

unsigned currency_digits_of(const struct args *args)
{
    char code[CURRENCY_BYTES];
    const char *digits = args_flag(args, "digits"), *currency = args_flag(args, "currency");
    if (digits != NULL) {
        return (unsigned)strtoul(digits, NULL, 10);
    }
    return currency == NULL || !currency_read(currency, code) ? 2 : currency_digits(code);
}
