/* menu_choices.h - which choices of an item are out at present: registers by name.
 *
 * Layer: sync/domain (pure); for menu.c. Each choice that menu.choice ever named is a register of
 * its own, found by the names of its group and of itself: an item's groups may be written anew, in
 * another order, while somebody says that one choice is out. Of concurrent writes "out" counts.
 */
#ifndef TRESTLE_SYNC_DOMAIN_MENU_CHOICES_H
#define TRESTLE_SYNC_DOMAIN_MENU_CHOICES_H

#include "sync/domain/menu.h"

/* Mark the choices of @item's groups, which are filled in, that are out, and those of which
 * concurrent writes differ; has_conflict is set then, and never cleared. Cost: O(events + choices).
 */
void menu_choices_fill(const struct history *history, struct menu_item *item);

/* Set keep[i] for every maximal write of a choice, also of one that the item does not have now: who
 * writes the groups as they were has it again as it was. Cost: O(events). */
void menu_choices_keep(const struct history *history, bool *keep);

#endif
