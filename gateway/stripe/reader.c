#include "gateway/stripe/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/stripe/request.h"
#include "node/os/bell.h"
#include "node/os/clock.h"
#include "node/os/entropy.h"

enum { SECRET_BYTES_MAX = 255, HEADER_BYTES_MAX = SECRET_BYTES_MAX + 64, AGAIN_MS = 1000 };

struct stripe_reader {
    struct https *https;
    char authorization[HEADER_BYTES_MAX]; /* "" = none */
    uint32_t tries;
    uint64_t names;
    struct bell bell; /* over when it was cancelled */
};

static void on_answer(void *context)
{
    struct stripe_reader *reader = context;
    bell_ring(&reader->bell);
}

void stripe_reader_cancel(struct stripe_reader *reader)
{
    bell_end(&reader->bell);
}

int stripe_reader_open(const struct stripe_reader_config *config, struct stripe_reader **ret_reader)
{
    struct stripe_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return ERR_NO_MEMORY;
    }
    bell_open(&reader->bell);
    reader->tries = config->tries;
    if (config->secret_key[0] != '\0') {
        (void)snprintf(reader->authorization, sizeof reader->authorization,
                       "Authorization: Bearer %s", config->secret_key);
    }
    const struct https_config https = {.base_url = config->base_url,
                                       .total_ms = config->total_ms,
                                       .wake = on_answer,
                                       .context = reader};
    const int err = https_start(&https, &reader->https);
    if (err != 0) {
        stripe_reader_close(reader);
        return err;
    }
    *ret_reader = reader;
    return 0;
}

void stripe_reader_close(struct stripe_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    https_stop(reader->https);
    bell_close(&reader->bell);
    entropy_wipe(reader, sizeof *reader);
    free(reader);
}

/* --- one try --- */

static int push(struct stripe_reader *reader, struct bytes path)
{
    struct https_call call = {.name = ++reader->names, .path = path};
    call.headers[call.headers_count++] = "Stripe-Version: " STRIPE_VERSION;
    if (reader->authorization[0] != '\0') {
        call.headers[call.headers_count++] = reader->authorization;
    }
    return https_push(reader->https, &call);
}

static void read_fill(struct stripe_read *read, struct https_answer *answer)
{
    const struct bytes body = bytes_of(answer->body.data, answer->body.size);
    *read = (struct stripe_read){.status = answer->status, .date_s = answer->date_s};
    (void)snprintf(read->trouble, sizeof read->trouble, "%s", answer->trouble);
    if (answer->status != 0 && stripe_reply_parse(body, &read->reply) != 0) {
        read->reply = NULL;
    }
    text_close(&answer->body);
}

static int get_once(struct stripe_reader *reader, struct bytes path, struct stripe_read *ret_read)
{
    struct https_answer answer;
    int err = push(reader, path);
    while (err == 0) {
        err = bell_wait(&reader->bell, UINT64_MAX) ? 0 : ERR_EXPIRED;
        if (err == 0 && https_take(reader->https, &answer)) {
            read_fill(ret_read, &answer);
            return 0;
        }
    }
    return err;
}

/* It may be otherwise in a moment. */
static bool is_passing(const struct stripe_read *read)
{
    return read->status == 0 || read->status == 409 || read->status == 429 || read->status >= 500 ||
           (read->status == 200 && read->reply == NULL);
}

int stripe_reader_get(struct stripe_reader *reader, struct bytes path, struct stripe_read *ret_read)
{
    uint64_t wait_ms = AGAIN_MS;
    int err = get_once(reader, path, ret_read);
    for (uint32_t i = 1; err == 0 && i < reader->tries && is_passing(ret_read); i++) {
        stripe_read_close(ret_read);
        err = bell_wait(&reader->bell, clock_mono_ms() + wait_ms) ? 0 : ERR_EXPIRED;
        err = err == 0 ? get_once(reader, path, ret_read) : err;
        wait_ms *= 2;
    }
    return err;
}

void stripe_read_close(struct stripe_read *read)
{
    stripe_reply_free(read->reply);
    read->reply = NULL;
}

bool stripe_read_is(const struct stripe_read *read, const char *object)
{
    return read->status == 200 && read->reply != NULL &&
           stripe_reply_answer(read->reply, read->status, false, object).is_the_object;
}
