#include "gateway/https/https.h"

#include <curl/curl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/https/public_address.h"
#include "sync/base/check.h"

enum { URL_BYTES_MAX = 2048, POLL_MS = 1000, PAUSE_MS = 100 };

enum slot_state { SLOT_FREE = 0, SLOT_WAITING, SLOT_FLYING, SLOT_ENDED };

/* One call, from push to take. Its buffers belong to the thread while it flies. */
struct slot {
    enum slot_state state;
    uint64_t turn; /* oldest first */
    bool is_post;
    struct text url, body; /* the former NUL-ended */
    struct curl_slist *headers;
    CURL *easy;
    struct https_answer answer;
    size_t body_bytes_max;
    bool is_too_large, is_practice, is_private, is_dialled;
};

struct https {
    char *base_url, *ca_file, *practice; /* NULL: none */
    struct https_config config;
    CURLM *multi;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows and each slot's state and turn */
    bool is_stopping;
    uint64_t turns;
    struct slot slots[HTTPS_CALLS_MAX];
};

static void https_lock(struct https *https)
{
    check(pthread_mutex_lock(&https->lock) == 0);
}

static void https_unlock(struct https *https)
{
    check(pthread_mutex_unlock(&https->lock) == 0);
}

/* --- slots --- */

static struct slot *slot_oldest(struct https *https, enum slot_state state)
{
    struct slot *oldest = NULL;
    for (size_t i = 0; i < HTTPS_CALLS_MAX; i++) {
        struct slot *slot = &https->slots[i];
        if (slot->state == state && (oldest == NULL || slot->turn < oldest->turn)) {
            oldest = slot;
        }
    }
    return oldest;
}

/* A secret key is among the headers, a customer's words in the body. */
static void text_wipe(struct text *text)
{
    if (text->data != NULL) {
        sodium_memzero(text->data, text->capacity);
    }
    text_close(text);
}

static void slot_clear(struct slot *slot)
{
    for (struct curl_slist *at = slot->headers; at != NULL; at = at->next) {
        sodium_memzero(at->data, strlen(at->data));
    }
    curl_slist_free_all(slot->headers);
    text_wipe(&slot->url);
    text_wipe(&slot->body);
    text_wipe(&slot->answer.body);
    *slot = (struct slot){.state = SLOT_FREE};
}

static int headers_copy(const struct https_call *call, struct curl_slist **ret_headers)
{
    struct curl_slist *headers = NULL;
    for (uint32_t i = 0; i < call->headers_count; i++) {
        struct curl_slist *more = curl_slist_append(headers, call->headers[i]);
        if (more == NULL) {
            curl_slist_free_all(headers);
            return ERR_NO_MEMORY;
        }
        headers = more;
    }
    *ret_headers = headers;
    return 0;
}

/* Whether @url is of the server for practice. */
static bool is_practice(const struct https *https, struct bytes url)
{
    const size_t size = https->practice != NULL ? strlen(https->practice) : 0;
    return size > 0 && url.size > size && memcmp(url.data, https->practice, size) == 0 &&
           url.data[size] == '/';
}

int https_push(struct https *https, const struct https_call *call)
{
    struct slot filled = {.state = SLOT_WAITING, .is_post = call->is_post};
    if (call->headers_count > HTTPS_HEADERS_MAX) {
        return ERR_TOO_MANY;
    }
    int err = headers_copy(call, &filled.headers);
    if (err != 0) {
        return err;
    }
    filled.answer.name = call->name;
    filled.body_bytes_max = https->config.body_bytes_max > 0 ? https->config.body_bytes_max
                                                             : (size_t)HTTPS_BODY_BYTES_MAX;
    filled.is_practice = is_practice(https, call->path);
    text_append_text(&filled.url, https->base_url != NULL ? https->base_url : "");
    text_append(&filled.url, call->path.data, call->path.size);
    text_append(&filled.url, "", 1);
    text_append(&filled.body, call->body.data, call->body.size);
    https_lock(https);
    struct slot *slot = slot_oldest(https, SLOT_FREE);
    if (slot != NULL) {
        filled.turn = ++https->turns;
        *slot = filled;
    }
    https_unlock(https);
    if (slot == NULL) {
        slot_clear(&filled);
        return ERR_FULL;
    }
    (void)curl_multi_wakeup(https->multi);
    return 0;
}

bool https_take(struct https *https, struct https_answer *ret_answer)
{
    https_lock(https);
    struct slot *slot = slot_oldest(https, SLOT_ENDED);
    if (slot != NULL) {
        *ret_answer = slot->answer;
        slot->answer.body = (struct text){.data = NULL};
        slot_clear(slot);
    }
    https_unlock(https);
    return slot != NULL;
}

/* --- what comes in, on the thread --- */

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct slot *slot = context;
    const size_t bytes = size * count;
    if (bytes > slot->body_bytes_max - slot->answer.body.size) {
        slot->is_too_large = true;
        return 0; /* ends the call */
    }
    text_append(&slot->answer.body, data, bytes);
    return bytes;
}

/* The header @name of the last answer, or NULL. Its memory is libcurl's, until the next call. */
static const char *header_of(CURL *easy, const char *name)
{
    struct curl_header *header = NULL;
    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value
                                                                                   : NULL;
}

static void answer_read(struct slot *slot)
{
    struct https_answer *answer = &slot->answer;
    const char *date = header_of(slot->easy, "date");
    answer->date_s = date != NULL ? (int64_t)curl_getdate(date, NULL) : 0;
    answer->date_s = answer->date_s > 0 ? answer->date_s : 0;
    const char *retry = header_of(slot->easy, "stripe-should-retry");
    answer->should_retry = retry != NULL && strcmp(retry, "true") == 0;
    curl_off_t wait_s = 0;
    (void)curl_easy_getinfo(slot->easy, CURLINFO_RETRY_AFTER, &wait_s);
    answer->retry_after_s = wait_s <= 0 ? 0 : wait_s >= UINT32_MAX ? UINT32_MAX : (uint32_t)wait_s;
    const char *id = header_of(slot->easy, "request-id");
    if (id != NULL && strlen(id) < sizeof answer->request_id) {
        memcpy(answer->request_id, id, strlen(id) + 1);
    }
}

/* Whether the line was never ready for the call's first byte. */
static bool is_unsent(CURL *easy)
{
    curl_off_t ready_us = 0;
    long sent = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
    (void)curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
    return ready_us == 0 && sent == 0;
}

static const char *words_of(const struct slot *slot, CURLcode code)
{
    return slot->is_private     ? "the address is not a public one"
           : slot->is_too_large ? "the answer is larger than allowed"
                                : curl_easy_strerror(code);
}

static void answer_fill(struct slot *slot, CURLcode code)
{
    struct https_answer *answer = &slot->answer;
    long status = 0;
    if (slot->easy != NULL) {
        (void)curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
        answer_read(slot);
    }
    if (code == CURLE_OK) {
        answer->status = (uint32_t)status;
        return;
    }
    text_close(&answer->body);
    answer->is_unsent = slot->easy == NULL || is_unsent(slot->easy);
    answer->is_private = answer->is_unsent && slot->is_private && !slot->is_dialled;
    const char *words = words_of(slot, code);
    const size_t size =
        strlen(words) < sizeof answer->trouble ? strlen(words) : sizeof answer->trouble - 1;
    memcpy(answer->trouble, words, size);
}

/* --- what goes out, on the thread --- */

/* Unencrypted, so that it must not leave this machine, by a proxy neither. */
static bool is_plain(const char *url)
{
    return strncmp(url, "http://", 7) == 0;
}

/* Where a stranger's URL leads after its name was resolved: each address is looked at just before
 * it is dialled, so that no name can be another one by then. */
static curl_socket_t on_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct slot *slot = context;
    const bool is_wanted = slot->is_practice ? socket_address_is_loopback(&address->addr)
                                             : socket_address_is_public(&address->addr);
    if (purpose != CURLSOCKTYPE_IPCXN || !is_wanted) {
        slot->is_private = true;
        return CURL_SOCKET_BAD;
    }
    slot->is_dialled = true;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static CURLcode stranger_set(struct slot *slot)
{
    CURL *easy = slot->easy;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    code = code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, slot) : code;
    code = code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_PROXY, "") : code;
    return code == CURLE_OK
               ? curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, slot->is_practice ? "http" : "https")
               : code;
}

static CURLcode options_set(const struct https *https, struct slot *slot)
{
    CURL *easy = slot->easy;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, slot->url.data);
    const long total_ms =
        https->config.total_ms > 0 ? (long)https->config.total_ms : (long)HTTPS_TOTAL_MS;
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_QUICK_EXIT, 1}, /* a stop does not wait for a name that is being resolved */
        {CURLOPT_CONNECTTIMEOUT_MS, HTTPS_CONNECT_MS},
        {CURLOPT_TIMEOUT_MS, total_ms},
        {CURLOPT_MAXFILESIZE, (long)slot->body_bytes_max},
        {CURLOPT_FRESH_CONNECT, https->config.is_once},
        {CURLOPT_FORBID_REUSE, https->config.is_once},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && code == CURLE_OK; i++) {
        code = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    }
    code = code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http") : code;
    code = code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_USERAGENT, "Trestle") : code;
    code = code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_HTTPHEADER, slot->headers) : code;
    code = code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) : code;
    code = code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot) : code;
    if (code == CURLE_OK && https->ca_file != NULL) {
        code = curl_easy_setopt(easy, CURLOPT_CAINFO, https->ca_file);
    }
    if (code == CURLE_OK && https->base_url == NULL) {
        code = stranger_set(slot);
    }
    if (code == CURLE_OK && https->base_url != NULL &&
        is_plain(https->base_url)) { /* whatever http_proxy says */
        code = curl_easy_setopt(easy, CURLOPT_PROXY, "");
    }
    return code;
}

static CURLcode body_set(struct slot *slot)
{
    CURLcode code = curl_easy_setopt(slot->easy, CURLOPT_POST, 1L);
    const curl_off_t size = (curl_off_t)slot->body.size;
    code =
        code == CURLE_OK ? curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE_LARGE, size) : code;
    code = code == CURLE_OK ? curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS,
                                               slot->body.data != NULL ? slot->body.data : "")
                            : code;
    return code;
}

static void slot_drop(struct https *https, struct slot *slot)
{
    (void)curl_multi_remove_handle(https->multi, slot->easy);
    curl_easy_cleanup(slot->easy);
    slot->easy = NULL;
}

static void slot_end(struct https *https, struct slot *slot, CURLcode code)
{
    answer_fill(slot, code);
    slot_drop(https, slot);
    https_lock(https);
    slot->state = SLOT_ENDED;
    https_unlock(https);
    https->config.wake(https->config.context);
}

/* What cannot be begun has no answer, as what broke off. */
static void slot_fly(struct https *https, struct slot *slot)
{
    slot->easy = curl_easy_init();
    CURLcode code = slot->easy != NULL ? options_set(https, slot) : CURLE_OUT_OF_MEMORY;
    code = code == CURLE_OK && slot->is_post ? body_set(slot) : code;
    if (code == CURLE_OK && curl_multi_add_handle(https->multi, slot->easy) != CURLM_OK) {
        code = CURLE_OUT_OF_MEMORY;
    }
    if (code != CURLE_OK) {
        slot_end(https, slot, code);
    }
}

/* --- the thread --- */

static void fly_all(struct https *https)
{
    struct slot *slot = NULL;
    do {
        https_lock(https);
        slot = slot_oldest(https, SLOT_WAITING);
        if (slot != NULL) {
            slot->state = SLOT_FLYING;
        }
        https_unlock(https);
        if (slot != NULL) {
            slot_fly(https, slot);
        }
    } while (slot != NULL);
}

/* Whether it flies for @easy; NULL = for any. Locked, as who asks may fill a free one just now. */
static bool slot_is_flying(struct https *https, const struct slot *slot, const CURL *easy)
{
    https_lock(https);
    const bool is_so = slot->easy != NULL && (easy == NULL || slot->easy == easy);
    https_unlock(https);
    return is_so;
}

/* The one that @easy flies for; NULL = all that fly. */
static void slots_end(struct https *https, const CURL *easy, CURLcode code)
{
    for (size_t i = 0; i < HTTPS_CALLS_MAX; i++) {
        struct slot *slot = &https->slots[i];
        if (slot_is_flying(https, slot, easy)) {
            slot_end(https, slot, code);
        }
    }
}

static void end_all(struct https *https)
{
    const CURLMsg *message = NULL;
    int left = 0;
    while ((message = curl_multi_info_read(https->multi, &left)) != NULL) {
        slots_end(https, message->easy_handle, message->data.result);
    }
}

/* libcurl is out of memory, or of descriptors: what it did is not known. */
static void give_up(struct https *https)
{
    static const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    slots_end(https, NULL, CURLE_OUT_OF_MEMORY);
    (void)nanosleep(&pause, NULL);
}

static bool is_stopping(struct https *https)
{
    https_lock(https);
    const bool is_so = https->is_stopping;
    https_unlock(https);
    return is_so;
}

static void *https_run(void *context)
{
    struct https *https = context;
    int flying = 0;
    while (!is_stopping(https)) {
        fly_all(https);
        CURLMcode code = curl_multi_perform(https->multi, &flying);
        end_all(https);
        code = code == CURLM_OK ? curl_multi_poll(https->multi, NULL, 0, POLL_MS, NULL) : code;
        if (code != CURLM_OK) {
            give_up(https);
        }
    }
    return NULL;
}

/* --- start and stop --- */

/* "https://host[:port]", or http to this very machine. */
static bool is_base_url(const char *url)
{
    static const char *const starts[] = {"https://", "http://127.0.0.1:", "http://[::1]:"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        const size_t size = strlen(starts[i]);
        if (strncmp(url, starts[i], size) == 0) {
            return strlen(url) < URL_BYTES_MAX && url[size] != '\0' &&
                   strpbrk(url + size, "/?#@ ") == NULL;
        }
    }
    return false;
}

static void https_free(struct https *https)
{
    for (size_t i = 0; i < HTTPS_CALLS_MAX; i++) {
        if (https->slots[i].easy != NULL) {
            slot_drop(https, &https->slots[i]);
        }
        slot_clear(&https->slots[i]);
    }
    (void)curl_multi_cleanup(https->multi);
    (void)pthread_mutex_destroy(&https->lock);
    free(https->base_url);
    free(https->ca_file);
    free(https->practice);
    free(https);
}

/* NULL stays so. False: there is no memory. */
static bool text_copy(const char *text, char **ret_copy)
{
    *ret_copy = text != NULL ? strdup(text) : NULL;
    return text == NULL || *ret_copy != NULL;
}

static bool https_copy(struct https *https, const struct https_config *config)
{
    https->config = *config;
    https->multi = curl_multi_init();
    check(pthread_mutex_init(&https->lock, NULL) == 0);
    return https->multi != NULL && text_copy(config->base_url, &https->base_url) &&
           text_copy(config->ca_file, &https->ca_file) &&
           text_copy(config->practice, &https->practice);
}

int https_start(const struct https_config *config, struct https **ret_https)
{
    if (config->base_url != NULL && !is_base_url(config->base_url)) {
        return ERR_MALFORMED;
    }
    struct https *https = calloc(1, sizeof *https);
    if (https == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(https);
        return ERR_NO_MEMORY;
    }
    if (!https_copy(https, config) || pthread_create(&https->thread, NULL, https_run, https) != 0) {
        https_free(https);
        return ERR_NO_MEMORY;
    }
    *ret_https = https;
    return 0;
}

void https_stop(struct https *https)
{
    if (https == NULL) {
        return;
    }
    https_lock(https);
    https->is_stopping = true;
    https_unlock(https);
    (void)curl_multi_wakeup(https->multi);
    check(pthread_join(https->thread, NULL) == 0);
    https_free(https);
}
