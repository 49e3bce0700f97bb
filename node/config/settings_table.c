/* Which settings there are, how each is set, and what it takes. */
#include "node/config/settings_parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "node/mesh/beacon.h"
#include "sync/domain/hold.h"

enum { CUSTOMERS_MAX = 20000 };

_Static_assert(BEACON_PORT == 7450, "as the table says");

/* --- one function per kind of value ---
 *
 * 0, or an error; the table's row says in words what would be right.
 */

static int copy_text(char *to, size_t capacity, const char *value)
{
    size_t size = strlen(value);
    if (size >= capacity) {
        return ERR_TOO_LARGE;
    }
    memcpy(to, value, size + 1);
    return 0;
}

static int set_endpoint(char *to, const char *value)
{
    const char *host = value + strlen("tcp://");
    if (strncmp(value, "tcp://", strlen("tcp://")) != 0 || strrchr(host, ':') == NULL ||
        strrchr(host, ':') == host) {
        return ERR_MALFORMED;
    }
    return copy_text(to, ENDPOINT_BYTES_MAX, value);
}

static int set_listen(struct settings *settings, const char *value)
{
    if (strcmp(value, "none") == 0) {
        return copy_text(settings->listen, sizeof settings->listen, value);
    }
    return set_endpoint(settings->listen, value);
}

static int set_advertise(struct settings *settings, const char *value)
{
    return set_endpoint(settings->advertise, value);
}

static int set_enrol(struct settings *settings, const char *value)
{
    return set_endpoint(settings->enrol, value);
}

static int number_of_text(const char *text, long least, long most, long *ret_number)
{
    char *end = NULL;
    if (!isdigit((unsigned char)text[0])) {
        return ERR_MALFORMED;
    }
    long number = strtol(text, &end, 10);
    if (*end != '\0' || number < least || number > most) {
        return ERR_MALFORMED;
    }
    *ret_number = number;
    return 0;
}

/* "127.0.0.1:8080", "[::1]:8080", "none". */
static int set_place(char address[ADDRESS_BYTES_MAX], const char *value, int *ret_port)
{
    long port = 0;
    if (strcmp(value, "none") == 0) {
        address[0] = '\0';
        return 0;
    }
    const char *colon = strrchr(value, ':');
    if (colon == NULL || number_of_text(colon + 1, 0, 65535, &port) != 0) {
        return ERR_MALFORMED;
    }
    bool is_bracketed = value[0] == '[' && colon > value + 1 && colon[-1] == ']';
    const char *host = is_bracketed ? value + 1 : value;
    size_t size = (size_t)(colon - host) - (is_bracketed ? 1 : 0);
    if (size == 0 || size >= ADDRESS_BYTES_MAX) {
        return ERR_MALFORMED;
    }
    memcpy(address, host, size);
    address[size] = '\0';
    *ret_port = (int)port;
    return 0;
}

static int set_http(struct settings *settings, const char *value)
{
    return set_place(settings->http_address, value, &settings->http_port);
}

static int set_https(struct settings *settings, const char *value)
{
    return set_place(settings->https_address, value, &settings->https_port);
}

static int set_guests(struct settings *settings, const char *value)
{
    return set_place(settings->guests_address, value, &settings->guests_port);
}

static int set_certificate(struct settings *settings, const char *value)
{
    return copy_text(settings->tls_certificate, sizeof settings->tls_certificate, value);
}

static int set_key(struct settings *settings, const char *value)
{
    return copy_text(settings->tls_key, sizeof settings->tls_key, value);
}

static int set_screen(struct settings *settings, const char *value)
{
    if (strcmp(value, "open") != 0 && strcmp(value, "locked") != 0) {
        return ERR_MALFORMED;
    }
    settings->is_screen_locked = value[0] == 'l';
    return 0;
}

static int set_web(struct settings *settings, const char *value)
{
    return copy_text(settings->web, sizeof settings->web, value);
}

static int set_beacon(struct settings *settings, const char *value)
{
    long number = 0;
    int err = strcmp(value, "none") == 0 ? 0 : number_of_text(value, 1, 65535, &number);
    if (err == 0) {
        settings->beacon_port = (int)number;
    }
    return err;
}

static int set_print_folder(struct settings *settings, const char *value)
{
    return copy_text(settings->print_folder, sizeof settings->print_folder, value);
}

static int set_store_mib(struct settings *settings, const char *value)
{
    long number = 0;
    int err = number_of_text(value, 16, 1024L * 1024, &number);
    if (err == 0) {
        settings->store_mib = (uint32_t)number;
    }
    return err;
}

static int set_customers(struct settings *settings, const char *value)
{
    long number = 0;
    int err = number_of_text(value, 0, CUSTOMERS_MAX, &number);
    if (err != 0) {
        return err;
    }
    settings->customers = (uint32_t)number;
    settings->has_customers = true;
    return 0;
}

static int set_quote_s(struct settings *settings, const char *value)
{
    long number = 0;
    int err = number_of_text(value, 30, HOLD_MS_MAX / 1000, &number);
    if (err == 0) {
        settings->quote_s = (uint32_t)number;
    }
    return err;
}

static int set_log_format(struct settings *settings, const char *value)
{
    if (strcmp(value, "text") != 0 && strcmp(value, "json") != 0) {
        return ERR_MALFORMED;
    }
    settings->log_format = value[0] == 'j' ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT;
    return 0;
}

static int set_log_level(struct settings *settings, const char *value)
{
    static const struct {
        const char *name;
        enum log_level level;
    } rows[] = {{"error", LEVEL_ERROR},
                {"warning", LEVEL_WARNING},
                {"notice", LEVEL_NOTICE},
                {"info", LEVEL_INFO}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, value) == 0) {
            settings->log_level = rows[i].level;
            return 0;
        }
    }
    return ERR_MALFORMED;
}

static int set_origin(struct settings *settings, const char *value)
{
    if (settings->origins_count == ORIGINS_MAX) {
        return ERR_TOO_MANY;
    }
    if (strncmp(value, "http://", 7) != 0 && strncmp(value, "https://", 8) != 0) {
        return ERR_MALFORMED;
    }
    int err = copy_text(settings->origins[settings->origins_count], SETTING_BYTES_MAX, value);
    settings->origins_count += err == 0;
    return err;
}

static int set_proxy(struct settings *settings, const char *value)
{
    struct proxies *proxies = &settings->proxies;
    if (proxies->count == PROXIES_MAX) {
        return ERR_TOO_MANY;
    }
    if (!peer_text(value, proxies->addresses[proxies->count])) {
        return ERR_MALFORMED;
    }
    proxies->count++;
    return 0;
}

/* Sixteen lower-case hex digits. */
static bool device_of_text(const char *text, uint64_t *ret_device)
{
    uint64_t device = 0;
    for (size_t i = 0; i < 16; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = text[i] == '\0' ? NULL : strchr(digits, text[i]);
        if (digit == NULL) {
            return false;
        }
        device = device << 4 | (uint64_t)(digit - digits);
    }
    *ret_device = device;
    return true;
}

static int set_peer(struct settings *settings, const char *value)
{
    struct transport_peer peer = {.device = 0};
    if (settings->peers_count == DEVICES_MAX) {
        return ERR_TOO_MANY;
    }
    if (!device_of_text(value, &peer.device) || value[16] != '@') {
        return ERR_MALFORMED;
    }
    int err = set_endpoint(peer.endpoint, value + 17);
    if (err == 0) {
        settings->peers[settings->peers_count++] = peer;
    }
    return err;
}

/* --- the table --- */

static const struct setting settings_table[] = {
    {SETTING_INFO("listen", "ENDPOINT", "where other devices reach this one",
                  SETTING_USUAL("tcp://127.0.0.1:7450")),
     "tcp://ADDRESS:PORT, or none", set_listen},
    {SETTING_INFO("advertise", "ENDPOINT", "what other devices should dial, where it differs",
                  SETTING_WITHOUT("as bound")),
     "tcp://ADDRESS:PORT", set_advertise},
    {SETTING_INFO("beacon", "PORT", "where devices on the same network find each other (UDP)",
                  SETTING_USUAL("7450")),
     "7450, or none", set_beacon},
    {SETTING_INFO("enrol", "ENDPOINT", "where a new device knocks while an invitation is open",
                  SETTING_WITHOUT("listen's host, any port")),
     "tcp://ADDRESS:PORT", set_enrol},
    {SETTING_INFO("http", "ADDRESS:PORT", "where browsers reach the screens (loopback)",
                  SETTING_USUAL("127.0.0.1:8080")),
     "127.0.0.1:8080, or none", set_http},
    {SETTING_INFO("https", "ADDRESS:PORT", "where browsers reach it over TLS, from anywhere"),
     "0.0.0.0:443, or none", set_https},
    {SETTING_INFO("guests", "ADDRESS:PORT", "where phones on this network order, over plain http"),
     "0.0.0.0:8088, or none", set_guests},
    {SETTING_INFO("tls-certificate", "FILE",
                  "the certificate for https, and those that lead to its root"),
     "a path", set_certificate},
    {SETTING_INFO("tls-key", "FILE", "the certificate's key"), "a path", set_key},
    {SETTING_INFO("screen", "open|locked",
                  "whether the device's own screen works with nobody signed in",
                  SETTING_USUAL("open")),
     "open or locked", set_screen},
    {SETTING_INFO("web", "FOLDER", "the built screens", SETTING_WITHOUT("beside the program")),
     "a path", set_web},
    {SETTING_INFO("peer", "DEVICE@ENDPOINT", "a device to dial; may be repeated", SETTING_LIST),
     "16 hex digits, @, tcp://ADDRESS:PORT", set_peer},
    {SETTING_INFO("origin", "URL", "a further web origin that may write; may be repeated",
                  SETTING_LIST),
     "http://HOST:PORT", set_origin},
    {SETTING_INFO("trusted-proxy", "ADDRESS",
                  "a proxy whose X-Forwarded-For is believed; may be repeated", SETTING_LIST),
     "192.0.2.1 or 2001:db8::1", set_proxy},
    {SETTING_INFO("print-folder", "FOLDER", "where printers with the driver text write their slips",
                  SETTING_WITHOUT("printers with the driver text keep their slips")),
     "a path", set_print_folder},
    {SETTING_INFO("store-mib", "N", "the most that the store may grow to",
                  SETTING_WITHOUT("4096, or 512 on a machine of 32 bits")),
     "16 to 1048576", set_store_mib},
    {SETTING_INFO("quote-s", "N", "how long a customer's prices stand and his units are kept",
                  SETTING_USUAL("180")),
     "30 to 300 seconds", set_quote_s},
    {SETTING_INFO("customers", "N", "customers' phones that may be connected at once",
                  SETTING_WITHOUT("by the device's role")),
     "0 to 20000", set_customers},
    {SETTING_INFO("log-format", "text|json", "how to log", SETTING_USUAL("text")), "text or json",
     set_log_format},
    {SETTING_INFO("log-level", "LEVEL", "the least important to log", SETTING_USUAL("info")),
     "error, warning, notice or info", set_log_level},
};

enum { SETTINGS_COUNT = sizeof settings_table / sizeof settings_table[0] };

static struct {
    const struct setting_more *rows;
    uint32_t count;
    void *context;
} more;

void settings_extend(const struct setting_more *rows, uint32_t count, void *context)
{
    more.rows = rows;
    more.count = count;
    more.context = context;
}

const struct setting_info *setting_info_at(uint32_t at)
{
    if (at >= SETTINGS_COUNT) {
        return at - SETTINGS_COUNT < more.count ? &more.rows[at - SETTINGS_COUNT].info : NULL;
    }
    return &settings_table[at].info;
}

const struct setting *setting_at(uint32_t at)
{
    return at < SETTINGS_COUNT ? &settings_table[at] : NULL;
}

const struct setting *setting_find(const char *name)
{
    for (uint32_t i = 0; i < SETTINGS_COUNT; i++) {
        if (strcmp(settings_table[i].info.name, name) == 0) {
            return &settings_table[i];
        }
    }
    return NULL;
}

const struct setting_info *setting_info_find(const char *name)
{
    const struct setting_info *info;
    for (uint32_t at = 0; (info = setting_info_at(at)) != NULL; at++) {
        if (strcmp(info->name, name) == 0) {
            return info;
        }
    }
    return NULL;
}

const struct setting_more *setting_more_find(const char *name, void **ret_context)
{
    for (uint32_t i = 0; i < more.count; i++) {
        if (strcmp(more.rows[i].info.name, name) == 0) {
            *ret_context = more.context;
            return &more.rows[i];
        }
    }
    return NULL;
}
