/* fuzz_gateway_files.c - what a person writes for a gateway: its settings, its keys, the file for
 * Apple. Each is refused in words or read within its limits; keys go nowhere in the clear but to
 * this machine, and the page's policy lets in no more than one host.
 *
 * Input: 1 byte, which; then a file, or the provider's URL and four keys, a line each.
 */
#include <string.h>

#include "gateway/config/apple_file.h"
#include "gateway/config/card_page.h"
#include "gateway/config/sms_fields.h"
#include "sync/base/check.h"
#include "tests/lib/file_memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MINUTES_MAX = 7 * 24 * 60, SMS_PER_DAY_MAX = 100000 };

static struct terms terms;
static struct settings settings;

/* As far as @to has room, terminated. */
static void copy_text(char *to, size_t capacity, struct bytes text)
{
    const size_t size = text.size < capacity ? text.size : capacity - 1;
    if (size > 0) {
        memcpy(to, text.data, size);
    }
    to[size] = '\0';
}

/* --- trestle.conf --- */

static bool is_one_host(const char *url)
{
    static const char *const starts[] = {"https://", "http://127.0.0.1:", "http://[::1]:"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        const size_t size = strlen(starts[i]);
        if (strncmp(url, starts[i], size) == 0) {
            const size_t digits = strspn(url + size, "0123456789");
            return i == 0 || url[size + digits] == '\0' || url[size + digits] == '/';
        }
    }
    return false;
}

static void check_urls(void)
{
    check(is_one_host(terms.stripe_url) && is_one_host(terms.stripe_script));
    check(terms.sms_url[0] == '\0' || is_one_host(terms.sms_url));
    check(terms.push_practice[0] == '\0' || strncmp(terms.push_practice, "http://127.", 11) == 0);
    check(strpbrk(terms.push_contact, "\"\\\r\n ") == NULL);
}

/* Whatever the script's URL is, it adds one source to the policy and no rule of its own. */
static void check_page(void)
{
    static const struct credentials credentials;
    struct card_page page;
    card_page_init(&terms, &credentials, &page);
    check(page.card.is_practice && page.card.script == terms.stripe_script);
    check(is_one_host(page.origin) && strpbrk(page.origin, " \t\r\n;,'\"") == NULL);
    check(strchr(strstr(page.origin, "://") + 3, '/') == NULL);
}

static void try_settings(struct bytes file)
{
    char text[2048], problem[PROBLEM_BYTES_MAX] = "";
    struct sms_fields fields;
    copy_text(text, sizeof text, file);
    terms_extend(&terms);
    settings_defaults(&settings);
    const int err = settings_read_text(&settings, "trestle.conf", text, problem);
    check((err != 0) == (problem[0] != '\0'));
    check(terms.pause_minutes <= MINUTES_MAX && terms.decide_minutes <= MINUTES_MAX &&
          terms.pay_minutes <= MINUTES_MAX && terms.unpaid_minutes <= MINUTES_MAX &&
          terms.late_minutes <= MINUTES_MAX && terms.sms_per_day <= SMS_PER_DAY_MAX);
    check(sms_fields_parse(terms.sms_fields, &fields) == 0);
    check(text_is_clean(bytes_of_text(terms.sms_from)));
    check_urls();
    check_page();
}

/* --- files --- */

static void check_key(const char *key)
{
    for (; *key != '\0'; key++) {
        check(*key > ' ' && *key <= '~');
    }
}

static void try_secret(struct bytes file)
{
    char key[CREDENTIAL_BYTES_MAX + 1] = "", problem[PROBLEM_BYTES_MAX] = "";
    const char *folder = file_memory_put("sms-key", file.data, file.size);
    const int err = secret_file_load(folder, "sms-key", key, problem);
    check((err != 0) == (problem[0] != '\0') && (err == 0 || key[0] == '\0'));
    check_key(key);
    key[0] = '\0';
    check(secret_file_load(folder, "stripe-secret-key", key, problem) == 0 && key[0] == '\0');
}

static void try_apple(struct bytes file)
{
    char path[PATH_BYTES_MAX];
    struct apple_file kept;
    struct text text = {.data = NULL};
    apple_file_init(&kept);
    const char *folder = file_memory_put("apple", file.data, file.size);
    check(path_join(path, folder, "apple") == 0);
    const int err = apple_file_load(&kept, path);
    check((err != 0) == (file.size == 0));
    check((apple_file_copy(&kept, &text) == 0) == (err == 0));
    check(bytes_equal(bytes_of(text.data, text.size), file));
    text_close(&text);
    apple_file_close(&kept);
}

/* --- keys --- */

static struct bytes take_line(struct bytes *input)
{
    const uint8_t *end = input->size > 0 ? memchr(input->data, '\n', input->size) : NULL;
    const size_t size = end != NULL ? (size_t)(end - input->data) : input->size;
    const struct bytes line = bytes_of(input->data, size);
    const size_t used = end != NULL ? size + 1 : size;
    *input = bytes_of(input->data + used, input->size - used);
    return line;
}

/* Real money's keys go to the provider alone, and never together with those of tests. */
static void check_keys(const struct credentials *keys, const char *url)
{
    const char *const kind = keys->is_live ? "_live_" : "_test_";
    check(strncmp(keys->secret_key + 2, kind, 6) == 0);
    check(strncmp(keys->publishable_key + 2, kind, 6) == 0 && keys->publishable_key[0] == 'p');
    check(!keys->is_live || strcmp(url, "https://api.stripe.com") == 0);
}

static void try_keys(struct bytes input)
{
    char url[SETTING_BYTES_MAX], problem[PROBLEM_BYTES_MAX] = "";
    struct credentials keys = {.is_live = false};
    char *const places[] = {keys.secret_key, keys.publishable_key, keys.webhook_secrets[0],
                            keys.webhook_secrets[1]};
    copy_text(url, sizeof url, take_line(&input));
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        copy_text(places[i], CREDENTIAL_BYTES_MAX + 1, take_line(&input));
    }
    const int err = credentials_check(&keys, url, problem);
    check((err != 0) == (problem[0] != '\0'));
    if (err == 0) {
        check_keys(&keys, url);
    }
    const bool has_hook = places[2][0] != '\0' || places[3][0] != '\0';
    check(credentials_check_screen(&keys, url, true, problem) == 0);
    check(has_hook || credentials_check_screen(&keys, url, false, problem) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[])(struct bytes) = {try_settings, try_secret, try_apple, try_keys};
    if (size > 0) {
        tries[data[0] % (sizeof tries / sizeof *tries)](bytes_of(data + 1, size - 1));
    }
    return 0;
}
