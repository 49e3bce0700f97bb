#include "node/access/table_code.h"

#include <sodium.h>
#include <string.h>

static const char label[] = "trestle/table/1";

enum {
    LABEL_SIZE = sizeof label - 1,
    MESSAGE_SIZE = LABEL_SIZE + POPUP_ID_BYTES + TABLE_CODE_SAID_BYTES,
    VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING
};

/* What is signed of the @said bytes. */
static void message_of(const struct popup_id *popup, const uint8_t *said,
                       uint8_t ret_message[MESSAGE_SIZE])
{
    memcpy(ret_message, label, LABEL_SIZE);
    memcpy(ret_message + LABEL_SIZE, popup->bytes, POPUP_ID_BYTES);
    memcpy(ret_message + LABEL_SIZE + POPUP_ID_BYTES, said, TABLE_CODE_SAID_BYTES);
}

void table_code_mint(const struct table_code *code, const struct popup_id *popup,
                     const struct secret_key *device_secret, char ret_text[TABLE_CODE_DIGITS + 1])
{
    uint8_t data[TABLE_CODE_BYTES], message[MESSAGE_SIZE];
    struct signature signature;
    put_be64(data, code->issuer);
    put_be32(data + 8, code->table);
    put_be32(data + 12, code->generation);
    message_of(popup, data, message);
    sign_bytes(&signature, bytes_of(message, sizeof message), device_secret);
    memcpy(data + TABLE_CODE_SAID_BYTES, signature.bytes, sizeof signature.bytes);
    (void)sodium_bin2base64(ret_text, TABLE_CODE_DIGITS + 1, data, sizeof data, VARIANT);
}

int table_code_check(struct bytes text, const struct token_terms *terms,
                     struct table_code *ret_code)
{
    uint8_t data[TABLE_CODE_BYTES], message[MESSAGE_SIZE];
    struct signature signature;
    struct token_issuer issuer;
    if (text.size != TABLE_CODE_DIGITS || /* that many are all bytes of @data */
        sodium_base642bin(data, sizeof data, (const char *)text.data, text.size, NULL, NULL, NULL,
                          VARIANT) != 0) {
        return ERR_MALFORMED;
    }
    const uint64_t device = get_be64(data);
    if (!terms->issuer_find(terms->context, device, &issuer)) {
        return ERR_BAD_SIGNATURE;
    }
    message_of(&terms->popup, data, message);
    memcpy(signature.bytes, data + TABLE_CODE_SAID_BYTES, sizeof signature.bytes);
    const int err = verify_bytes(&signature, bytes_of(message, sizeof message), &issuer.key);
    if (err == 0) {
        *ret_code = (struct table_code){
            .issuer = device, .table = get_be32(data + 8), .generation = get_be32(data + 12)};
    }
    return err;
}
