/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the initiator can be told to do. It fills driver->message where it does not end with
 * OUTCOME_DONE. */
#ifndef INITIATOR_ACTIONS_H
#define INITIATOR_ACTIONS_H

#include "driver.h"

enum action {
    ACTION_RESET,
    ACTION_DISCOVER,
    ACTION_READ,
    ACTION_WRITE,
    ACTION_VERIFY,
    ACTION_WORK,
};

/* Sectors of an action on a part of the disk. */
struct action_range {
    uint64_t lba;
    uint64_t count;
};

/* Carries one out; all but ACTION_RESET begin with finding the target where it is not known:
 * DISCOVER finds it anew and writes its capacity in sectors to driver->output;
 * READ and WRITE move sectors to driver->output or from driver->input, VERIFY reads them and
 * compares them with driver->input;
 * WORK writes patterns to the beginning and the end of its disk, finds it once more, reads them in
 * another order and in other sizes, and compares. `range` is that of READ, WRITE and VERIFY. */
enum outcome action_carry_out(struct driver *driver, enum action action,
                              const struct action_range *range);

#endif
