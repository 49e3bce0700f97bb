/* Who may speak: the devices that are allowed, the answers to those who knock, and the key behind
 * each message. The authenticator names a connection by the key that it proved, so that every later
 * message can be judged by it again. Who is not allowed any more loses links and dials here.
 */
#include "node/mesh/transport_parts.h"

#include <string.h>

#include "node/mesh/socket.h"
#include "sync/base/check.h"

struct allowed *transport_allowed_find(struct transport *transport, uint64_t device)
{
    for (uint32_t i = 0; i < transport->allowed_count; i++) {
        if (transport->allowed[i].device.device == device) {
            return &transport->allowed[i];
        }
    }
    return NULL;
}

struct allowed *transport_allowed_find_key(struct transport *transport,
                                           const struct public_key *key)
{
    for (uint32_t i = 0; i < transport->allowed_count; i++) {
        if (memcmp(transport->allowed[i].device.key.bytes, key->bytes, sizeof key->bytes) == 0) {
            return &transport->allowed[i];
        }
    }
    return NULL;
}

static void hex_of(const uint8_t *bytes, size_t size, char *to)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        to[2 * i] = digits[bytes[i] >> 4];
        to[2 * i + 1] = digits[bytes[i] & 15];
    }
    to[2 * size] = '\0';
}

/* The user id under which a knock is let in: the proven key; false when it is not. */
static bool knock_is_welcome(struct transport *transport, const struct knock *knock)
{
    if (!knock->has_key) {
        return false;
    }
    if (strcmp(knock->domain, "mesh") == 0) {
        return transport_allowed_find_key(transport, &knock->key) != NULL;
    }
    return strcmp(knock->domain, "enrol") == 0 && transport->enrol != NULL;
}

void transport_allowed_serve(struct transport *transport)
{
    struct knock knock;
    int err;
    while ((err = authenticator_next(transport->authenticator, &knock)) != ERR_BUSY) {
        if (err != 0) {
            continue;
        }
        char user_id[USER_ID_BYTES_MAX];
        hex_of(knock.key.bytes, sizeof knock.key.bytes, user_id);
        authenticator_answer(transport->authenticator, &knock,
                             knock_is_welcome(transport, &knock) ? user_id : NULL);
    }
}

static int nibble(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* The key that the message's connection proved: what our authenticator answered then. */
bool transport_allowed_sender(const struct inbox *inbox, struct public_key *ret_key)
{
    const char *user_id = inbox_user_id(inbox);
    if (user_id == NULL || strlen(user_id) != USER_ID_BYTES_MAX - 1) {
        return false;
    }
    for (size_t i = 0; i < PUBLIC_KEY_BYTES; i++) {
        int high = nibble(user_id[2 * i]);
        int low = nibble(user_id[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        ret_key->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool device_is_in(uint64_t device, const struct public_key *key,
                         const struct transport_device *devices, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (devices[i].device == device &&
            (key == NULL || memcmp(key->bytes, devices[i].key.bytes, sizeof key->bytes) == 0)) {
            return true;
        }
    }
    return false;
}

void transport_allow(struct transport *transport, const struct transport_device *devices,
                     size_t count)
{
    check(count <= DEVICES_MAX);
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        struct dial *dial = &transport->dials[i];
        if (dial->phase != DIAL_FREE &&
            !device_is_in(dial->peer.device, &dial->key, devices, count)) {
            transport_dial_free(transport, dial);
        }
    }
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        struct link *link = &transport->links[i];
        if (!transport_link_is_live(link) || device_is_in(link->device, NULL, devices, count)) {
            continue;
        }
        link->farewell = BYE_REVOKED;
        transport_link_fall(transport, link);
    }
    struct allowed fresh[DEVICES_MAX];
    for (size_t i = 0; i < count; i++) {
        const struct allowed *old = transport_allowed_find(transport, devices[i].device);
        fresh[i] = old != NULL ? *old : (struct allowed){.was_linked = false};
        fresh[i].device = devices[i];
    }
    memcpy(transport->allowed, fresh, count * sizeof fresh[0]);
    transport->allowed_count = (uint32_t)count;
}

enum transport_state transport_state(const struct transport *transport, uint64_t device)
{
    if (transport_link_exists(transport, device)) {
        return TRANSPORT_LINKED;
    }
    for (uint32_t i = 0; i < transport->allowed_count; i++) {
        const struct allowed *allowed = &transport->allowed[i];
        if (allowed->device.device != device) {
            continue;
        }
        if (allowed->was_refused) {
            return TRANSPORT_REFUSED;
        }
        return allowed->was_linked ? TRANSPORT_LOST : TRANSPORT_CONNECTING;
    }
    return TRANSPORT_REFUSED;
}
