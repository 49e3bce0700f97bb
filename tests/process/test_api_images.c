/* Images, contacts and PINs: bytes beside the journal, over HTTP. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/api/blob.h"
#include "node/json/hex.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/raw.h"

#define PNG "\x89PNG\r\n\x1a\n" /* as far as anybody looks */

enum { PATH_BYTES = 120 };

static struct booth *booth_open(void)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    booth_add_access(booth);
    booth_add_blobs(booth);
    return booth_serve(booth);
}

/* Where it is read; overwritten by the next. */
static const char *keep(const struct booth *booth, unsigned key, const char *bytes)
{
    static char path[PATH_BYTES];
    assert_int_equal(201, booth_post(booth, "/api/blobs", key, bytes));
    assert_json(&schema_blob, got.body);
    (void)snprintf(path, sizeof path, "/api/blobs/%.64s", raw_text_of(got.body, "hash"));
    return path;
}

TEST(api_images, an_image_is_read_as_it_was_kept_until_it_is_erased)
{
    char erase[PATH_BYTES + 10];
    struct booth *booth = booth_open();
    const char *path = keep(booth, 1, PNG "soup");
    assert_string_equal("image/png", raw_text_of(got.body, "media"));
    assert_int_equal(200, booth_get(booth, path));
    assert_string_equal(got.body, PNG "soup");
    assert_non_null(strstr(got.head, "content-type: image/png"));
    assert_string_equal(path, keep(booth, 2, PNG "soup")); /* once more: it is the same */
    (void)snprintf(erase, sizeof erase, "%s/erase", path);
    assert_int_equal(200, booth_post(booth, erase, 3, "{\"reason\":\"a face\"}"));
    assert_int_equal(404, booth_get(booth, path));
    assert_int_not_equal(201, booth_post(booth, "/api/blobs", 4, PNG "soup")); /* for ever */
    assert_int_equal(404, booth_get(booth, path));
    booth_free(booth);
}

TEST(api_images, what_is_no_image_or_was_never_kept_is_refused)
{
    static const char *const others[] = {"GIF89a", "<svg onload=\"x\">", "\x89PNG", "RIFF1234WEBX"};
    struct booth *booth = booth_open();
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(400, booth_post(booth, "/api/blobs", i, others[i]));
        assert_non_null(strstr(got.body, "a JPEG, PNG or WebP image"));
    }
    assert_int_equal(0, atomic_load(&booth->taken));
    assert_int_equal(404, booth_get(booth, "/api/blobs/"
                                           "00000000000000000000000000000000"
                                           "00000000000000000000000000000000"));
    assert_int_equal(404, booth_get(booth, "/api/blobs/"
                                           "g0000000000000000000000000000000"
                                           "00000000000000000000000000000000"));
    assert_int_equal(404, booth_get(booth, "/api/blobs/00"));
    booth_free(booth);
}

/* --- photos of items --- */

/* The photo that the answer of a write names. */
static const char *photo_path(void)
{
    static char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "/api/photos/%.64s", raw_text_of(got.body, "photo"));
    return path;
}

static void see_as_guest(const struct booth *booth, const char *path)
{
    const struct customer customer = booth_customer(booth);
    (void)booth_ask_as(booth, &customer, "GET", path, NULL);
}

static void assert_photo(const char *type, const char *bytes)
{
    assert_string_equal(got.body, bytes);
    assert_non_null(strstr(got.head, type));
    assert_non_null(strstr(got.head, "x-content-type-options: nosniff"));
    assert_non_null(strstr(got.head, "cache-control: public, max-age=31536000, immutable"));
}

TEST(api_images, a_photo_of_an_item_is_seen_by_anybody_for_as_long_as_an_item_has_it)
{
    struct booth *booth = booth_open();
    booth_set_up(booth);
    assert_int_equal(200, booth_post(booth, "/api/menu/7/photo", 3, PNG "soup"));
    assert_json(&schema_menu_item, got.body);
    const char *path = photo_path();
    see_as_guest(booth, path);
    assert_int_equal(200, got.status);
    assert_photo("content-type: image/png", PNG "soup");
    assert_int_equal(200, booth_get(booth, "/api/order-page"));
    assert_non_null(strstr(got.body, path + strlen("/api/photos/")));

    assert_int_equal(200, booth_post(booth, "/api/menu/7/photo", 4, "\xff\xd8\xff stew"));
    see_as_guest(booth, path);
    assert_int_equal(404, got.status); /* nothing shows it any more */
    assert_int_equal(200, booth_write(booth, "PATCH", "/api/menu/7", 5, "{\"photo\":\"\"}"));
    assert_string_equal("", raw_text_of(got.body, "photo"));
    assert_int_equal(200, booth_get(booth, "/api/order-page"));
    assert_null(strstr(got.body, "photo"));
    booth_free(booth);
}

TEST(api_images, what_is_no_photo_is_refused_as_one)
{
    static char large[PHOTO_BYTES_MAX + 2] = "\x89PNG\r\n\x1a\n";
    static const char *const others[] = {"GIF89a",  "<svg onload=\"x\">", "<?xml?><svg/>",
                                         "\x89PNG", "RIFF1234WEBX",       "<!doctype html>"};
    struct booth *booth = booth_open();
    booth_set_up(booth);
    const unsigned taken = atomic_load(&booth->taken);
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(400, booth_post(booth, "/api/menu/7/photo", 10 + i, others[i]));
        assert_non_null(strstr(got.body, "a JPEG, PNG or WebP image"));
    }
    memset(large + 8, 'x', sizeof large - 9);
    assert_int_equal(413, booth_post(booth, "/api/menu/7/photo", 20, large));
    assert_int_equal(taken, atomic_load(&booth->taken));
    assert_int_equal(404, booth_post(booth, "/api/menu/99/photo", 21, PNG "soup"));
    assert_int_equal(400,
                     booth_write(booth, "PATCH", "/api/menu/7", 22,
                                 "{\"photo\":\"00000000000000000000000000000000"
                                 "00000000000000000000000000000000\"}")); /* only by its bytes */
    booth_free(booth);
}

TEST(api_images, an_image_that_no_item_names_is_nobodys_business)
{
    char path[PATH_BYTES];
    struct booth *booth = booth_open();
    booth_set_up(booth);
    (void)snprintf(path, sizeof path, "/api/photos/%s",
                   keep(booth, 3, PNG "soup") + strlen("/api/blobs/"));
    see_as_guest(booth, path);
    assert_int_equal(404, got.status);
    assert_int_equal(200, booth_post(booth, "/api/menu/7/photo", 4, PNG "soup"));
    see_as_guest(booth, path); /* which was kept before the item had it */
    assert_int_equal(200, got.status);
    booth_free(booth);
}

TEST(api_images, a_photo_that_is_erased_is_shown_nowhere)
{
    char erase[PATH_BYTES + 10];
    struct booth *booth = booth_open();
    booth_set_up(booth);
    assert_int_equal(200, booth_post(booth, "/api/menu/7/photo", 3, PNG "a face"));
    const char *path = photo_path();
    (void)snprintf(erase, sizeof erase, "/api/blobs/%s/erase", path + strlen("/api/photos/"));
    assert_int_equal(200, booth_post(booth, erase, 4, "{\"reason\":\"a face\"}"));
    see_as_guest(booth, path);
    assert_int_equal(404, got.status);
    assert_int_equal(200, booth_get(booth, "/api/menu"));
    assert_string_equal("", raw_text_of(got.body, "photo"));
    assert_int_equal(409, booth_post(booth, "/api/menu/7/photo", 5, PNG "a face")); /* for ever */
    booth_free(booth);
}

/* Another device may say anything of bytes that it has. */
TEST(api_images, bytes_are_served_as_what_they_are_not_as_what_was_said_of_them)
{
    struct text body = {0};
    char media[MEDIA_BYTES_MAX + 1] = "text/html";
    text_append_text(&body, "<script>alert(1)</script>");
    assert_int_equal(api_blob_type(&body, media), ERR_NOT_FOUND);
    assert_int_equal(body.size, 0);
    text_append_text(&body, PNG);
    assert_int_equal(api_blob_type(&body, media), 0);
    assert_string_equal(media, "image/png");
    text_close(&body);
}

TEST(api_images, of_an_image_whose_file_is_gone_it_is_said_that_it_cannot_be_had_now)
{
    struct hash hash;
    struct booth *booth = booth_open();
    const char *path = keep(booth, 1, PNG "soup");
    assert_true(hex_read(bytes_of_text(path + strlen("/api/blobs/")), hash.bytes, HASH_BYTES));
    assert_int_equal(blobs_erase(booth->gate.blobs, &hash), 0); /* behind its back */
    assert_true(booth_get(booth, path) >= 400);
    assert_json(&schema_problem, got.body);
    assert_string_equal("unavailable", raw_text_of(got.body, "code"));
    booth_free(booth);
}

TEST(api_images, a_host_without_a_place_for_bytes_takes_none)
{
    char path[PATH_BYTES];
    struct booth *booth = booth_new(ROLE_OWNER);
    booth_add_access(booth);
    (void)booth_serve(booth);
    booth_set_up(booth);
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    (void)snprintf(path, sizeof path, "/api/orders/%.24s/contact", raw_text_of(got.body, "id"));
    const unsigned taken = atomic_load(&booth->taken);
    assert_true(booth_post(booth, "/api/blobs", 4, PNG "soup") >= 400);
    assert_string_equal("unavailable", raw_text_of(got.body, "code"));
    assert_true(booth_post(booth, path, 5, "{\"name\":\"Ann\"}") >= 400);
    assert_true(booth_write(booth, "PUT", "/api/staff/7/pin", 6, "{\"pin\":\"2580\"}") >= 400);
    assert_true(booth_post(booth, "/api/staff/7/pin", 7, "{\"pin\":\"2580\"}") >= 400);
    assert_int_equal(taken, atomic_load(&booth->taken));
    booth_free(booth);
}

TEST(api_images, a_contact_is_for_those_who_take_orders_alone)
{
    char path[PATH_BYTES], order[32];
    struct booth *booth = booth_open();
    booth_set_up(booth);
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    (void)snprintf(order, sizeof order, "%.24s", raw_text_of(got.body, "id"));
    (void)snprintf(path, sizeof path, "/api/orders/%s/contact", order);
    assert_int_equal(200, booth_post(booth, path, 4, "{\"name\":\"Ann\",\"phone\":\"0123\"}"));
    (void)snprintf(path, sizeof path, "/api/orders/%s", order);
    assert_int_equal(200, booth_get(booth, path));
    (void)snprintf(path, sizeof path, "/api/blobs/%.64s", raw_text_of(got.body, "contact"));
    assert_int_equal(200, booth_get(booth, path));
    assert_string_equal("0123", raw_text_of(got.body, "phone")); /* without its salt */
    struct gate_live live = booth->live;
    live.role = ROLE_PICKUP; /* which reads boards, and takes no orders */
    live.capabilities = role_device_capabilities(ROLE_PICKUP);
    booth_tell(booth, &live);
    assert_int_equal(403, booth_get(booth, path));
    booth_free(booth);
}
