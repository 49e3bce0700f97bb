/* test_table_code.c - what the QR code on a table's sheet says, and who could have said it.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "node/access/table_code.h"
#include "node/os/entropy.h"
#include "sync/base/err.h"

enum { DEVICE = 0x1234 };

static struct secret_key secret;
#define POPUP                                                                                      \
    {                                                                                              \
        .bytes = { 1, 2, 3 }                                                                       \
    }

static const struct popup_id popup = POPUP;

static bool find(const void *context, uint64_t id, struct token_issuer *ret_issuer)
{
    (void)context;
    *ret_issuer = (struct token_issuer){.key = signing_public(&secret)};
    return id == DEVICE;
}

static const struct token_terms terms = {.popup = POPUP, .issuer_find = find};

static void mint(uint64_t issuer, char ret_text[TABLE_CODE_DIGITS + 1])
{
    const struct table_code code = {.issuer = issuer, .table = 42, .generation = 3};
    entropy_signing_key(&secret);
    table_code_mint(&code, &popup, &secret, ret_text);
}

TEST(table_code, any_device_knows_what_another_of_the_popup_said)
{
    char text[TABLE_CODE_DIGITS + 1];
    struct table_code code;
    mint(DEVICE, text);
    assert_int_equal(strlen(text), TABLE_CODE_DIGITS);
    assert_int_equal(table_code_check(bytes_of_text(text), &terms, &code), 0);
    assert_int_equal(code.issuer, DEVICE);
    assert_int_equal(code.table, 42);
    assert_int_equal(code.generation, 3);
}

TEST(table_code, one_changed_anywhere_another_popups_or_a_strangers_is_none)
{
    char text[TABLE_CODE_DIGITS + 1];
    struct table_code code;
    struct token_terms others = terms;
    mint(DEVICE, text);
    for (size_t i = 0; i < TABLE_CODE_DIGITS; i++) {
        const char was = text[i];
        text[i] = was == 'A' ? 'B' : 'A';
        assert_int_not_equal(table_code_check(bytes_of_text(text), &terms, &code), 0);
        text[i] = '!';
        assert_int_equal(table_code_check(bytes_of_text(text), &terms, &code), ERR_MALFORMED);
        text[i] = was;
    }
    others.popup.bytes[15] = 1;
    assert_int_equal(table_code_check(bytes_of_text(text), &others, &code), ERR_BAD_SIGNATURE);
    mint(DEVICE + 1, text);
    assert_int_equal(table_code_check(bytes_of_text(text), &terms, &code), ERR_BAD_SIGNATURE);
    text[TABLE_CODE_DIGITS - 1] = '\0';
    assert_int_equal(table_code_check(bytes_of_text(text), &terms, &code), ERR_MALFORMED);
    assert_int_equal(table_code_check(bytes_of_text(""), &terms, &code), ERR_MALFORMED);
}
