#include "gateway/notify/letter.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "gateway/config/sms_fields.h"
#include "gateway/stripe/form.h"
#include "node/api/state.h"
#include "node/json/json_build.h"
#include "node/os/entropy.h"
#include "sync/base/check.h"

enum { LETTER_VERSION = 1, TOPIC_BYTES = 18, KEY_BYTES = 16 };

/* --- parts of both --- */

/* Zero bytes of the next header; @size of them. */
static char *header_next(struct letter *letter)
{
    check(letter->headers_count < LETTER_HEADERS_MAX);
    return letter->headers[letter->headers_count++];
}

static void header_add(struct letter *letter, const char *name, const char *value)
{
    (void)snprintf(header_next(letter), VAPID_HEADER_BYTES_MAX, "%s: %s", name, value);
}

static void wipe(struct text *text)
{
    if (text->data != NULL) {
        entropy_wipe(text->data, text->capacity);
    }
    text_close(text);
}

void letter_close(struct letter *letter)
{
    wipe(&letter->path);
    wipe(&letter->body);
    entropy_wipe(letter, sizeof *letter);
}

/* --- Web Push --- */

/* What a browser gets: {"v":1,"id":...,"order":...,"number":...,"state":...,"said":...}. */
static void message_print(const struct order *order, enum news news, struct text *to)
{
    struct json_value *object = json_new_object();
    char id[NEWS_ID_TEXT_BYTES], said[NEWS_SAID_BYTES_MAX];
    char number[NUMBER_TEXT_BYTES_MAX] = "";
    if (order->numbers_count > 0) {
        number_print(order->numbers[0].lane, order->numbers[0].number, number);
    }
    news_id(&order->id, news, id);
    news_say(order, news, said);
    json_put_int(object, "v", LETTER_VERSION);
    json_put_string(object, "id", id);
    json_put_entity(object, "order", &order->id);
    json_put_string(object, "number", number);
    json_put_string(object, "state", news_info(news)->word);
    json_put_string(object, "said", said);
    json_print(object, to);
}

/* RFC 8030 section 5.4: a newer message takes the place of one that was not delivered yet. */
static void topic_print(const struct entity_id *order, char to[BASE64URL_TEXT_BYTES(TOPIC_BYTES)])
{
    uint8_t topic[TOPIC_BYTES];
    const struct bytes parts[] = {bytes_of_text("trestle/topic/1"),
                                  bytes_of(order->bytes, sizeof order->bytes)};
    hash_parts(topic, sizeof topic, parts, sizeof parts / sizeof *parts);
    base64url_print(bytes_of(topic, sizeof topic), to);
}

static void push_headers(const struct letter_sender *sender, const struct recipient *recipient,
                         enum news news, int64_t now_s, struct letter *letter)
{
    char origin[VAPID_ORIGIN_BYTES_MAX + 1], ttl[16];
    char topic[BASE64URL_TEXT_BYTES(TOPIC_BYTES)];
    endpoint_origin(recipient->push.endpoint, origin);
    topic_print(&recipient->id.order, topic);
    (void)snprintf(ttl, sizeof ttl, "%u", (unsigned)news_info(news)->life_s);
    vapid_header(&sender->keys->vapid, origin, sender->terms->push_contact, now_s,
                 header_next(letter));
    header_add(letter, "Content-Type", "application/octet-stream");
    header_add(letter, "Content-Encoding", "aes128gcm");
    header_add(letter, "TTL", ttl);
    header_add(letter, "Topic", topic);
    header_add(letter, "Urgency", news_info(news)->is_urgent ? "high" : "normal");
}

int letter_push(const struct letter_sender *sender, const struct recipient *recipient,
                const struct order *order, enum news news, int64_t now_s, struct letter *ret_letter)
{
    uint8_t buffer[WEBPUSH_BODY_BYTES_MAX];
    struct webpush_chance chance;
    struct text text = {.data = NULL};
    struct bytes body;
    memset(ret_letter, 0, sizeof *ret_letter);
    message_print(order, news, &text);
    entropy_bytes(chance.salt, sizeof chance.salt);
    p256_secret_make(&chance.ephemeral);
    const int err =
        webpush_seal(&recipient->push.keys, &chance, bytes_of(text.data, text.size), buffer, &body);
    check(err != ERR_TOO_LARGE); /* all in it has its bounds */
    entropy_wipe(&chance, sizeof chance);
    wipe(&text);
    if (err == 0) {
        text_append_text(&ret_letter->path, recipient->push.endpoint);
        text_append(&ret_letter->body, body.data, body.size);
        push_headers(sender, recipient, news, now_s, ret_letter);
    }
    return err;
}

/* --- SMS --- */

/* Names it for ever, to whom it goes: to another number it is another one. */
static void sms_key_print(const struct recipient *recipient, enum news news,
                          char to[BASE64URL_TEXT_BYTES(KEY_BYTES)])
{
    uint8_t key[KEY_BYTES], number[4];
    put_be32(number, (uint32_t)news);
    const struct entity_id *order = &recipient->id.order;
    const struct bytes parts[] = {bytes_of_text("trestle/sms/1"),
                                  bytes_of(order->bytes, sizeof order->bytes),
                                  bytes_of(number, sizeof number), bytes_of_text(recipient->phone)};
    hash_parts(key, sizeof key, parts, sizeof parts / sizeof *parts);
    base64url_print(bytes_of(key, sizeof key), to);
}

static size_t origin_size(const char *url)
{
    const char *host = strstr(url, "://");
    check(host != NULL); /* terms.c took it */
    return (size_t)(host - url) + 3 + strcspn(host + 3, "/?");
}

void sms_origin(const char *url, char ret_origin[SETTING_BYTES_MAX])
{
    (void)snprintf(ret_origin, SETTING_BYTES_MAX, "%.*s", (int)origin_size(url), url);
}

/* NAME:PASSWORD is Basic (RFC 7617), one word a bearer's token (RFC 6750). */
static void authorization_add(struct letter *letter, const char *key)
{
    char basic[sodium_base64_ENCODED_LEN(CREDENTIAL_BYTES_MAX, sodium_base64_VARIANT_ORIGINAL)];
    char *header = header_next(letter);
    if (strchr(key, ':') == NULL) {
        (void)snprintf(header, VAPID_HEADER_BYTES_MAX, "Authorization: Bearer %s", key);
        return;
    }
    (void)sodium_bin2base64(basic, sizeof basic, (const uint8_t *)key, strlen(key),
                            sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(header, VAPID_HEADER_BYTES_MAX, "Authorization: Basic %s", basic);
    entropy_wipe(basic, sizeof basic);
}

int letter_sms(const struct letter_sender *sender, const struct recipient *recipient,
               const struct order *order, enum news news, struct letter *ret_letter)
{
    struct sms_fields fields;
    char key[BASE64URL_TEXT_BYTES(KEY_BYTES)], said[NEWS_SAID_BYTES_MAX];
    memset(ret_letter, 0, sizeof *ret_letter);
    const int err = sms_fields_parse(sender->terms->sms_fields, &fields);
    if (err != 0) {
        return err;
    }
    sms_key_print(recipient, news, key);
    news_say(order, news, said);
    text_append_text(&ret_letter->path,
                     sender->terms->sms_url + origin_size(sender->terms->sms_url));
    form_add_text(&ret_letter->body, fields.from, sender->terms->sms_from);
    form_add_text(&ret_letter->body, fields.to, recipient->phone);
    form_add_text(&ret_letter->body, fields.body, said);
    authorization_add(ret_letter, sender->keys->sms_key);
    header_add(ret_letter, "Content-Type", "application/x-www-form-urlencoded");
    header_add(ret_letter, "Idempotency-Key", key);
    return 0;
}
