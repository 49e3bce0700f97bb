/* The vector was computed by Python from docs/protocol.md: hashlib.blake2b for the hashes, RFC
 * 8032's own arithmetic for the signature. Root key: seed BLAKE2b-256(be32 1); log key: be32 7. */
#include "sync/log/chain.h"

#include <string.h>

#include "tests/lib/journal.h"
#include "tests/lib/test.h"

static const char *const event_hex[] = {
    "9620cd03e8c40ce02672c5acca0742827ef82190009301a141c0",
    "9720ce00010000c40ce02672c5acca0742827ef8219193c408000102030405060705c4100001020304050607"
    "08090a0b0c0d0e0f079093c408000102030405060705c410000102030405060708090a0b0c0d0e0f",
};
static const char *const event_hash_hex[] = {
    "ba53acfec66b3f98889eb29726579a5a99bad09ee7bdf000d9e4fa6109a217d1",
    "ffbe024330499da89cd87f229094082de42ebc8a71c5d5f18dc298ad3621f5d2",
    "ce7c21b2e48d9fd6587ca52a7427a7e4c1cdd8028bae9db4e8dae4da554a3f86",
};
static const char *const hash_hex[] = {
    "7be4a9ad7348407afe74b772f2fdfaa5bdf532564ae8c1ee18f7c4480ff859f5",
    "e579c758b54f4e6f3cba297bc97f93d594172886ab90acdd6766a50e10e79ef4",
    "f021a629330ad2031a168888c32bacdfb10f7923066725eca33ffcb20348eae8",
    "bc4ef1a225eac5b16dedfb22c6f969827dd0774999a4cee4a0311f7f85c203af",
};
static const char signature_hex[] =
    "334a729d819031d1ab00887afb7a111f2a42eca7455945dcb4f509fb6a580ace"
    "59ce4b666d73636f8d3a6deeadf376044c5f8b1c04bf4cda5d8c739214a67b04";

static void assert_hex(const void *data, size_t size, const char *hex)
{
    uint8_t expected[128];
    assert_int_equal(bytes_of_hex(expected, hex).size, size);
    assert_memory_equal(data, expected, size);
}

/* The third event of the vector: 300 zeros (the chain does not look inside). */
static struct bytes vector_event(int index, uint8_t buffer[300])
{
    memset(buffer, 0, 300);
    return index < 2 ? bytes_of_hex(buffer, event_hex[index]) : bytes_of(buffer, 300);
}

struct signed_head {
    struct popup_id popup;
    struct public_key log_key;
    struct secret_key log_secret;
    uint64_t log;
    uint64_t seq;
    struct hash hash;
    struct signature signature;
};

static struct signed_head vector_head(void)
{
    struct signed_head head;
    struct public_key root;
    uint8_t buffer[128];
    keys_of_number(1, &root, &head.log_secret);
    keys_of_number(7, &head.log_key, &head.log_secret);
    head.popup = popup_id_of_root(&root);
    head.log = id64_of_key(&head.log_key);
    head.seq = 3;
    bytes_of_hex(buffer, hash_hex[3]);
    memcpy(head.hash.bytes, buffer, HASH_BYTES);
    head_sign(&head.signature, &head.popup, head.log, head.seq, &head.hash, &head.log_secret);
    return head;
}

static int verify(const struct signed_head *head)
{
    return head_verify(&head->signature, &head->popup, head->log, head->seq, &head->hash,
                       &head->log_key);
}

TEST(chain, gives_the_known_answers)
{
    const struct signed_head head = vector_head();
    struct hash hash = chain_genesis(&head.popup, &head.log_key);
    assert_hex(head.popup.bytes, POPUP_ID_BYTES, "c811767d3f0df5a28a552b03dbc65458");
    assert_hex(head.log_key.bytes, PUBLIC_KEY_BYTES,
               "b86bdacd9b7d97a9b4fdf96b65301231b0958f4eb2028455d708f571aaea057f");
    assert_true(head.log == 0x64fa666a6ce9794d);
    assert_hex(hash.bytes, HASH_BYTES, hash_hex[0]);
    for (int i = 0; i < 3; i++) {
        uint8_t buffer[300];
        const struct hash event_hash = chain_event_hash(vector_event(i, buffer));
        assert_hex(event_hash.bytes, HASH_BYTES, event_hash_hex[i]);
        hash = chain_next(&hash, &event_hash);
        assert_hex(hash.bytes, HASH_BYTES, hash_hex[i + 1]);
    }
    assert_hex(head.signature.bytes, SIGNATURE_BYTES, signature_hex);
}

TEST(chain, a_signed_head_verifies)
{
    const struct signed_head head = vector_head();
    assert_int_equal(verify(&head), 0);
}

/* Every bit of a field of a signed head. */
static void assert_each_bit_matters(struct signed_head *head, void *field, size_t size)
{
    uint8_t *bytes = field;
    for (size_t bit = 0; bit < size * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(verify(head), ERR_BAD_SIGNATURE);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(verify(head), 0);
}

TEST(chain, a_signed_head_with_any_bit_changed_is_refused)
{
    struct signed_head head = vector_head();
    assert_each_bit_matters(&head, &head.popup, sizeof head.popup);
    assert_each_bit_matters(&head, &head.log, sizeof head.log);
    assert_each_bit_matters(&head, &head.seq, sizeof head.seq);
    assert_each_bit_matters(&head, &head.hash, sizeof head.hash);
    assert_each_bit_matters(&head, &head.log_key, sizeof head.log_key);
    assert_each_bit_matters(&head, &head.signature, sizeof head.signature);
}

TEST(chain, tells_where_one_event_ends_and_the_next_begins)
{
    const struct hash ab = chain_event_hash(bytes_of_text("ab"));
    const struct hash zero = {{0}};
    const struct hash a = chain_event_hash(bytes_of_text("a"));
    const struct hash b = chain_event_hash(bytes_of_text("b"));
    const struct hash one = chain_next(&zero, &ab);
    struct hash two = chain_next(&zero, &a);
    two = chain_next(&two, &b);
    assert_false(hash_equal(&one, &two));
}
