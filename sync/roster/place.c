#include "sync/roster/place.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/base/limits.h"
#include "sync/base/reader.h"
#include "sync/base/writer.h"

enum { PORT_MAX = 65535 };

/* The bytes before the last colon are the host, the ones after it the port. */
static bool split_at_colon(struct bytes address, struct bytes *ret_host, struct bytes *ret_port)
{
    for (size_t i = address.size; i-- > 0;) {
        if (address.data[i] == ':') {
            *ret_host = bytes_of(address.data, i);
            *ret_port = bytes_of(address.data + i + 1, address.size - i - 1);
            return true;
        }
    }
    return false;
}

static bool is_port(struct bytes port)
{
    uint32_t number = 0;
    for (size_t i = 0; i < port.size && number <= PORT_MAX; i++) {
        if (port.data[i] < '0' || port.data[i] > '9') {
            return false;
        }
        number = number * 10 + (uint32_t)(port.data[i] - '0');
    }
    return number >= 1 && number <= PORT_MAX;
}

static bool is_any_of(uint8_t byte, const char *others)
{
    const bool is_digit = byte >= '0' && byte <= '9';
    const bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    return is_digit || is_letter || (byte != '\0' && strchr(others, byte) != NULL);
}

/* '%' begins the interface of a link-local address. */
static bool is_host(struct bytes host)
{
    const bool is_v6 = host.size > 2 && host.data[0] == '[' && host.data[host.size - 1] == ']';
    const struct bytes name = is_v6 ? bytes_of(host.data + 1, host.size - 2) : host;
    for (size_t i = 0; i < name.size; i++) {
        if (!is_any_of(name.data[i], is_v6 ? ":.%-_" : ".-_")) {
            return false;
        }
    }
    return name.size > 0;
}

bool endpoint_is_dialable(struct bytes endpoint)
{
    static const char scheme[] = "tcp://";
    const size_t scheme_size = sizeof scheme - 1;
    struct bytes host;
    struct bytes port;
    if (endpoint.size <= scheme_size || endpoint.size > PLACE_ENDPOINT_BYTES_MAX ||
        memcmp(endpoint.data, scheme, scheme_size) != 0) {
        return false;
    }
    return split_at_colon(bytes_of(endpoint.data + scheme_size, endpoint.size - scheme_size), &host,
                          &port) &&
           is_host(host) && is_port(port);
}

bool device_place_equal(const struct device_place *a, const struct device_place *b)
{
    bool is_equal = a->count == b->count;
    for (uint32_t i = 0; is_equal && i < a->count; i++) {
        is_equal = strcmp(a->endpoints[i], b->endpoints[i]) == 0;
    }
    return is_equal;
}

int device_place_encode(const struct device_place *place, void *buffer, size_t capacity,
                        struct bytes *ret_body)
{
    struct writer writer;
    check(place->count <= PLACE_ENDPOINTS_MAX);
    writer_init(&writer, buffer, capacity);
    write_array(&writer, 1);
    write_array(&writer, place->count);
    for (uint32_t i = 0; i < place->count; i++) {
        write_text(&writer, bytes_of_text(place->endpoints[i]));
    }
    return writer_finish(&writer, ret_body);
}

int device_place_decode(struct bytes body, struct device_place *ret_place)
{
    struct device_place place = {.count = 0};
    struct reader reader;
    reader_init(&reader, body);
    const uint32_t fields = read_array(&reader, 1, VALUE_ITEMS_MAX);
    const uint32_t count = read_array(&reader, 0, PLACE_ENDPOINTS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        const struct bytes endpoint = read_text(&reader, PLACE_ENDPOINT_BYTES_MAX);
        if (reader.err == 0 && endpoint_is_dialable(endpoint)) {
            memcpy(place.endpoints[place.count++], endpoint.data, endpoint.size);
        }
    }
    for (uint32_t i = 1; i < fields && reader.err == 0; i++) {
        read_raw(&reader);
    }
    const int err = reader_finish(&reader);
    if (err == 0) {
        *ret_place = place;
    }
    return err;
}
