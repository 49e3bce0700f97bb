/* Customers' phones on a node's /ws: what each is told, and that nobody is told of another's. Real
 * sockets, a real node.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "node/stream/live.h"
#include "tests/lib/test.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/owner.h"
#include "tests/process/lib/programs.h"

enum { ID_DIGITS = 24 };

#define ONE_OF_TEN                                                                                 \
    "{\"channel\":\"phone\",\"mode\":\"eat-in\",\"lines\":[{\"item\":10,\"quantity\":1}]}"

static struct stall stall;
static struct client *client;

static void open_stall(const char *setting)
{
    stall_open(&stall);
    stall_init(&stall);
    if (setting != NULL) {
        char path[160];
        (void)snprintf(path, sizeof path, "%s/trestle.conf", stall.nodes[0].state);
        write_file(path, setting);
    }
    node_start(&stall.nodes[0]);
    client = client_new(stall.nodes[0].http_port);
}

static void close_stall(void)
{
    client_close(client);
    stall_close(&stall);
}

static void order_one(const struct customer *customer, char ret_id[ID_DIGITS + 1])
{
    const struct client_request request = {.method = "POST",
                                           .path = "/api/orders",
                                           .token = customer->token,
                                           .key = client_key(),
                                           .body = ONE_OF_TEN};
    assert_int_equal(client_ask(client, &request), 201);
    json_text_of(client->body, "id", ret_id, ID_DIGITS + 1);
}

static void tell_order(const char *id, const char *what, const char *body)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/api/orders/%s/%s", id, what);
    owner_does(&stall.nodes[0], "POST", path, body);
}

static const char *quoted(const char *id)
{
    static char text[ID_DIGITS + 3];
    (void)snprintf(text, sizeof text, "\"%s\"", id);
    return text;
}

static struct phone *connect_phone(void)
{
    return phone_new(stall.nodes[0].http_port);
}

/* Connected as @customer, and told all that there was. */
static struct phone *watch(const struct customer *customer, const char *orders)
{
    struct phone *phone = connect_phone();
    phone_say_open(phone, customer, orders, "");
    (void)phone_hear_of(phone, "\"type\":\"hello\"");
    (void)phone_hear_of(phone, "\"more\":false");
    return phone;
}

TEST(live, a_phone_hears_its_order_and_the_menu_and_then_what_changes)
{
    char id[ID_DIGITS + 1];
    open_stall(NULL);
    const struct customer anna = customer_come(client);
    order_one(&anna, id);
    struct phone *phone = connect_phone();
    phone_say_open(phone, &anna, quoted(id), "");
    assert_non_null(strstr(phone_hear_of(phone, "\"type\":\"hello\""), "\"resumed\":false"));
    const char *snapshot = phone_hear_of(phone, "\"type\":\"snapshot\"");
    assert_non_null(strstr(snapshot, id));
    assert_non_null(strstr(snapshot, "\"ahead\":0"));
    assert_non_null(strstr(snapshot, "\"waiting\":1"));
    assert_non_null(strstr(snapshot, "\"number\":10,"));
    tell_order(id, "accept", "{}");
    assert_non_null(
        strstr(phone_hear_of(phone, "\"phase\":\"accepted\""), "The kitchen has taken it."));
    owner_does(&stall.nodes[0], "PATCH", "/api/menu/10", "{\"available\":false}");
    const char *delta = phone_hear_of(phone, "\"available\":false");
    assert_non_null(strstr(delta, "\"type\":\"delta\""));
    assert_null(strstr(delta, id)); /* nothing of the order is new */
    owner_does(&stall.nodes[0], "PATCH", "/api/popup", "{\"late_after_s\":777}");
    assert_non_null(strstr(phone_hear_of(phone, "\"session\""), "777"));
    phone_close(phone);
    close_stall();
}

TEST(live, what_one_customer_has_another_is_never_told_though_he_knows_the_id)
{
    char id[ID_DIGITS + 1];
    open_stall(NULL);
    const struct customer anna = customer_come(client);
    const struct customer berta = customer_come(client);
    order_one(&anna, id);
    struct phone *annas = watch(&anna, quoted(id));
    struct phone *bertas = connect_phone();
    phone_say_open(bertas, &berta, quoted(id), "");
    const char *snapshot = phone_hear_of(bertas, "\"type\":\"snapshot\"");
    assert_non_null(strstr(snapshot, "\"orders\":[]"));
    assert_non_null(strstr(snapshot, id)); /* as one that is nobody's */
    tell_order(id, "accept", "{}");
    (void)phone_hear_of(annas, "\"phase\":\"accepted\"");
    tell_order(id, "done", "{}");
    (void)phone_hear_of(annas, "\"phase\":\"ready\"");
    for (;;) { /* all that she hears until the queue is empty again */
        const char *frame = phone_hear_of(bertas, "\"type\":\"delta\"");
        assert_non_null(strstr(frame, "\"orders\":[]"));
        if (strstr(frame, "\"waiting\":0") != NULL) {
            break;
        }
    }
    phone_close(annas);
    phone_close(bertas);
    close_stall();
}

TEST(live, a_place_in_the_queue_moves_as_those_before_become_ready)
{
    char first[ID_DIGITS + 1], second[ID_DIGITS + 1];
    open_stall(NULL);
    const struct customer anna = customer_come(client);
    const struct customer berta = customer_come(client);
    order_one(&anna, first);
    order_one(&berta, second);
    const bool is_in_order = strcmp(first, second) < 0; /* ids begin with the second */
    struct phone *phone = is_in_order ? watch(&berta, quoted(second)) : watch(&anna, quoted(first));
    tell_order(is_in_order ? first : second, "done", "{}");
    assert_non_null(strstr(phone_hear_of(phone, "\"ahead\":0"), is_in_order ? second : first));
    phone_close(phone);
    close_stall();
}

TEST(live, a_phone_that_comes_back_hears_only_what_it_missed)
{
    char id[ID_DIGITS + 1], cursor[CURSOR_BYTES_MAX];
    open_stall(NULL);
    const struct customer anna = customer_come(client);
    order_one(&anna, id);
    struct phone *phone = connect_phone();
    phone_say_open(phone, &anna, quoted(id), "");
    json_text_of(phone_hear_of(phone, "\"more\":false"), "cursor", cursor, sizeof cursor);
    phone_close(phone);
    owner_does(&stall.nodes[0], "PATCH", "/api/menu/10", "{\"available\":false}");
    tell_order(id, "accept", "{}");
    phone = connect_phone();
    phone_say_open(phone, &anna, quoted(id), cursor);
    assert_non_null(strstr(phone_hear_of(phone, "\"type\":\"hello\""), "\"resumed\":true"));
    const char *delta = phone_hear_of(phone, "\"type\":\"delta\"");
    assert_non_null(strstr(delta, "\"phase\":\"accepted\""));
    assert_non_null(strstr(delta, "\"available\":false"));
    assert_null(strstr(delta, "\"number\":11,")); /* the rest of the menu it knows */
    phone_close(phone);
    close_stall();
}

TEST(live, the_menus_cursor_will_do_and_one_of_another_store_gets_all_of_it)
{
    char cursor[CURSOR_BYTES_MAX];
    open_stall(NULL);
    const struct customer anna = customer_come(client);
    struct phone *phone = watch(&anna, "");
    assert_int_equal(
        client_ask(client, &(struct client_request){.method = "GET", .path = "/api/menu"}), 200);
    json_text_of(client->body, "cursor", cursor, sizeof cursor);
    struct phone *other = connect_phone();
    phone_say_open(other, &anna, "", cursor);
    assert_non_null(strstr(phone_hear_of(other, "\"type\":\"hello\""), "\"resumed\":true"));
    phone_close(other);
    other = connect_phone();
    phone_say_open(other, &anna, "", "0000000000000000.1.1");
    assert_non_null(strstr(phone_hear_of(other, "\"type\":\"hello\""), "\"resumed\":false"));
    (void)phone_hear_of(other, "\"more\":false");
    phone_close(other);
    phone_close(phone);
    close_stall();
}

TEST(live, a_phone_that_has_a_menu_hears_only_what_changes_of_it)
{
    char id[ID_DIGITS + 1], message[TOKEN_TEXT_MAX + 128];
    open_stall(NULL);
    const struct customer anna = customer_come(client);
    order_one(&anna, id);
    struct phone *phone = connect_phone();
    (void)snprintf(message, sizeof message,
                   "{\"type\":\"open\",\"token\":\"%s\",\"orders\":[\"%s\"],\"menu\":false}",
                   anna.token, id);
    phone_say(phone, message);
    const char *snapshot = phone_hear_of(phone, "\"type\":\"snapshot\"");
    assert_non_null(strstr(snapshot, id));
    assert_non_null(strstr(snapshot, "\"items\":[]"));
    assert_non_null(strstr(snapshot, "\"more\":false"));
    owner_does(&stall.nodes[0], "PATCH", "/api/menu/10", "{\"available\":false}");
    const char *delta = phone_hear_of(phone, "\"available\":false");
    assert_non_null(strstr(delta, "\"number\":10,"));
    assert_null(strstr(delta, "\"number\":11,"));
    phone_close(phone);
    close_stall();
}

/* In use or out of use. */
static void use_stall(bool is_out_of_use)
{
    owner_does(&stall.nodes[0], "PATCH", "/api/stalls/3",
               is_out_of_use ? "{\"hidden\":true}" : "{\"hidden\":false}");
}

TEST(live, phones_are_told_when_a_stall_goes_out_of_use_and_comes_back_and_nobody_orders_there)
{
    static const char *const opens[] = {"", ",\"menu\":false"};
    open_stall(NULL);
    const struct customer anna = customer_come(client);
    struct text added = {0};
    assert_int_equal(owner_ask(&stall.nodes[0], "POST", "/api/stalls",
                               "{\"name\":\"Tent\",\"number\":3}", &added),
                     201);
    text_close(&added);
    owner_does(&stall.nodes[0], "PATCH", "/api/menu/10", "{\"stall\":3}");
    for (size_t i = 0; i < 2; i++) {
        char message[TOKEN_TEXT_MAX + 128];
        (void)snprintf(message, sizeof message,
                       "{\"type\":\"open\",\"token\":\"%s\",\"orders\":[]%s}", anna.token,
                       opens[i]);
        struct phone *phone = connect_phone();
        phone_say(phone, message);
        (void)phone_hear_of(phone, "\"more\":false");
        use_stall(true);
        const char *gone = phone_hear_of(phone, "\"available\":false");
        assert_non_null(strstr(gone, "\"number\":10,"));
        const struct client_request request = {.method = "POST",
                                               .path = "/api/orders",
                                               .token = anna.token,
                                               .key = client_key(),
                                               .body = ONE_OF_TEN};
        assert_int_equal(client_ask(client, &request), 409);
        assert_non_null(strstr(client->body, "its stall is out of use"));
        assert_int_equal(client_ask(client, &(struct client_request){.method = "GET",
                                                                     .path = "/api/order-page"}),
                         200);
        assert_null(strstr(client->body, "\"number\":10,"));
        use_stall(false);
        (void)phone_hear_of(phone, "\"number\":10,");
        phone_close(phone);
    }
    close_stall();
}

TEST(live, a_phone_that_says_too_much_is_closed_with_the_reason)
{
    enum { AT_ONCE = 8 };
    char id[ID_DIGITS + 1], message[128];
    const char *frame = "";
    open_stall(NULL);
    const struct customer anna = customer_come(client);
    order_one(&anna, id);
    struct phone *phone = watch(&anna, "");
    (void)snprintf(message, sizeof message, "{\"type\":\"follow\",\"orders\":[\"%s\"]}", id);
    while (frame != NULL) {
        phone_say_often(phone, message, AT_ONCE);
        do { /* until it is told the order, for all of them at once */
            frame = phone_hear_or_end(phone);
        } while (frame != NULL && strstr(frame, id) == NULL);
    }
    assert_int_equal(phone_end(phone), 4429);
    phone_close(phone);
    close_stall();
}

TEST(live, it_follows_other_orders_when_it_says_so)
{
    char first[ID_DIGITS + 1], second[ID_DIGITS + 1], message[128];
    open_stall(NULL);
    const struct customer anna = customer_come(client);
    order_one(&anna, first);
    struct phone *phone = watch(&anna, quoted(first));
    order_one(&anna, second);
    (void)snprintf(message, sizeof message, "{\"type\":\"follow\",\"orders\":[\"%s\"]}", second);
    phone_say(phone, message);
    (void)phone_hear_of(phone, second);
    tell_order(first, "accept", "{}");
    tell_order(second, "accept", "{}");
    assert_null(strstr(phone_hear_of(phone, "\"phase\":\"accepted\""), first));
    phone_close(phone);
    close_stall();
}

TEST(live, who_says_nothing_true_is_closed_with_the_reason)
{
    static const struct {
        const char *message;
        int status;
    } rows[] = {
        {"{\"type\":\"open\",\"token\":\"x.y.z\",\"orders\":[]}", 4401},
        {"{\"type\":\"follow\",\"orders\":[]}", 1008},
        {"{\"type\":\"open\",\"orders\":[]}", 1008},
        {"{", 1008},
        {"{\"type\":\"open\",\"token\":\"x\",\"orders\":[\"00\"]}", 1008},
        {"{\"type\":\"open\",\"token\":\"x\",\"orders\":[\"0123456789abcdef01234567\","
         "\"0123456789abcdef01234560\",\"0123456789abcdef01234561\",\"0123456789abcdef01234562\","
         "\"0123456789abcdef01234563\",\"0123456789abcdef01234564\",\"0123456789abcdef01234565\","
         "\"0123456789abcdef01234566\",\"0123456789abcdef01234568\"]}",
         1008},
    };
    open_stall(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct phone *phone = connect_phone();
        phone_say(phone, rows[i].message);
        assert_int_equal(phone_end(phone), rows[i].status);
        phone_close(phone);
    }
    close_stall();
}

TEST(live, a_fifth_page_of_one_customer_ends_the_first)
{
    struct phone *phones[LIVE_OF_CUSTOMER_MAX + 1];
    open_stall(NULL);
    const struct customer anna = customer_come(client);
    for (size_t i = 0; i <= LIVE_OF_CUSTOMER_MAX; i++) {
        phones[i] = watch(&anna, "");
    }
    assert_int_equal(phone_end(phones[0]), 4409);
    owner_does(&stall.nodes[0], "PATCH", "/api/menu/10", "{\"available\":false}");
    for (size_t i = 1; i <= LIVE_OF_CUSTOMER_MAX; i++) {
        (void)phone_hear_of(phones[i], "\"available\":false");
    }
    for (size_t i = 0; i <= LIVE_OF_CUSTOMER_MAX; i++) {
        phone_close(phones[i]);
    }
    close_stall();
}

TEST(live, there_are_as_many_phones_as_the_setting_says_and_the_staff_come_in_all_the_same)
{
    enum { PHONES = 3 };
    struct phone *phones[PHONES];
    open_stall("customers = 3\n");
    const struct customer anna = customer_come(client);
    for (size_t i = 0; i < PHONES; i++) {
        phones[i] = watch(&anna, "");
    }
    assert_int_equal(phone_refused(stall.nodes[0].http_port, "customer"), 503);
    assert_int_equal(phone_refused(stall.nodes[0].http_port, "counter"), 101);
    phone_close(phones[0]);
    while (phone_refused(stall.nodes[0].http_port, "customer") != 101) {
        continue; /* until the node has seen the end of that one */
    }
    phone_close(phones[1]);
    phone_close(phones[2]);
    close_stall();
}

TEST(live, where_there_may_be_none_there_is_none)
{
    open_stall("customers = 0\n");
    assert_int_equal(phone_refused(stall.nodes[0].http_port, "customer"), 503);
    close_stall();
}
