/* Bodies into commands, and states into JSON: exact bytes, and always what the schemas say. */
#define _GNU_SOURCE /* memmem */
#include <stdio.h>
#include <string.h>

#include "node/api/state.h"
#include "node/json/fill.h"
#include "node/json/json_problem.h"
#include "node/json/json_read.h"
#include "tests/lib/assert_text.h"
#include "tests/lib/test.h"

/* --- bodies --- */

static struct api_command filled;
static char where[JSON_WHERE_BYTES_MAX];

static int fill(const char *method, const char *path, const char *body)
{
    const struct route *route = NULL;
    struct route_match match;
    struct json_value *value = NULL;
    memset(&filled.command, 0, sizeof filled.command);
    filled.storage_size = 0;
    assert_int_equal(0, route_find(method, path, &route, &match));
    int err = json_parse_as(route->request, bytes_of_text(body), &value, where);
    if (err != 0) {
        return err;
    }
    err = api_fill(route, &match, value, &filled, where);
    json_free(value);
    return err;
}

#define ORDER "/api/orders/000000010203040506070809"

TEST(api_json, an_order_is_placed)
{
    const struct command *command = &filled.command;
    assert_int_equal(
        0, fill("POST", "/api/orders",
                "{\"channel\":\"counter\",\"mode\":\"take-away\",\"name\":\"Ana\",\"lines\":["
                "{\"item\":7,\"quantity\":2,\"options\":[{\"group\":1,\"choice\":3}],"
                "\"note\":\"no onions\"},{\"item\":8,\"quantity\":1}],"
                "\"payment\":{\"method\":\"cash\",\"tendered\":2000,"
                "\"reference\":\"slip 4711\"}}"));
    assert_int_equal(COMMAND_ORDER_PLACE, command->kind);
    assert_text(command->channel, "counter");
    assert_text(command->mode, "take-away");
    assert_text(command->name, "Ana");
    assert_int_equal(2, command->lines_count);
    assert_int_equal(7, command->lines[0].item);
    assert_int_equal(2, command->lines[0].quantity);
    assert_int_equal(1, command->lines[0].options_count);
    assert_int_equal(1, command->lines[0].options[0].group);
    assert_int_equal(3, command->lines[0].options[0].choice);
    assert_text(command->lines[0].note, "no onions");
    assert_int_equal(0, command->lines[1].options_count);
    assert_true(command->is_paid_now);
    assert_text(command->method, "cash");
    assert_int_equal(0, command->amount_minor);
    assert_int_equal(2000, command->tendered_minor);
    assert_text(command->reference, "slip 4711");
}

TEST(api_json, a_line_is_changed_by_what_is_said_only)
{
    assert_int_equal(0, fill("PATCH", ORDER "/lines/2147483650", "{\"delta\":-1}"));
    assert_int_equal(COMMAND_LINE_SET, filled.command.kind);
    assert_int_equal(1, filled.command.ids_count);
    assert_int_equal(2147483650, filled.command.ids[0]);
    assert_int_equal(-1, filled.command.quantity_delta);
    assert_false(filled.command.has_note);
    assert_false(filled.command.has_options);
    assert_int_equal(9, filled.command.order.bytes[11]);
    assert_int_equal(0, fill("PATCH", ORDER "/lines/1", "{\"note\":\"\",\"options\":[]}"));
    assert_true(filled.command.has_note);
    assert_true(filled.command.has_options);
    assert_int_equal(ERR_MALFORMED, fill("PATCH", ORDER "/lines/1", "{}"));
}

TEST(api_json, lines_and_units_are_named)
{
    assert_int_equal(0, fill("POST", ORDER "/done", "{}"));
    assert_int_equal(0, filled.command.ids_count);
    assert_int_equal(0, fill("POST", ORDER "/done", "{\"lines\":[3,1]}"));
    assert_int_equal(2, filled.command.ids_count);
    assert_int_equal(3, filled.command.ids[0]);
    assert_int_equal(0, fill("POST", ORDER "/hand-over", "{\"units\":[{\"line\":4,\"units\":2}]}"));
    assert_int_equal(4, filled.command.ids[0]);
    assert_int_equal(2, filled.command.units[0]);
    assert_false(filled.command.truth);
    assert_int_equal(0, fill("POST", ORDER "/hand-over", "{\"uncollected\":true}"));
    assert_int_equal(0, filled.command.ids_count);
    assert_true(filled.command.truth);
    assert_int_equal(0, fill("POST", ORDER "/amend", "{\"line\":5,\"yes\":true}"));
    assert_int_equal(5, filled.command.ids[0]);
    assert_true(filled.command.truth);
    assert_int_equal(0, fill("POST", ORDER "/recall", "{\"waiting\":true}"));
    assert_true(filled.command.truth);
}

TEST(api_json, a_discount_is_a_percentage_an_amount_or_an_offer)
{
    assert_int_equal(0, fill("POST", ORDER "/discount", "{\"offer\":3,\"reason\":\"\"}"));
    assert_int_equal(3, filled.command.offer);
    assert_int_equal(ERR_MALFORMED,
                     fill("POST", ORDER "/discount", "{\"offer\":3,\"amount\":5,\"reason\":\"\"}"));
    assert_int_equal(0, fill("POST", ORDER "/discount", "{\"percent_bp\":1000,\"reason\":\"\"}"));
    assert_int_equal(1000, filled.command.discount_bp);
    assert_int_equal(ERR_MALFORMED, fill("POST", ORDER "/discount", "{\"reason\":\"\"}"));
    assert_int_equal(ERR_MALFORMED, fill("POST", ORDER "/discount",
                                         "{\"percent_bp\":1000,\"amount\":5,\"reason\":\"\"}"));
}

TEST(api_json, seen_names_what_was_drawn)
{
    assert_int_equal(0, fill("POST", ORDER "/seen",
                             "{\"station\":\"grill\",\"changed\":\"00000000000000ff-1f\"}"));
    assert_int_equal(0xff, filled.command.changed_log);
    assert_int_equal(0x1f, filled.command.changed_seq);
    assert_int_equal(ERR_MALFORMED,
                     fill("POST", ORDER "/seen", "{\"station\":\"\",\"changed\":\"ff-\"}"));
    assert_int_equal(ERR_MALFORMED, fill("POST", ORDER "/seen",
                                         "{\"station\":\"\",\"changed\":\"ff-ffffffffffffffff\"}"));
}

TEST(api_json, available_stands_alone)
{
    assert_int_equal(0, fill("PATCH", "/api/menu/7", "{\"available\":false}"));
    assert_int_equal(COMMAND_MENU_AVAILABLE, filled.command.kind);
    assert_int_equal(7, filled.command.item);
    assert_false(filled.command.truth);
    assert_int_equal(ERR_MALFORMED,
                     fill("PATCH", "/api/menu/7", "{\"available\":false,\"price\":1}"));
    assert_int_equal(ERR_MALFORMED, fill("PATCH", "/api/menu/7", "{}"));
}

TEST(api_json, menu_fields_carry_bits_and_options)
{
    assert_int_equal(
        0,
        fill("POST", "/api/menu",
             "{\"number\":7,\"name\":\"Burger\",\"price\":850,\"allergens\":[\"gluten\",\"milk\"],"
             "\"groups\":[{\"name\":\"Size\",\"min\":1,\"max\":1,\"choices\":["
             "{\"name\":\"L\",\"price\":-50}]}]}"));
    const struct command *command = &filled.command;
    assert_int_equal(COMMAND_MENU_SET, command->kind);
    assert_int_equal(7, command->item);
    assert_int_equal(5, command->fields_count);
    assert_int_equal(MENU_NAME, command->fields[0].field);
    assert_text(command->fields[0].text, "Burger");
    assert_int_equal(MENU_ALLERGENS, command->fields[2].field);
    assert_int_equal(1 << 0 | 1 << 6, command->fields[2].number);
    static const uint8_t groups[] = {0x91, 0x94, 0xa4, 'S',  'i', 'z',  'e', 1,
                                     1,    0x91, 0x92, 0xa1, 'L', 0xd0, 0xce};
    assert_int_equal(MENU_OPTIONS, command->fields[3].field);
    assert_int_equal(sizeof groups, command->fields[3].text.size);
    assert_memory_equal(groups, command->fields[3].text.data, sizeof groups);
    assert_int_equal(MENU_NUMBER, command->fields[4].field);
}

TEST(api_json, a_group_that_cannot_be_chosen_from_is_refused)
{
    assert_int_equal(ERR_MALFORMED,
                     fill("PATCH", "/api/menu/7",
                          "{\"groups\":[{\"name\":\"Size\",\"min\":1,\"max\":2,\"choices\":["
                          "{\"name\":\"L\",\"price\":0}]}]}"));
}

TEST(api_json, the_largest_menu_item_fits_its_command)
{
    struct text body = {.data = NULL};
    char name[NAME_BYTES_MAX + 1];
    memset(name, 'x', NAME_BYTES_MAX);
    name[NAME_BYTES_MAX] = '\0';
    text_append_text(&body, "{\"groups\":[");
    for (int i = 0; i < MENU_OPTION_GROUPS_MAX; i++) {
        text_append_text(&body, i > 0 ? ",{\"name\":\"" : "{\"name\":\"");
        text_append_text(&body, name);
        text_append_text(&body, "\",\"min\":0,\"max\":1,\"choices\":[");
        for (int j = 0; j < MENU_CHOICES_MAX; j++) {
            text_append_text(&body, j > 0 ? ",{\"name\":\"" : "{\"name\":\"");
            text_append_text(&body, name);
            text_append_text(&body, "\",\"price\":1000000000000}");
        }
        text_append_text(&body, "]}");
    }
    text_append(&body, "]}", 3);
    assert_int_equal(0, fill("PATCH", "/api/menu/7", body.data));
    text_close(&body);
}

TEST(api_json, an_idempotency_key_is_hex_of_16_to_64_bytes)
{
    static const char digits[] =
        "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff"
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00";
    filled.storage_size = 0;
    assert_int_equal(0, api_fill_key(bytes_of(digits, 32), &filled));
    assert_int_equal(16, filled.command.key.size);
    assert_int_equal(0xaa, filled.command.key.data[10]);
    assert_int_equal(0, api_fill_key(bytes_of(digits, 128), &filled));
    assert_int_equal(ERR_MALFORMED, api_fill_key(bytes_of(digits, 130), &filled));
    assert_int_equal(ERR_MALFORMED, api_fill_key(bytes_of(digits, 30), &filled));
    assert_int_equal(ERR_MALFORMED, api_fill_key(bytes_of(digits, 33), &filled));
    assert_int_equal(ERR_MALFORMED, api_fill_key(bytes_of(NULL, 0), &filled));
    assert_int_equal(ERR_MALFORMED,
                     api_fill_key(bytes_of_text("0011223344556677889900112233445g"), &filled));
}

TEST(api_json, a_body_hash_tells_method_path_and_body_apart)
{
    struct hash hash = api_body_hash("POST", "/a", bytes_of_text("bc"));
    struct hash others[] = {api_body_hash("POST", "/ab", bytes_of_text("c")),
                            api_body_hash("POS", "T/a", bytes_of_text("bc")),
                            api_body_hash("POST", "/a", bytes_of_text("bd"))};
    for (size_t i = 0; i < 3; i++) {
        assert_false(hash_equal(&hash, &others[i]));
    }
}

/* --- states --- */

static struct state shown;

static void assert_json(const struct schema *schema, struct json_value *value, const char *expected)
{
    struct text text = {.data = NULL};
    assert_int_equal(0, json_check(schema, value, where));
    json_print(value, &text);
    text_append(&text, "", 1);
    assert_string_equal(expected, text.data);
    text_close(&text);
}

TEST(api_json, an_order_says_everything_a_screen_shows)
{
    shown.live.epoch_ms = 1700000000000;
    struct order *order = &shown.order;
    *order = (struct order){
        .day = 3,
        .opened_t = 1000,
        .ready_t = 61000,
        .channel = bytes_of_text("counter"),
        .mode = bytes_of_text("eat-in"),
        .name = bytes_of_text("\"A\""),
        .numbers_count = 1,
        .numbers = {{.day = 1, .lane = bytes_of_text("A"), .number = 42}},
        .phase = PHASE_COOKING,
        .flags = FLAG_UNPAID | FLAG_LATE_EDIT,
        .lines_count = 1,
        .lines = {{.id = 1,
                   .item = 7,
                   .name = bytes_of_text("Burger"),
                   .note = bytes_of_text("caf\xc3\xa9"),
                   .unit_price_minor = 850,
                   .options_count = 1,
                   .options = {{bytes_of_text("L"), 100}},
                   .quantity = 2,
                   .quantity_wished = 3,
                   .progress = LINE_STARTED,
                   .handed = 1,
                   .discount_minor = 190,
                   .payable_minor = 1710,
                   .is_active = true,
                   .is_accepted = true}},
        .payments_count = 1,
        .payments = {{.method = bytes_of_text("cash"), .amount_minor = 500}},
        .total_minor = 1710,
        .tax_minor = 112,
        .owed_minor = 1710,
        .paid_minor = 500,
        .due_minor = -1210,
        .claimed_by = 0xfeed,
        .opened_log = 1,
        .opened_seq = 9,
        .changed_log = 2,
        .changed_seq = 17,
    };
    assert_json(
        &schema_order, state_json_order(&shown),
        "{\"id\":\"000000000000000000000000\",\"number\":\"A42\",\"numbers\":[\"A42\"],\"day\":3,"
        "\"phase\":\"cooking\",\"channel\":\"counter\",\"mode\":\"eat-in\",\"name\":\"\\\"A\\\"\","
        "\"opened_at\":1700000001000,\"accepted_at\":0,\"ready_at\":1700000061000,\"handed_at\":0,"
        "\"flags\":[\"late_edit\",\"unpaid\"],"
        "\"lines\":[{\"id\":1,\"item\":7,\"name\":\"Burger\",\"station\":\"\",\"stall\":0,"
        "\"note\":\"caf\xc3\xa9\",\"other_note\":\"\",\"options\":[{\"name\":\"L\",\"price\":100}],"
        "\"quantity\":2,\"wished\":3,\"progress\":\"started\",\"handed\":1,\"unit_price\":850,"
        "\"total\":1710,\"discount\":190,\"payable\":1710,\"state\":\"active\",\"accepted\":true,"
        "\"added_late\":false,\"conflict\":false}],"
        "\"payments\":[{\"id\":\"000000000000000000000000\",\"method\":\"cash\",\"amount\":500,"
        "\"tendered\":0,\"refund\":false,\"reference\":\"\"}],"
        "\"total\":1710,\"tax\":112,\"owed\":1710,\"paid\":500,\"refunded\":0,\"due\":-1210,"
        "\"cancelled\":false,\"reason\":\"\",\"claimed_by\":\"000000000000feed\","
        "\"log\":\"0000000000000001\",\"seq\":9,\"changed\":\"0000000000000002-11\","
        "\"seen\":false,\"late\":false,\"contact\":\"\"}");
}

TEST(api_json, a_menu_item_lists_words_for_bits)
{
    shown.item = (struct menu_item){
        .number = 7,
        .name = bytes_of_text("Burger"),
        .price_minor = 850,
        .tax_eat_in_bp = 1900,
        .allergens = 1 << 0 | 1 << 13,
        .diet = 1 << 2,
        .groups_count = 1,
        .groups = {{.name = bytes_of_text("Size"),
                    .choices_min = 1,
                    .choices_max = 1,
                    .choices_count = 1,
                    .choices = {{bytes_of_text("L"), 100}}}},
        .is_available = true,
    };
    assert_json(
        &schema_menu_item, state_json_item(&shown),
        "{\"number\":7,\"name\":\"Burger\",\"price\":850,\"category\":\"\",\"position\":0,"
        "\"stall\":0,\"tax\":0,"
        "\"tax_eat_in\":1900,\"tax_take_away\":0,\"station\":\"\","
        "\"allergens\":[\"gluten\",\"molluscs\"],\"diet\":[\"halal\"],\"description\":\"\","
        "\"groups\":[{\"name\":\"Size\",\"min\":1,\"max\":1,"
        "\"choices\":[{\"name\":\"L\",\"price\":100}]}],"
        "\"hidden\":false,\"stock_policy\":\"off\",\"available\":true,"
        "\"stock\":{\"here\":0,\"all\":0,\"oversold\":0},\"photo\":\"\",\"price_conflict\":false,"
        "\"conflict\":false}");
}

TEST(api_json, marks_name_peers_and_how_long_they_are_silent)
{
    shown.live = (struct gate_live){
        .marks_count = 1,
        .marks = {{0xab, 5}},
        .peers_count = 2,
        .peers = {{.device = 1,
                   .role = ROLE_KITCHEN,
                   .heard_ms_ago = 12,
                   .clock_offset_ms = -40,
                   .name = "grill"},
                  {.device = 2, .link = GATE_LOST, .heard_ms_ago = UINT64_MAX, .behind = 3}},
    };
    assert_json(
        &schema_frame_marks, state_json_marks(&shown, 1700000000000),
        "{\"type\":\"marks\",\"logs\":[{\"log\":\"00000000000000ab\",\"seq\":5}],"
        "\"peers\":[{\"device\":\"0000000000000001\",\"name\":\"grill\","
        "\"role\":\"kitchen\",\"linked\":true,\"heard_ms_ago\":12,\"behind\":0,"
        "\"ahead\":0,\"clock_offset_ms\":-40,\"state\":\"linked\"},"
        "{\"device\":\"0000000000000002\",\"name\":\"\",\"role\":\"none\","
        "\"linked\":false,\"heard_ms_ago\":-1,\"behind\":3,\"ahead\":0,\"clock_offset_ms\":0,"
        "\"state\":\"lost\"}"
        "],\"now\":1700000000000}");
}

TEST(api_json, a_day_waits_for_no_device_that_was_revoked_or_retired)
{
    shown.day = (struct day){.n = 2};
    shown.live = (struct gate_live){
        .peers_count = 5,
        .peers = {{.link = GATE_LINKED, .name = "grill"},
                  {.link = GATE_LINKED, .ahead = 4, .name = "bar"},
                  {.link = GATE_LOST, .name = "till 2"},
                  {.link = GATE_REFUSED, .ahead = 4, .is_revoked = true, .name = "stolen"},
                  {.link = GATE_LOST, .is_retired = true, .name = "dead"}},
    };
    assert_json(&schema_day, state_json_day(&shown),
                "{\"day\":2,\"closed\":false,\"closes\":0,\"closed_at\":0,"
                "\"missing\":[\"bar\",\"till 2\"]}");
}

TEST(api_json, marks_name_no_peer_that_was_revoked_nor_a_retired_one_that_is_away)
{
    shown.live = (struct gate_live){
        .peers_count = 3,
        .peers = {{.device = 1, .link = GATE_REFUSED, .is_revoked = true, .name = "stolen"},
                  {.device = 2, .link = GATE_LOST, .is_retired = true, .name = "dead"},
                  {.device = 3, .is_retired = true, .link = GATE_LINKED, .name = "back"}},
    };
    assert_json(&schema_frame_marks, state_json_marks(&shown, 1700000000000),
                "{\"type\":\"marks\",\"logs\":[],\"peers\":["
                "{\"device\":\"0000000000000003\",\"name\":\"back\",\"role\":\"none\","
                "\"linked\":true,\"heard_ms_ago\":0,\"behind\":0,\"ahead\":0,"
                "\"clock_offset_ms\":0,\"state\":\"linked\"}],\"now\":1700000000000}");
}

TEST(api_json, marks_tell_of_printers_that_do_not_print_and_of_events_nobody_here_understands)
{
    shown.opaque = 3;
    shown.live = (struct gate_live){
        .printers_count = 2,
        .printers = {{.number = 1, .is_ready = true, .state = "ready"},
                     {.number = 2, .waiting = 4, .state = "it is out of paper"}},
    };
    assert_json(&schema_frame_marks, state_json_marks(&shown, 1700000000000),
                "{\"type\":\"marks\",\"logs\":[],\"peers\":[],"
                "\"printers\":[{\"number\":2,\"ready\":false,\"waiting\":4,"
                "\"state\":\"it is out of paper\"}],\"opaque\":3,\"now\":1700000000000}");
    shown.opaque = 0;
}

TEST(api_json, a_problem_says_what_to_do)
{
    assert_json(&schema_problem, json_problem(ERR_UNAVAILABLE, 409, "/lines/0"),
                "{\"type\":\"about:blank\",\"title\":\"Sold out or not on the menu any more. "
                "Choose something else.\",\"status\":409,\"code\":\"unavailable\","
                "\"detail\":\"/lines/0\"}");
}

static const struct choice_place no_choice = {0};

TEST(api_json, a_refusal_that_is_about_an_item_says_which_and_why)
{
    static const struct {
        int err, found;
        struct menu_item item;
        int64_t here;
        const char *detail;
    } rows[] = {
        {ERR_UNAVAILABLE, 0, {.is_available = true}, 2, "item 7, Tea: 2 left at most"},
        {ERR_UNAVAILABLE, 0, {.is_available = true}, 0, "item 7, Tea: sold out"},
        {ERR_UNAVAILABLE, 0, {.is_available = false}, 2, "item 7, Tea: not sold now"},
        {ERR_UNAVAILABLE,
         0,
         {.is_available = true, .is_hidden = true},
         2,
         "item 7, Tea: not sold now"},
        {ERR_UNAVAILABLE, ERR_NOT_FOUND, {.number = 0}, 0, "item 7: not on the menu"},
        {ERR_UNAVAILABLE, ERR_IO, {.number = 0}, 0, "item 7"},
        {ERR_MISMATCH, 0, {.number = 0}, 0, "item 7, Tea: its choices are not those of the menu"},
        {ERR_VERSION, 0, {.number = 0}, 0, "item 7, Tea"},
    };
    char wanted[160];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text printed = {0};
        shown.item = rows[i].item;
        shown.item.name = bytes_of_text("Tea");
        shown.item_stock.here = rows[i].here;
        json_print(json_item_problem(rows[i].err, 409, 7, rows[i].found, &no_choice, &shown),
                   &printed);
        (void)snprintf(wanted, sizeof wanted, "\"detail\":\"%s\",\"item\":7%s}", rows[i].detail,
                       rows[i].found == 0 ? ",\"item_name\":\"Tea\"" : "");
        assert_non_null(memmem(printed.data, printed.size, wanted, strlen(wanted)));
        text_close(&printed);
    }
    shown.item.name = bytes_of(NULL, 0);
    assert_json(&schema_problem, json_item_problem(ERR_UNAVAILABLE, 409, 7, 0, &no_choice, &shown),
                "{\"type\":\"about:blank\",\"title\":\"Sold out or not on the menu any more. "
                "Choose something else.\",\"status\":409,\"code\":\"unavailable\","
                "\"detail\":\"item 7: not on the menu\",\"item\":7}");
}

/* One milk of two, which is out; of @min of them. */
static struct menu_item latte(uint32_t min)
{
    return (struct menu_item){
        .number = 7,
        .name = bytes_of_text("Latte"),
        .groups_count = 1,
        .groups = {{.name = bytes_of_text("Milk"),
                    .choices_min = min,
                    .choices_max = min,
                    .choices_count = 2,
                    .choices = {{bytes_of_text("Cow"), 0}, {bytes_of_text("Oat"), 50}},
                    .is_out = {false, true}}},
        .is_available = true,
    };
}

TEST(api_json, a_refusal_because_of_a_choice_says_which)
{
    const struct choice_place oat = {.is_one = true, .choice = 1},
                              gone = {.is_one = true, .choice = 2};
    shown.item = latte(1);
    assert_json(&schema_problem, json_item_problem(ERR_UNAVAILABLE, 409, 7, 0, &oat, &shown),
                "{\"type\":\"about:blank\",\"title\":\"Sold out or not on the menu any more. "
                "Choose something else.\",\"status\":409,\"code\":\"unavailable\","
                "\"detail\":\"item 7, Latte: a choice of it is out\",\"item\":7,"
                "\"item_name\":\"Latte\",\"choice\":\"Oat\"}");
    struct json_value *problem = json_item_problem(ERR_UNAVAILABLE, 409, 7, 0, &gone, &shown);
    assert_null(json_get(problem, "choice")); /* the menu changed meanwhile */
    json_free(problem);
    problem = json_item_problem(ERR_UNAVAILABLE, 409, 7, ERR_NOT_FOUND, &oat, &shown);
    assert_null(json_get(problem, "choice"));
    json_free(problem);
}

TEST(api_json, a_choice_that_is_out_is_marked_and_where_too_few_are_left_nothing_is_to_be_had)
{
    shown.item = latte(1);
    struct json_value *item = state_json_item(&shown);
    const struct json_value *choices = json_get(json_at(json_get(item, "groups"), 0), "choices");
    assert_null(json_get(json_at(choices, 0), "out"));
    assert_true(json_get_bool(json_at(choices, 1), "out"));
    assert_true(json_get_bool(item, "available"));
    json_free(item);
    shown.item = latte(2);
    item = state_json_item(&shown);
    assert_false(json_get_bool(item, "available"));
    json_free(item);
    struct json_value *problem = json_item_problem(ERR_UNAVAILABLE, 409, 7, 0, &no_choice, &shown);
    assert_true(bytes_equal(json_get_text(problem, "detail"),
                            bytes_of_text("item 7, Latte: too few of its choices are left")));
    json_free(problem);
}

TEST(api_json, a_choice_is_named_with_its_group)
{
    assert_int_equal(0, fill("POST", "/api/menu/7/choice",
                             "{\"group\":\"Milk\",\"choice\":\"Oat\",\"available\":false}"));
    assert_int_equal(COMMAND_MENU_CHOICE, filled.command.kind);
    assert_int_equal(7, filled.command.item);
    assert_true(bytes_equal(filled.command.group, bytes_of_text("Milk")));
    assert_true(bytes_equal(filled.command.choice, bytes_of_text("Oat")));
    assert_false(filled.command.truth);
    assert_int_equal(ERR_MALFORMED, fill("POST", "/api/menu/7/choice",
                                         "{\"choice\":\"Oat\",\"available\":false}"));
}

TEST(api_json, a_cursor_survives_its_text_and_nothing_else_is_one)
{
    static const char *const wrong[] = {"",
                                        "-",
                                        "1-1",
                                        "1-1-",
                                        "1-1-1-",
                                        "x-1-1",
                                        "1-1-1 ",
                                        "-1-1-1",
                                        "1--1",
                                        "1-1-G",
                                        "11111111111111111-1-1"};
    struct cursor cursor = {.incarnation = {0xde, 0xad, 0, 0, 0, 0, 0, 1}, .fold = 1, .change = 77};
    struct cursor parsed;
    char text[CURSOR_BYTES_MAX];
    cursor_print(&cursor, text);
    assert_string_equal("dead000000000001-1-4d", text);
    assert_int_equal(0, cursor_parse(text, &parsed));
    assert_true(cursor_fits(&parsed, &cursor));
    cursor.change--;
    assert_false(cursor_fits(&parsed, &cursor));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(ERR_MALFORMED, cursor_parse(wrong[i], &parsed));
    }
}
