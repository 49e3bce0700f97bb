/* trestle init --from: the next pop-up begins with what the last one was set up with, whatever of
 * it is at hand, and with nothing that happened there. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/os/file.h"
#include "tests/lib/test.h"
#include "tests/process/lib/client.h"
#include "tests/process/lib/programs.h"
#include "tests/process/lib/raw.h"

#define PNG "\x89PNG\r\n\x1a\n"

/* What it was set up with, as the commands print it. */
static const char *const setups[][3] = {
    {"menu", "export", NULL},      {"record", "list", "tax"},   {"record", "list", "stall"},
    {"record", "list", "station"}, {"record", "list", "offer"}, {"staff", "roles", NULL},
};

static void set_up(const char *state)
{
    RUN_WELL("record", "add", "tax", "number=1", "name=Food", "eat_in=1900", "take_away=700",
             "--state", state);
    RUN_WELL("record", "add", "stall", "number=3", "name=Noodles", "pickup=left door", "--state",
             state);
    RUN_WELL("record", "add", "station", "number=1", "name=grill", "throttle=30", "--state", state);
    RUN_WELL("record", "add", "station", "number=2", "name=bar", "hidden=yes", "--state", state);
    RUN_WELL("record", "add", "offer", "number=1", "name=Friends", "percent_bp=1000", "manager=yes",
             "--state", state);
    RUN_WELL("record", "add", "printer", "number=1", "name=Counter", "driver=escpos",
             "address=10.0.0.5:9100", "--state", state);
    RUN_WELL("record", "add", "printer", "number=2", "name=Pass", "driver=escpos",
             "address=10.0.0.6:9100", "owner=00112233445566ff", "--state", state);
    RUN_WELL("record", "add", "staff", "number=7", "name=Ada", "--state", state);
    RUN_WELL("staff", "role", "7", "manager", "--state", state);
    assert_int_equal(RUN_TOLD("4711\n", "staff", "pin", "7", "--state", state).status, 0);
    RUN_WELL("stock", "policy", "22", "strict", "--state", state);
    RUN_WELL("stock", "add", "22", "5", "--state", state);
    RUN_WELL("order", "add", "22x2", "--pay", "cash", "--state", state);
}

static char *said_by(const char *state, const char *const *words)
{
    const char *all[6] = {words[0], words[1], "--state", state, NULL, NULL};
    if (words[2] != NULL) {
        all[2] = words[2];
        all[3] = "--state";
        all[4] = state;
    }
    char *said = strdup(run_well(all).out);
    assert_non_null(said);
    return said;
}

static void assert_set_up_alike(const char *old, const char *next)
{
    for (size_t i = 0; i < sizeof setups / sizeof setups[0]; i++) {
        char *before = said_by(old, setups[i]), *after = said_by(next, setups[i]);
        assert_string_not_equal(before, "");
        assert_string_equal(before, after);
        free(before);
        free(after);
    }
}

static void add_photo(int port)
{
    struct client *client = client_new(port);
    const struct client_request request = {
        .method = "POST", .path = "/api/menu/22/photo", .key = client_key(), .body = PNG "soup"};
    assert_int_equal(client_ask(client, &request), 200);
    client_close(client);
}

TEST(cli_next, the_next_popup_has_the_old_ones_set_up_and_none_of_its_orders_keys_or_pins)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *old = stall.nodes[0].state, *next = stall.nodes[1].state;
    set_up(old);
    node_start(&stall.nodes[0]); /* it is looked at while it sells */
    add_photo(stall.nodes[0].http_port);
    struct ran ran = RUN_WELL("init", "--from", old, "--state", next, "--name", "Noodle bar II",
                              "--listen", "tcp://127.0.0.1:*", "--http", "127.0.0.1:0", "--json");
    assert_non_null(strstr(ran.out, "\"kind\":\"state\",\"taken\":{\"taxes\":1,\"stalls\":1,"
                                    "\"printers\":2,\"stations\":2,\"staff\":1,\"offers\":1,"
                                    "\"items\":45,\"roles\":1,\"photos\":1,\"settled\":0}"));
    assert_non_null(strstr(ran.out, "\"pins\":1,\"photos\":0},\"printers_without_device\":[2]"));
    assert_non_null(strstr(ran.err, "not taken: orders and money"));
    assert_non_null(strstr(ran.err, "trestle staff pin NUMBER"));
    assert_non_null(strstr(ran.err, "trestle record set printer 2 owner=DEVICE"));
    assert_set_up_alike(old, next);
    assert_string_equal(RUN_WELL("order", "list", "--state", next).out, "");
    assert_null(
        strstr(RUN_WELL("record", "list", "printer", "--state", next).out, "00112233445566ff"));
    assert_non_null(strstr(RUN_WELL("report", "--state", next, "--json").out, "\"orders\":0"));
    RUN_WELL("verify", "--state", next);
    /* Another pop-up: the same order has the first number again, and nothing was counted. */
    assert_int_equal(RUN("order", "add", "22", "--state", next).status, 1);
    RUN_WELL("stock", "add", "22", "9", "--state", next);
    assert_non_null(strstr(RUN_WELL("order", "add", "22", "--state", next).out, "A1"));
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    stall_close(&stall);
}

TEST(cli_next, photos_come_along_as_they_were)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    add_photo(stall.nodes[0].http_port);
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    RUN_WELL("init", "--from", stall.nodes[0].state, "--state", stall.nodes[1].state, "--listen",
             "tcp://127.0.0.1:*", "--http", "127.0.0.1:0");
    char *menu = strdup(RUN_WELL("menu", "export", "--json", "--state", stall.nodes[1].state).out);
    assert_non_null(menu);
    const char *item = strstr(menu, "\"number\":22,");
    char path[96];
    assert_non_null(item);
    (void)snprintf(path, sizeof path, "/api/photos/%.64s", raw_text_of(item, "photo"));
    free(menu);
    node_start(&stall.nodes[1]);
    struct client *client = client_new(stall.nodes[1].http_port);
    assert_int_equal(client_ask(client, &(struct client_request){.method = "GET", .path = path}),
                     200);
    assert_string_equal(client->body, PNG "soup");
    client_close(client);
    assert_int_equal(node_end(&stall.nodes[1], SIGTERM), 0);
    stall_close(&stall);
}

/* Send an image to @node, which runs; its hash, until the next answer. */
static const char *add_image(const struct node *node, const char *image)
{
    struct client *client = client_new(node->http_port);
    const struct client_request request = {
        .method = "POST", .path = "/api/blobs", .key = client_key(), .body = image};
    assert_int_equal(client_ask(client, &request), 201);
    const char *hash = raw_text_of(client->body, "hash");
    client_close(client);
    return hash;
}

/* A stall of that number, with a photo of its own; the file of it. */
static void add_stall(const struct node *node, const char *number, const char *image,
                      char ret_file[192])
{
    char words[3][96];
    const char *hash = add_image(node, image);
    (void)snprintf(ret_file, 192, "%s/blobs/%.2s/%.64s", node->state, hash, hash);
    (void)snprintf(words[0], sizeof words[0], "number=%s", number);
    (void)snprintf(words[1], sizeof words[1], "name=Stall %s", number);
    (void)snprintf(words[2], sizeof words[2], "photo=%s", hash);
    RUN_WELL("record", "add", "stall", words[0], words[1], words[2], "--state", node->state);
}

TEST(cli_next, a_photo_that_is_lost_or_spoilt_is_told_and_nothing_else_is_missing)
{
    struct stall stall;
    char whole[192], lost[192], spoilt[192];
    stall_open(&stall);
    stall_init(&stall);
    const char *next = stall.nodes[1].state;
    node_start(&stall.nodes[0]);
    add_stall(&stall.nodes[0], "1", PNG "one", whole);
    add_stall(&stall.nodes[0], "2", PNG "two", lost);
    add_stall(&stall.nodes[0], "3", PNG "three", spoilt);
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    assert_int_equal(unlink(lost), 0);
    write_file(spoilt, PNG "tree");
    struct ran ran = RUN_WELL("init", "--from", stall.nodes[0].state, "--state", next, "--json");
    assert_non_null(strstr(ran.out, "\"stalls\":3,"));
    assert_non_null(strstr(ran.out, "\"photos\":1,\"settled\":0}"));
    assert_non_null(strstr(ran.out, "\"pins\":0,\"photos\":2}"));
    assert_non_null(strstr(ran.err, "not taken, as they are not whole there: 2 photos"));
    ran = RUN_WELL("record", "list", "stall", "--state", next);
    assert_non_null(strstr(ran.out, strrchr(whole, '/') + 1));
    assert_null(strstr(ran.out, strrchr(lost, '/') + 1));
    stall_close(&stall);
}

TEST(cli_next, a_printer_that_the_first_device_drove_is_the_next_first_devices)
{
    char owner[64], wanted[64];
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *old = stall.nodes[0].state, *next = stall.nodes[1].state;
    (void)snprintf(owner, sizeof owner, "owner=%.16s",
                   raw_text_of(RUN_WELL("device", "list", "--state", old, "--json").out, "id"));
    RUN_WELL("record", "add", "printer", "number=1", "name=Counter", "driver=escpos",
             "address=10.0.0.5:9100", owner, "--state", old);
    struct ran ran = RUN_WELL("init", "--from", old, "--state", next, "--json");
    assert_non_null(strstr(ran.out, "\"printers_without_device\":[]"));
    (void)snprintf(wanted, sizeof wanted, "owner=%.16s",
                   raw_text_of(RUN_WELL("device", "list", "--state", next, "--json").out, "id"));
    assert_string_not_equal(owner, wanted);
    assert_non_null(strstr(RUN_WELL("record", "list", "printer", "--state", next).out, wanted));
    /* A device of another lane is another one, and drives it no more. */
    RUN_WELL("init", "--from", old, "--lane", "B", "--state", stall.nodes[2].state);
    ran = RUN_WELL("record", "list", "printer", "--state", stall.nodes[2].state);
    assert_null(strstr(ran.out, owner));
    stall_close(&stall);
}

TEST(cli_next, a_backup_an_archive_or_an_export_does_as_well)
{
    static const char *const kinds[] = {"backup", "archive", "export"};
    struct stall stall;
    char file[160], wanted[64];
    stall_open(&stall);
    stall_init(&stall);
    set_up(stall.nodes[0].state);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        char next[128];
        (void)snprintf(file, sizeof file, "%s/old.%s", stall.folder, kinds[i]);
        (void)snprintf(next, sizeof next, "%s/next.%s", stall.folder, kinds[i]);
        (void)snprintf(wanted, sizeof wanted, "\"kind\":\"%s\"", kinds[i]);
        RUN_WELL(kinds[i], file, "--state", stall.nodes[0].state);
        struct ran ran = RUN_WELL("init", "--from", file, "--state", next, "--json");
        assert_non_null(strstr(ran.out, wanted));
        assert_set_up_alike(stall.nodes[0].state, next);
        RUN_WELL("verify", "--state", next);
    }
    stall_close(&stall);
}

TEST(cli_next, nothing_is_begun_from_what_was_changed_or_is_no_popup)
{
    struct stall stall;
    char file[160];
    uint8_t *bytes = NULL;
    size_t size = 0;
    stall_open(&stall);
    stall_init(&stall);
    const char *next = stall.nodes[1].state;
    (void)snprintf(file, sizeof file, "%s/old", stall.folder);
    RUN_WELL("archive", file, "--state", stall.nodes[0].state);
    assert_int_equal(file_read(file, 1 << 20, &bytes, &size), 0);
    bytes[size / 2] ^= 1;
    assert_int_equal(file_write(file, bytes_of(bytes, size), 0600), 0);
    free(bytes);
    struct ran ran = RUN("init", "--from", file, "--state", next);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "trestle verify says more"));
    assert_int_equal(RUN("status", "--state", next).status, 2);
    write_file(file, "name,price\nSoup,4.50\n");
    ran = RUN("init", "--from", file, "--state", next);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "is no export of a pop-up"));
    assert_int_equal(RUN("init", "--from", "/nowhere/at/all", "--state", next).status, 1);
    assert_int_equal(RUN("init", "--from", stall.folder, "--state", next).status, 69);
    ran = RUN("init", "--from", stall.nodes[0].state, "--digits", "0", "--state", next);
    assert_int_equal(ran.status, 2);
    assert_non_null(strstr(ran.err, "--digits is 2"));
    RUN_WELL("init", "--from", stall.nodes[0].state, "--state", next); /* it is not half a one */
    stall_close(&stall);
}
