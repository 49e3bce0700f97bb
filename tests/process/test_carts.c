/* Carts that several phones share, by a link or a table's code: over HTTP and /ws, at a real node
 * that is also restarted.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "node/access/table_code.h"
#include "node/json/json_qr.h"
#include "node/os/matrix_code.h"
#include "node/stream/live.h"
#include "tests/lib/test.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/held_store.h"
#include "tests/process/lib/owner.h"
#include "tests/process/lib/programs.h"

enum { ID_DIGITS = 24, LINK_DIGITS_MAX = 80 };

static struct stall stall;
static struct client *client;

static void open_stall(void)
{
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    client = client_new(stall.nodes[0].http_port);
}

static void close_stall(void)
{
    client_close(client);
    stall_close(&stall);
}

static char owner_said[2048];

static void ask_owner(const char *method, const char *path, const char *body)
{
    struct text reply = {0};
    const int status = owner_ask(&stall.nodes[0], method, path, body, &reply);
    assert_true(status == 200 || status == 201);
    (void)snprintf(owner_said, sizeof owner_said, "%.*s", (int)reply.size, reply.data);
    text_close(&reply);
}

static struct phone *connect_phone(void)
{
    return phone_new(stall.nodes[0].http_port);
}

static int ask_with(const struct customer *customer, const char *key, const char *method,
                    const char *path, const char *body)
{
    const struct client_request request = {
        .method = method, .path = path, .token = customer->token, .key = key, .body = body};
    return client_ask(client, &request);
}

static int ask(const struct customer *customer, const char *method, const char *path,
               const char *body)
{
    return ask_with(customer, body == NULL ? NULL : client_key(), method, path, body);
}

static void assert_says(const char *what)
{
    if (strstr(client->body, what) == NULL) {
        fail_msg("%s is not in %s", what, client->body);
    }
}

/* One who begins a cart; and one who comes by its link. */
static struct customer begin_cart(char ret_link[LINK_DIGITS_MAX])
{
    struct customer customer;
    const struct client_request request = {.method = "POST", .path = "/api/cart", .body = "{}"};
    assert_int_equal(client_ask(client, &request), 201);
    assert_json(&schema_cart_opened, client->body);
    json_text_of(client->body, "token", customer.token, sizeof customer.token);
    json_text_of(client->body, "link", ret_link, LINK_DIGITS_MAX);
    return customer;
}

static struct customer join_cart(const char *link)
{
    struct customer customer;
    char body[128];
    (void)snprintf(body, sizeof body, "{\"link\":\"%s\"}", link);
    const struct client_request request = {
        .method = "POST", .path = "/api/cart/join", .body = body};
    assert_int_equal(client_ask(client, &request), 201);
    json_text_of(client->body, "token", customer.token, sizeof customer.token);
    return customer;
}

/* As the cart is now, with @what besides. */
static const char *order_with(const struct customer *customer, unsigned round, const char *what)
{
    static char body[240];
    assert_int_equal(ask(customer, "GET", "/api/cart", NULL), 200);
    const char *version = strstr(client->body, "\"version\":");
    assert_non_null(version);
    (void)snprintf(body, sizeof body, "{\"channel\":\"phone\",%s,\"cart\":{\"round\":%u,%.*s}}",
                   what, round, (int)strcspn(version, ",}"), version);
    return body;
}

static const char *order_of_cart(const struct customer *customer, unsigned round)
{
    return order_with(customer, round, "\"mode\":\"eat-in\"");
}

#define TWO_FOR_ANA "{\"item\":10,\"quantity\":2,\"who\":\"Ana\",\"note\":\"no onions\"}"
#define ONE_FOR_BEN "{\"item\":11,\"quantity\":1,\"who\":\"Ben\"}"

TEST(carts, phones_share_one_that_outlives_a_restart_and_what_both_order_is_one_order)
{
    char link[LINK_DIGITS_MAX], first[ID_DIGITS + 1], second[ID_DIGITS + 1], body[160];
    open_stall();
    const struct customer ana = begin_cart(link);
    const struct customer ben = join_cart(link);
    assert_string_not_equal(ana.token, ben.token);
    struct phone *bens = connect_phone();
    phone_say_open(bens, &ben, "", "");
    (void)phone_hear_of(bens, "\"more\":false");
    assert_int_equal(ask(&ana, "POST", "/api/cart/lines", TWO_FOR_ANA), 201);
    assert_json(&schema_cart, client->body);
    assert_non_null(strstr(phone_hear_of(bens, "\"cart\""), "\"who\":\"Ana\""));
    assert_int_equal(ask(&ben, "POST", "/api/cart/lines", ONE_FOR_BEN), 201);
    assert_int_equal(ask(&ben, "PATCH", "/api/cart/lines/1", "{\"delta\":1}"), 200);
    assert_non_null(strstr(phone_hear_of(bens, "\"quantity\":3"), "\"version\":3"));
    phone_close(bens);
    client_close(client);
    assert_int_equal(node_end(&stall.nodes[0], SIGKILL), 1000 + SIGKILL);
    node_start(&stall.nodes[0]);
    client = client_new(stall.nodes[0].http_port);
    (void)snprintf(body, sizeof body, "%s", order_of_cart(&ben, 0));
    assert_says("\"quantity\":3");
    assert_says("\"who\":\"Ben\"");
    assert_int_equal(ask(&ana, "POST", "/api/orders", body), 201);
    assert_json(&schema_order_placed, client->body);
    json_text_of(client->body, "id", first, sizeof first);
    assert_int_equal(ask(&ben, "POST", "/api/orders", body), 201);
    json_text_of(client->body, "id", second, sizeof second);
    assert_string_equal(first, second);
    assert_int_equal(ask(&ben, "GET", "/api/cart", NULL), 200);
    assert_says("\"round\":1,\"lines\":[]");
    assert_says(first); /* and whoever shares it may see it: */
    (void)snprintf(body, sizeof body, "/api/orders/%s/status", first);
    assert_int_equal(ask(&ben, "GET", body, NULL), 200);
    assert_says("Ana: no onions");
    assert_says("\"note\":\"Ben\"");
    close_stall();
}

/* The rows of dark modules that a path of SVG strokes. */
static void path_draw(const char *path, bool modules[MATRIX_WIDTH_MAX][MATRIX_WIDTH_MAX])
{
    int column, row, run, size;
    while (sscanf(path, "M%d %d.5h%d%n", &column, &row, &run, &size) == 3) {
        for (int i = 0; i < run; i++) {
            modules[row][column + i] = true;
        }
        path += size;
    }
    assert_int_equal(*path, '"');
}

TEST(carts, a_link_is_drawn_for_friends_to_scan)
{
    static bool drawn[MATRIX_WIDTH_MAX][MATRIX_WIDTH_MAX];
    struct matrix_code wanted;
    char link[LINK_DIGITS_MAX];
    open_stall();
    const struct customer ana = begin_cart(link);
    assert_int_equal(ask(&ana, "POST", "/api/qr", "{\"text\":\"http://stall/#join=1\"}"), 200);
    assert_json(&schema_qr, client->body);
    path_draw(strstr(client->body, "\"path\":\"") + strlen("\"path\":\""), drawn);
    assert_int_equal(matrix_code_encode("http://stall/#join=1", MATRIX_CORRECTION_M, &wanted), 0);
    for (int row = 0; row < (int)wanted.width; row++) {
        for (int column = 0; column < (int)wanted.width; column++) {
            assert_int_equal(drawn[row][column], matrix_code_is_dark(&wanted, row, column));
        }
    }
    assert_int_equal(ask(&ana, "POST", "/api/qr", "{\"text\":\"\"}"), 400);
    for (int excess = 0; excess < 2; excess++) {
        char body[QR_TEXT_BYTES_MAX + 32];
        (void)snprintf(body, sizeof body, "{\"text\":\"%0*d\"}", QR_TEXT_BYTES_MAX + excess, 0);
        assert_int_equal(ask(&ana, "POST", "/api/qr", body), excess == 0 ? 200 : 400);
    }
    /* A table's card leads there by any address that a pop-up may have. */
    assert_true(POPUP_ADDRESS_BYTES_MAX + strlen("/order#table=") + TABLE_CODE_DIGITS <=
                QR_TEXT_BYTES_MAX);
    close_stall();
}

TEST(carts, an_edit_that_is_sent_again_is_not_done_again)
{
    char link[LINK_DIGITS_MAX], key[64];
    open_stall();
    const struct customer ana = begin_cart(link);
    (void)snprintf(key, sizeof key, "%s", client_key());
    assert_int_equal(ask_with(&ana, key, "POST", "/api/cart/lines", ONE_FOR_BEN), 201);
    assert_int_equal(ask_with(&ana, key, "POST", "/api/cart/lines", ONE_FOR_BEN), 201);
    assert_says("\"version\":1");
    (void)snprintf(key, sizeof key, "%s", client_key());
    assert_int_equal(ask_with(&ana, key, "PATCH", "/api/cart/lines/1", "{\"delta\":2}"), 200);
    assert_int_equal(ask_with(&ana, key, "PATCH", "/api/cart/lines/1", "{\"delta\":2}"), 200);
    assert_says("\"quantity\":3");
    assert_int_equal(ask(&ana, "PATCH", "/api/cart/lines/1", "{\"delta\":-3}"), 200);
    assert_says("\"lines\":[]");
    assert_int_equal(ask(&ana, "PATCH", "/api/cart/lines/1", "{\"delta\":1}"), 404);
    close_stall();
}

TEST(carts, what_somebody_changed_meanwhile_is_not_ordered_unseen)
{
    char link[LINK_DIGITS_MAX], body[160];
    open_stall();
    const struct customer ana = begin_cart(link);
    assert_int_equal(ask(&ana, "POST", "/api/cart/lines", ONE_FOR_BEN), 201);
    (void)snprintf(body, sizeof body, "%s", order_of_cart(&ana, 0));
    assert_int_equal(ask(&ana, "POST", "/api/cart/lines", TWO_FOR_ANA), 201);
    assert_int_equal(ask(&ana, "POST", "/api/orders", body), 409);
    assert_says("what is in the cart");
    assert_int_equal(ask(&ana, "GET", "/api/cart", NULL), 200);
    assert_says("\"round\":0");
    assert_says("\"who\":\"Ana\"");
    assert_int_equal(ask(&ana, "POST", "/api/orders", order_of_cart(&ana, 0)), 201);
    close_stall();
}

/* What is in a cart that holds TWO_FOR_ANA. */
static void ask_quote(const struct customer *customer, char ret_id[ID_DIGITS + 1])
{
    assert_int_equal(ask(customer, "POST", "/api/quotes",
                         "{\"mode\":\"eat-in\",\"lines\":[{\"item\":10,\"quantity\":2,"
                         "\"note\":\"no onions\"}]}"),
                     201);
    json_text_of(client->body, "id", ret_id, ID_DIGITS + 1);
}

TEST(carts, friends_pay_what_they_were_quoted_though_the_menu_is_dearer_since)
{
    char link[LINK_DIGITS_MAX], quote[ID_DIGITS + 1], bens[ID_DIGITS + 1], total[32], what[64];
    open_stall();
    const struct customer ana = begin_cart(link);
    const struct customer ben = join_cart(link);
    assert_int_equal(ask(&ana, "POST", "/api/cart/lines", TWO_FOR_ANA), 201);
    ask_quote(&ana, quote);
    ask_quote(&ben, bens);
    assert_string_equal(quote, bens);
    const char *said = strstr(client->body, "\"total\":");
    assert_non_null(said);
    (void)snprintf(total, sizeof total, "%.*s,", (int)strcspn(said, ",}"), said);
    ask_owner("PATCH", "/api/menu/10", "{\"price\":99900}");
    (void)snprintf(what, sizeof what, "\"mode\":\"eat-in\",\"quote\":\"%s\"", quote);
    assert_int_equal(ask(&ana, "POST", "/api/orders", order_with(&ana, 0, what)), 400);
    const char *alone = strstr(what, "\"quote\"");
    assert_int_equal(ask(&ana, "POST", "/api/orders", order_with(&ana, 0, alone)), 201);
    assert_json(&schema_order_placed, client->body);
    assert_says(total);
    json_text_of(client->body, "id", quote, sizeof quote);
    (void)snprintf(what, sizeof what, "/api/orders/%s/status", quote);
    assert_int_equal(ask(&ben, "GET", what, NULL), 200);
    assert_says("Ana: no onions"); /* for the kitchen: the quote does not know whose it is */
    close_stall();
}

TEST(carts, nobody_comes_in_without_the_link_and_nobody_elses_cart_is_seen)
{
    char link[LINK_DIGITS_MAX], body[128];
    open_stall();
    const struct customer ana = begin_cart(link);
    const struct customer carl = customer_come(client);
    assert_int_equal(ask(&ana, "POST", "/api/cart/lines", TWO_FOR_ANA), 201);
    assert_int_equal(ask(&carl, "GET", "/api/cart", NULL), 200);
    assert_says("\"version\":0");
    assert_int_equal(ask(&carl, "PATCH", "/api/cart/lines/1", "{\"delta\":1}"), 404);
    assert_int_equal(ask(&carl, "POST", "/api/orders",
                         "{\"channel\":\"phone\",\"mode\":\"eat-in\","
                         "\"cart\":{\"round\":0,\"version\":1}}"),
                     409);
    assert_int_equal(ask(&ana, "GET", "/api/cart", NULL), 200);
    assert_says("\"version\":1,\"round\":0");
    assert_says("\"quantity\":2");
    link[strlen(link) - 1] = link[strlen(link) - 1] == '0' ? '1' : '0';
    (void)snprintf(body, sizeof body, "{\"link\":\"%s\"}", link);
    const struct client_request request = {
        .method = "POST", .path = "/api/cart/join", .body = body};
    assert_int_equal(client_ask(client, &request), 404);
    assert_int_equal(ask(&ana, "POST", "/api/cart/lines", "{\"item\":7777,\"quantity\":1}"), 409);
    close_stall();
}

TEST(carts, those_who_share_one_hear_of_an_order_whose_phone_hung_up)
{
    char link[LINK_DIGITS_MAX];
    open_stall();
    const struct customer ana = begin_cart(link);
    const struct customer ben = join_cart(link);
    struct phone *bens = connect_phone();
    phone_say_open(bens, &ben, "", "");
    (void)phone_hear_of(bens, "\"more\":false");
    assert_int_equal(ask(&ana, "POST", "/api/cart/lines", TWO_FOR_ANA), 201);
    (void)phone_hear_of(bens, "\"who\":\"Ana\"");
    const struct client_request order = {.method = "POST",
                                         .path = "/api/orders",
                                         .token = ana.token,
                                         .key = client_key(),
                                         .body = order_of_cart(&ana, 0)};
    const struct client_request look = {.method = "GET", .path = "/api/cart", .token = ana.token};
    struct client *phone = client_new(stall.nodes[0].http_port);
    assert_int_equal(client_ask(phone, &look), 200);
    struct held_store *held = held_store_open(stall.nodes[0].state);
    client_say(phone, &order);
    for (unsigned i = 0; i < 2; i++) { /* by then it has read the order */
        assert_int_equal(ask(&ben, "GET", "/api/cart", NULL), 200);
    }
    client_break_off(phone);
    for (unsigned i = 0; i < 2; i++) { /* and that nobody waits for the answer */
        assert_int_equal(ask(&ben, "GET", "/api/cart", NULL), 200);
    }
    assert_says("\"round\":0");
    held_store_close(held);
    assert_non_null(strstr(phone_hear_of(bens, "\"cart\""), "\"round\":1,\"lines\":[]"));
    client_close(phone);
    phone_close(bens);
    close_stall();
}

TEST(carts, a_line_is_refused_whose_name_would_have_no_room_beside_its_note)
{
    char link[LINK_DIGITS_MAX], note[NOTE_BYTES_MAX + 1], body[NOTE_BYTES_MAX + 128];
    open_stall();
    const struct customer ana = begin_cart(link);
    memset(note, 'n', NOTE_BYTES_MAX);
    note[NOTE_BYTES_MAX] = '\0';
    (void)snprintf(body, sizeof body,
                   "{\"item\":10,\"quantity\":1,\"who\":\"Ana\",\"note\":\"%s\"}", note);
    assert_int_equal(ask(&ana, "POST", "/api/cart/lines", body), 413);
    note[NOTE_BYTES_MAX - strlen("Ana: ")] = '\0';
    (void)snprintf(body, sizeof body,
                   "{\"item\":10,\"quantity\":1,\"who\":\"Ana\",\"note\":\"%s\"}", note);
    assert_int_equal(ask(&ana, "POST", "/api/cart/lines", body), 201);
    close_stall();
}

/* --- tables --- */

static int sit(const struct customer *customer, const char *code, char ret_link[LINK_DIGITS_MAX])
{
    char body[TOKEN_TEXT_MAX + 32];
    (void)snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
    const int status = ask(customer, "POST", "/api/tables/join", body);
    if (status == 201) {
        json_text_of(client->body, "link", ret_link, LINK_DIGITS_MAX);
    }
    return status;
}

TEST(carts, who_sits_at_a_table_shares_its_cart_until_it_is_cleared_or_its_code_revoked)
{
    char code[TOKEN_TEXT_MAX], one[LINK_DIGITS_MAX], two[LINK_DIGITS_MAX], later[LINK_DIGITS_MAX];
    open_stall();
    const struct customer ana = customer_come(client);
    const struct customer ben = customer_come(client);
    ask_owner("POST", "/api/tables/4/code", "{}");
    assert_json(&schema_table_code, owner_said);
    json_text_of(owner_said, "code", code, sizeof code);
    assert_int_equal(sit(&ana, code, one), 201);
    assert_int_equal(sit(&ben, code, two), 201);
    assert_string_equal(one, two);
    ask_owner("POST", "/api/tables/4/clear", "{}");
    assert_int_equal(sit(&ben, code, later), 201);
    assert_string_not_equal(one, later);
    ask_owner("GET", "/api/tables", "");
    assert_json(&schema_table_list, owner_said);
    assert_non_null(strstr(owner_said, "{\"number\":4,\"open\":true}"));
    ask_owner("POST", "/api/tables/4/revoke", "{}");
    assert_int_equal(sit(&ana, code, two), 410);
    ask_owner("GET", "/api/tables", "");
    assert_non_null(strstr(owner_said, "{\"number\":4,\"open\":false}"));
    ask_owner("POST", "/api/tables/4/code", "{}");
    json_text_of(owner_said, "code", code, sizeof code);
    assert_int_equal(sit(&ana, code, two), 201);
    assert_string_not_equal(two, later);
    assert_int_equal(sit(&ana, ana.token, two), 404); /* a token, and no table's */
    assert_int_equal(ask(&ana, "POST", "/api/tables/4/code", "{}"), 403);
    assert_int_equal(ask(&ana, "POST", "/api/tables/4/clear", "{}"), 403);
    close_stall();
}

TEST(carts, the_owner_makes_and_revokes_a_tables_code_by_command)
{
    char code[TOKEN_TEXT_MAX], link[LINK_DIGITS_MAX];
    const char *state = stall.nodes[0].state;
    open_stall();
    const struct customer ana = customer_come(client);
    const struct ran made = RUN_WELL("table", "code", "7", "--state", state);
    (void)snprintf(code, sizeof code, "%.*s", (int)strcspn(made.out, "\n"), made.out);
    assert_int_equal(sit(&ana, code, link), 201);
    (void)RUN_WELL("table", "clear", "7", "--state", state);
    (void)RUN_WELL("table", "revoke", "7", "--state", state);
    assert_int_equal(sit(&ana, code, link), 410);
    assert_int_equal(RUN("table", "code", "0", "--state", state).status, 2);
    assert_int_equal(RUN("table", "burn", "7", "--state", state).status, 2);
    close_stall();
}
