/* Who may speak and whom to dial: what the address book, the settings and the network tell a device
 * of others, and what it makes of that. */
#include "tests/process/lib/desk.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/test.h"

static struct desk desk;

/* What the core told its transport last. The linker puts these in the place of the real ones
 * (tests/CMakeLists.txt). */
static struct transport_device allowed[DEVICES_MAX];
static struct transport_peer dialled[DEVICES_MAX];
static size_t allowed_count, dialled_count;

void __wrap_transport_allow(struct transport *transport, const struct transport_device *devices,
                            size_t count);
void __wrap_transport_dial(struct transport *transport, const struct transport_peer *peers,
                           size_t count);

void __wrap_transport_allow(struct transport *transport, const struct transport_device *devices,
                            size_t count)
{
    (void)transport;
    assert_true(count <= DEVICES_MAX);
    memcpy(allowed, devices, count * sizeof *devices);
    allowed_count = count;
}

void __wrap_transport_dial(struct transport *transport, const struct transport_peer *peers,
                           size_t count)
{
    (void)transport;
    assert_true(count <= DEVICES_MAX);
    memcpy(dialled, peers, count * sizeof *peers);
    dialled_count = count;
}

static bool is_allowed(uint64_t device)
{
    for (size_t i = 0; i < allowed_count; i++) {
        if (allowed[i].device == device) {
            return true;
        }
    }
    return false;
}

static uint32_t count_dialled(uint64_t device)
{
    uint32_t count = 0;
    for (size_t i = 0; i < dialled_count; i++) {
        count += dialled[i].device == device;
    }
    return count;
}

static void begin(void)
{
    desk_open(&desk);
    desk.core->book->count = 0;
}

static void put(const struct book_entry *entry)
{
    desk.core->book->entries[desk.core->book->count++] = *entry;
}

/* In the book: a device that shows a certificate by the pop-up of @of, under its id ^ @wrong. */
static uint64_t introduce(const struct desk *of, uint64_t wrong)
{
    struct secret_key device;
    struct transport_secret transport;
    struct book_entry entry = {.endpoint = ""};
    struct bytes chain;
    entropy_signing_key(&device);
    entropy_transport_key(&transport);
    const struct certificate certificate = {.popup = of->identity.popup,
                                            .device_key = signing_public(&device),
                                            .transport_key = transport_public(&transport),
                                            .role = ROLE_COUNTER,
                                            .name = "till",
                                            .name_size = 4};
    assert_int_equal(identity_issue(&of->identity, &certificate, entry.chain, &chain), 0);
    entry.chain_size = chain.size;
    entry.device = id64_of_key(&certificate.device_key) ^ wrong;
    put(&entry);
    return entry.device;
}

TEST(core_links, who_shows_a_certificate_of_the_popup_may_speak_before_the_roster_knows_him)
{
    static struct desk other;
    const struct book_entry nothing = {.device = 4711};
    desk_open(&other);
    begin();
    const uint64_t one = introduce(&desk, 0);
    const uint64_t thief = introduce(&desk, 1); /* another's certificate under an id of his own */
    const uint64_t stranger = introduce(&other, 0);
    const struct book_entry own = {.device = desk.identity.device};
    put(&nothing);
    put(&own);
    core_update_links(desk.core);
    assert_true(is_allowed(one));
    assert_false(is_allowed(thief) || is_allowed(stranger) || is_allowed(nothing.device));
    assert_false(is_allowed(desk.identity.device));
    assert_int_equal(allowed_count, 1);
    desk_close(&desk);
    desk_close(&other);
}

TEST(core_links, who_is_on_the_roster_may_speak_once_until_he_is_revoked)
{
    static struct desk other;
    struct command revoke = {.kind = COMMAND_DEVICE_REVOKE,
                             .principal = {.role = ROLE_OWNER, .session = 1}};
    begin();
    desk_open_in(&other, &desk);
    desk_add_device(&desk, &other);
    struct book_entry entry = {.device = other.identity.device,
                               .endpoint = "tcp://192.0.2.7:7450",
                               .chain_size = other.identity.chain_size};
    memcpy(entry.chain, other.identity.chain, entry.chain_size);
    put(&entry);
    core_update_links(desk.core);
    assert_int_equal(allowed_count, 1);
    assert_true(is_allowed(entry.device));
    revoke.device = entry.device;
    assert_int_equal(desk_ask(&desk, &revoke).err, 0);
    core_update_links(desk.core);
    assert_int_equal(allowed_count, 0);
    desk_close(&other);
    desk_close(&desk);
}

TEST(core_links, one_whose_place_is_set_by_hand_is_dialled_there_alone)
{
    struct book_entry entry = {.device = 1, .endpoint = "tcp://192.0.2.7:7450"};
    begin();
    desk.settings.peers_count = 1;
    desk.settings.peers[0] =
        (struct transport_peer){.device = 2, .endpoint = "tcp://192.0.2.8:7450"};
    put(&entry);
    entry.device = 2;
    put(&entry);
    core_update_links(desk.core);
    assert_int_equal(count_dialled(1), 1);
    assert_int_equal(count_dialled(2), 1);
    assert_string_equal(dialled[0].endpoint, "tcp://192.0.2.8:7450");
    desk_close(&desk);
}

/* A full book, and on the network as many shout as are remembered. */
TEST(core_links, of_more_places_than_can_be_dialled_those_set_by_hand_are)
{
    begin();
    struct sightings *seen = &desk.core->sightings;
    desk.settings.peers_count = 1;
    desk.settings.peers[0] =
        (struct transport_peer){.device = 999, .endpoint = "tcp://192.0.2.8:7450"};
    for (uint32_t i = 0; i < SIGHTINGS_MAX; i++) {
        struct transport_peer *peer = &seen->entries[seen->count++].peer;
        peer->device = 500 + i;
        (void)snprintf(peer->endpoint, sizeof peer->endpoint, "tcp://192.0.2.9:%u", 7000 + i);
    }
    core_update_links(desk.core);
    assert_int_equal(dialled_count, 1 + SIGHTINGS_MAX);
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        struct book_entry entry = {.device = 100 + i};
        (void)snprintf(entry.endpoint, sizeof entry.endpoint, "tcp://192.0.2.7:%u", 7000 + i);
        put(&entry);
    }
    core_update_links(desk.core);
    assert_int_equal(dialled_count, DEVICES_MAX);
    assert_int_equal(dialled[0].device, 999);
    assert_int_equal(count_dialled(500), 0);
    seen->count = 0;
    desk_close(&desk);
}

/* A full book of devices that show certificates, beside those on the roster. */
TEST(core_links, of_more_acquaintances_than_may_speak_those_on_the_roster_may)
{
    static struct desk other;
    begin();
    desk_open_in(&other, &desk);
    desk_add_device(&desk, &other);
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        (void)introduce(&desk, 0);
    }
    core_update_links(desk.core);
    assert_int_equal(allowed_count, DEVICES_MAX);
    assert_int_equal(allowed[0].device, other.identity.device);
    desk_close(&other);
    desk_close(&desk);
}
