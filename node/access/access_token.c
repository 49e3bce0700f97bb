/* Tokens and tables' codes: given out, and looked at again; and quotes, signed. */
#include "node/access/access_parts.h"

#include <string.h>

#include "node/os/clock.h"
#include "sync/base/check.h"

static struct token token_begin(const struct access *access, const struct gate_live *live,
                                enum token_audience audience, int64_t life_s)
{
    struct token token = {.audience = audience,
                          .popup = access->identity->popup,
                          .issuer = live->device,
                          .issued_s = clock_wall_ms() / 1000};
    token.expires_s = token.issued_s + life_s;
    entropy_bytes(token.number, sizeof token.number);
    return token;
}

int access_token(const struct access *access, const struct gate_live *live, uint64_t staff,
                 char ret_text[TOKEN_TEXT_MAX], struct caller *ret_caller)
{
    const struct roster_person *person = access_person_find(live, staff);
    if (person == NULL || person->role == ROLE_NONE) {
        return ERR_UNAUTHENTICATED;
    }
    struct caller caller = {.token = token_begin(access, live, AUDIENCE_STAFF, TOKEN_STAFF_S)};
    caller.token.subject = staff;
    caller.token.role = person->role;
    check(access_person(live, &caller) == 0);
    token_mint(&caller.token, &access->identity->device_secret, ret_text);
    *ret_caller = caller;
    return 0;
}

int access_customer(const struct access *access, const struct gate_live *live,
                    char ret_text[TOKEN_TEXT_MAX], struct caller *ret_caller)
{
    return access_customer_of(access, live, entropy_u64(), ret_text, ret_caller);
}

int access_customer_of(const struct access *access, const struct gate_live *live, uint64_t session,
                       char ret_text[TOKEN_TEXT_MAX], struct caller *ret_caller)
{
    if (access == NULL) {
        return ERR_UNAVAILABLE;
    }
    struct caller caller = {.token =
                                token_begin(access, live, AUDIENCE_CUSTOMER, TOKEN_CUSTOMER_S)};
    put_be64(caller.token.number, session);
    caller.token.role = ROLE_CUSTOMER;
    check(access_guest(&caller) == 0);
    token_mint(&caller.token, &access->identity->device_secret, ret_text);
    *ret_caller = caller;
    return 0;
}

int access_table(const struct access *access, const struct gate_live *live, uint32_t number,
                 uint32_t generation, char ret_text[TABLE_CODE_DIGITS + 1])
{
    if (access == NULL) {
        return ERR_UNAVAILABLE;
    }
    const struct table_code code = {
        .issuer = live->device, .table = number, .generation = generation};
    table_code_mint(&code, &access->identity->popup, &access->identity->device_secret, ret_text);
    return 0;
}

int access_table_check(const struct access *access, const struct gate_live *live, struct bytes text,
                       struct table_code *ret_code)
{
    if (access == NULL) {
        return ERR_UNAVAILABLE;
    }
    const struct issuers issuers = {.access = access, .live = live};
    const struct token_terms terms = {
        .popup = access->identity->popup, .issuer_find = access_signer_find, .context = &issuers};
    return table_code_check(text, &terms, ret_code) == 0 ? 0 : ERR_NOT_FOUND;
}

struct popup_id access_popup(const struct access *access)
{
    return access->identity->popup;
}

void access_sign_quote(const struct access *access, struct bytes said,
                       struct signature *ret_signature)
{
    static const char label[] = QUOTE_LABEL;
    check(said.size > sizeof label - 1 && memcmp(said.data, label, sizeof label - 1) == 0);
    sign_bytes(ret_signature, said, &access->identity->device_secret);
}
