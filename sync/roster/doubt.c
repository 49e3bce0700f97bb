/* doubt.c - certificates by an admin whose device was revoked: a thief can issue newer ones than
 * the honest, with whatever transport key and name, and date them as he likes.
 *
 * Only what the root certified can issue, and nothing that an admin issued outranks the root's
 * word, so whom to doubt does not depend on which certificates are chosen meanwhile.
 */
#include "sync/roster/roster_load.h"

static bool is_doubted(const struct doubt *doubt, uint64_t issuer)
{
    for (uint32_t i = 0; i < doubt->issuers_count; i++) {
        if (doubt->issuers[i] == issuer) {
            return true;
        }
    }
    return false;
}

static bool is_vouched(const struct doubt *doubt, const struct certificate *certificate)
{
    const struct hash hash = certificate_hash(certificate);
    for (uint32_t i = 0; i < doubt->vouched_count; i++) {
        if (hash_equal(&doubt->vouched[i], &hash)) {
            return true;
        }
    }
    return false;
}

static bool counts(const struct doubt *doubt, const struct certificate *certificate)
{
    return certificate->is_by_root || !is_doubted(doubt, certificate->issuer) ||
           is_vouched(doubt, certificate);
}

int doubt_compare(const struct doubt *doubt, const struct certificate *a,
                  const struct certificate *b)
{
    const bool a_counts = counts(doubt, a);
    const bool b_counts = counts(doubt, b);
    return a_counts != b_counts ? (int)a_counts - (int)b_counts : certificate_compare(a, b);
}

static void take_vouched(struct doubt *doubt, const struct load *load)
{
    for (uint32_t i = 0; i < load->added_count; i++) {
        const struct addition *added = &load->added[i];
        if (roster_judge(load->roster, added->at.log, added->at.seq, EVENT_DEVICE_ADD, 0) ==
            VERDICT_VALID) {
            doubt->vouched[doubt->vouched_count++] = added->certificate;
        }
    }
}

bool doubt_settle(struct doubt *doubt, const struct load *load)
{
    const struct roster *roster = load->roster;
    for (uint32_t i = 0; i < roster->devices_count; i++) {
        const struct roster_device *device = &roster->devices[i];
        if (device->is_revoked && device->certificate.is_by_root) {
            doubt->issuers[doubt->issuers_count++] = device->id;
        }
    }
    if (doubt->issuers_count > 0) {
        take_vouched(doubt, load);
    }
    return doubt->issuers_count > 0;
}
