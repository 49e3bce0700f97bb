/* test_messages.c - a gateway that tells customers of their orders: the program as it runs, from
 * what a page asks for to what push service and provider of SMS hear (canned.h in their place). */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/canned.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/owner.h"
#include "tests/process/lib/programs.h"

#define ORDER_OF_ONE                                                                               \
    "{\"channel\":\"phone\",\"mode\":\"eat-in\",\"lines\":[{\"item\":10,\"quantity\":1}]}"
#define SMS "{\"sms\":\"+491701234567\"}"

enum { ID_DIGITS = 24 };

static struct stall stall;
static struct client *client;
static char order[ID_DIGITS + 1];

/* --- what is set up --- */

static const char *const variables[] = {"TRESTLE_PUSH_CONTACT", "TRESTLE_PUSH_PRACTICE",
                                        "TRESTLE_SMS_URL", "TRESTLE_SMS_FROM"};

static void set_up(size_t variable, const char *value)
{
    assert_int_equal(setenv(variables[variable], value, 1), 0);
}

static void set_up_both(const char *url)
{
    char sms[CANNED_URL_BYTES_MAX + 8];
    (void)snprintf(sms, sizeof sms, "%s/send", url);
    set_up(0, "mailto:a@b.example");
    set_up(1, url);
    set_up(2, sms);
    set_up(3, "Trestle");
}

static void key_put(const char *line, mode_t mode)
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/message-keys", stall.nodes[0].state);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof path, "%s/message-keys/sms-key", stall.nodes[0].state);
    write_file(path, line);
    assert_int_equal(chmod(path, mode), 0);
}

static void begin(void)
{
    program_set("trestle-gateway");
    stall_open(&stall);
    stall_init(&stall);
}

static void serve(void)
{
    node_start(&stall.nodes[0]);
    client = client_new(stall.nodes[0].http_port);
}

static void end(void)
{
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        assert_int_equal(unsetenv(variables[i]), 0);
    }
    stall_close(&stall);
}

/* --- who asks --- */

static void kitchen_says(const char *word)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/api/orders/%s/%s", order, word);
    owner_does(&stall.nodes[0], "POST", path, "{}");
}

static int ask(const struct customer *customer, const char *path, const char *body)
{
    const struct client_request request = {.method = "POST",
                                           .path = path,
                                           .token = customer->token,
                                           .key = client_key(),
                                           .body = body};
    return client_ask(client, &request);
}

static int notify(const struct customer *customer, const char *wish)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/api/orders/%s/notify", order);
    return ask(customer, path, wish);
}

static struct customer come_and_order(void)
{
    const struct customer customer = customer_come(client);
    assert_int_equal(ask(&customer, "/api/orders", ORDER_OF_ONE), 201);
    json_text_of(client->body, "id", order, sizeof order);
    return customer;
}

/* As the browser has it: a point of P-256 and 16 bytes. */
static const char *browser(const char *url)
{
    static char wish[512];
    (void)snprintf(wish, sizeof wish,
                   "{\"push\":{\"endpoint\":\"%s/push/1\",\"p256dh\":\"BCVxsr7N_eNgVRqvHtD0zTZsEc6-"
                   "VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4\",\"auth\":"
                   "\"BTBZMqHH6r4Tts7J_aSIgg\"}}",
                   url);
    return wish;
}

static void until_logged(const char *what)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (strstr(node_log(&stall.nodes[0]), what) == NULL) {
        if (clock_mono_ms() > deadline_ms) {
            fail_msg("%s was not said: %s", what, node_log(&stall.nodes[0]));
        }
        assert_int_equal(
            client_ask(client, &(struct client_request){.method = "GET", .path = "/healthz"}), 200);
    }
}

TEST(messages, who_asks_by_browser_and_telephone_is_told_by_both)
{
    static const struct canned_answer rows[] = {
        {"/push/1", "Content-Encoding: aes128gcm", 201, "", false},
        {"/send", "Authorization: Basic YWNjb3VudDpzZWNyZXQ=", 200, "{}", false}};
    char url[CANNED_URL_BYTES_MAX];
    begin();
    canned_start(rows, 2, url);
    set_up_both(url);
    key_put("account:secret\n", 0600);
    serve();
    assert_non_null(strstr(node_log(&stall.nodes[0]), "by Web Push and SMS"));
    const struct customer ana = come_and_order(), ben = customer_come(client);
    assert_int_equal(notify(&ana, browser(url)), 200);
    assert_string_equal(client->body, "{\"push\":true,\"sms\":false}");
    assert_int_equal(notify(&ana, SMS), 409); /* nobody has taken it */
    assert_non_null(strstr(client->body, "\"code\":\"state\""));
    assert_int_equal(notify(&ben, SMS), 404); /* it is not his */
    kitchen_says("accept");
    until_logged("accepted, was taken");
    assert_int_equal(notify(&ana, SMS), 200);
    assert_string_equal(client->body, "{\"push\":true,\"sms\":true}");
    kitchen_says("done");
    until_logged("push of order ");
    until_logged("ready, was taken");
    until_logged("SMS of order ");
    assert_int_equal(notify(&ana, "{\"off\":true}"), 200);
    assert_string_equal(client->body, "{\"push\":false,\"sms\":false}");
    assert_null(strstr(node_log(&stall.nodes[0]), "1701234567"));
    assert_null(strstr(node_log(&stall.nodes[0]), "account:secret"));
    client_close(client);
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    canned_stop();
    end();
}

TEST(messages, a_gateway_of_one_way_says_which_and_offers_no_other)
{
    static const char nowhere[] = "http://127.0.0.1:9";
    begin();
    set_up(0, "mailto:a@b.example");
    serve();
    assert_non_null(strstr(node_log(&stall.nodes[0]), "of their orders by Web Push"));
    assert_null(strstr(node_log(&stall.nodes[0]), "SMS"));
    const struct customer ana = come_and_order();
    kitchen_says("accept");
    assert_int_equal(notify(&ana, SMS), 409);
    assert_non_null(strstr(client->body, "\"code\":\"unavailable\""));
    assert_int_equal(notify(&ana, browser(nowhere)), 400); /* no server for practice here */
    client_close(client);
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);

    set_up_both(nowhere);
    assert_int_equal(unsetenv(variables[0]), 0);
    key_put("token", 0600);
    serve();
    assert_non_null(strstr(node_log(&stall.nodes[0]), "of their orders by SMS"));
    assert_int_equal(notify(&ana, browser(nowhere)), 409);
    assert_int_equal(notify(&ana, SMS), 200);
    client_close(client);
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    end();
}

TEST(messages, where_nothing_is_set_up_nobody_is_promised_anything)
{
    begin();
    serve();
    const struct customer ana = come_and_order();
    assert_int_equal(notify(&ana, SMS), 409);
    assert_non_null(strstr(client->body, "nobody is told of orders from here"));
    client_close(client);
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    end();
}

/* It would promise what it cannot keep. */
TEST(messages, set_up_wrongly_it_does_not_start_and_says_why)
{
    static const struct {
        const char *line;
        mode_t mode;
        int status;
        const char *says;
    } rows[] = {{"account:secret\n", 0644, 77, "chmod 600"},
                {"two words\n", 0600, 78, "one key in one line"},
                {"\n", 0600, 78, "there is no file sms-key"}};
    char path[128];
    begin();
    set_up_both("http://127.0.0.1:9");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        key_put(rows[i].line, rows[i].mode);
        const struct ran ran = RUN("run", "--state", stall.nodes[0].state);
        assert_int_equal(ran.status, rows[i].status);
        assert_non_null(strstr(ran.err, "messages to customers: "));
        assert_non_null(strstr(ran.err, rows[i].says));
        assert_null(strstr(ran.err, "account:"));
    }
    key_put("account:secret\n", 0600);
    (void)snprintf(path, sizeof path, "%s/messages", stall.nodes[0].state);
    write_file(path, "in the way of its folder");
    const struct ran ran = RUN("run", "--state", stall.nodes[0].state);
    assert_int_not_equal(ran.status, 0);
    assert_non_null(strstr(ran.err, "messages to customers: "));
    end();
}
