/* Who may do what, as a picture. A column is a role and carries its letter where the role has the
 * capability of that row:
 *
 *   C counter   K kitchen   P pickup   G gateway   R courier
 *   M manager   O owner     N organiser            A auditor   U customer
 *
 * Devices: whatever stands at the stall can run it alone, so selling, cooking and handing over are
 * open to all on site; scarce are roster, menu, pop-up, refunds, stock issue and the payment
 * provider. An admin's device holds the scarce ones to write them and to grant them; the gateways,
 * where the provider's money arrives, are granted by owner and organiser only.
 * People: what their place at the stall needs.
 */
#include "sync/log/capability.h"

#include <stddef.h>
#include <string.h>

static const char role_letters[ROLE_COUNT] = {
    [ROLE_NONE] = ' ',      [ROLE_COUNTER] = 'C', [ROLE_KITCHEN] = 'K', [ROLE_PICKUP] = 'P',
    [ROLE_GATEWAY] = 'G',   [ROLE_COURIER] = 'R', [ROLE_MANAGER] = 'M', [ROLE_OWNER] = 'O',
    [ROLE_ORGANISER] = 'N', [ROLE_AUDITOR] = 'A', [ROLE_CUSTOMER] = 'U'};

static const struct {
    const char *device;
    const char *person;
} rights[CAP_COUNT] = {
    /* clang-format off */
    /*                      devices       people and screens */
    [CAP_LOG]          = {"CKPGRMONA",  ".....MON."},
    [CAP_ROSTER]       = {".....MON.",  ".....MON."},
    [CAP_ORDER]        = {"CKPG.MON.",  "C....MON."},
    [CAP_COOK]         = {"CKP..MON.",  ".K...MON."},
    [CAP_HAND_OVER]    = {"CKP.RMON.",  "C.P.RMON."},
    [CAP_CANCEL]       = {"CKP..MON.",  "C....MON."},
    [CAP_TAKE_MONEY]   = {"CKP..MON.",  "C....MON."},
    [CAP_REFUND]       = {".....MON.",  ".....MON."},
    [CAP_DISCOUNT]     = {"CKP..MON.",  "C....MON."},
    [CAP_MENU]         = {".....MON.",  ".....MON."},
    [CAP_AVAILABILITY] = {"CKP..MON.",  "CK...MON."},
    [CAP_POPUP]        = {".....MON.",  ".....MON."},
    [CAP_DAY]          = {"CKP..MON.",  "C....MON."},
    [CAP_STRIPE]       = {"...G..ON.",  ".....MON."},
    [CAP_STOCK_ISSUE]  = {".....MON.",  ".....MON."},
    [CAP_STOCK_MOVE]   = {"CKPG.MON.",  ".....MON."},
    [CAP_READ_BOARDS]  = {"CKPGRMONA",  "CKP.RMONA"},
    [CAP_READ_REPORTS] = {".....MONA",  ".....MONA"},
    [CAP_GUEST]        = {"...G..ON.",  ".....MON."},
    [CAP_ADOPT]        = {".....MON.",  ".....MON."},
    [CAP_PRINT]        = {"CKP..MON.",  "CK.P.MON."},
    [CAP_ERASE]        = {".....MON.",  ".....MON."},
    [CAP_REVIEW]       = {"...G.MON.",  ".....MON.U"},
    [CAP_BUY]          = {"",           "C....MON.U"},
    /* clang-format on */
};

/* The rows whose picture of devices or of people shows the letter of @role. */
static uint64_t capabilities_of(enum role role, bool is_device)
{
    uint64_t capabilities = 0;
    for (unsigned i = 0; i < CAP_COUNT; i++) {
        const char *row = is_device ? rights[i].device : rights[i].person;
        if (strchr(row, role_letters[role]) != NULL) {
            capabilities |= capability_bit((enum capability)i);
        }
    }
    return capabilities;
}

uint64_t role_device_capabilities(enum role role)
{
    return (unsigned)role < ROLE_COUNT ? capabilities_of(role, true) : 0;
}

uint64_t role_person_capabilities(enum role role)
{
    return (unsigned)role < ROLE_COUNT ? capabilities_of(role, false) : 0;
}

static const char *const role_texts[ROLE_COUNT] = {
#define X(name, number, text) [name] = (text),
    ROLES(X)
#undef X
};

const char *role_text(enum role role)
{
    return role_texts[(unsigned)role < ROLE_COUNT ? role : ROLE_NONE];
}

enum role role_of_text(const char *text)
{
    for (unsigned i = 0; i < ROLE_COUNT; i++) {
        if (strcmp(role_texts[i], text) == 0) {
            return (enum role)i;
        }
    }
    return ROLE_NONE;
}

const char *capability_text(enum capability capability)
{
    static const char *const texts[CAP_COUNT] = {
#define X(name, bit, text) [name] = (text),
        CAPABILITIES(X)
#undef X
    };
    return (unsigned)capability < CAP_COUNT ? texts[capability] : "unknown";
}
