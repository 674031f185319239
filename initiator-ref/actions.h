/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the initiator can be told to do. All of these fill driver->message where they do not end
 * with OUTCOME_DONE. */
#ifndef INITIATOR_ACTIONS_H
#define INITIATOR_ACTIONS_H

#include "driver.h"

/* Sectors of an action on a part of the disk. */
struct action_range {
    uint64_t lba;
    uint64_t count;
};

/* Finds the target and writes its capacity in sectors to standard output. */
enum outcome action_discover(struct driver *driver);

/* Finds the target and moves sectors to standard output or from standard input; `verify` reads
 * them and compares them with standard input. */
enum outcome action_read(struct driver *driver, const struct action_range *range);
enum outcome action_write(struct driver *driver, const struct action_range *range);
enum outcome action_verify(struct driver *driver, const struct action_range *range);

/* Finds the target, writes patterns to the beginning and the end of its disk, finds it once more,
 * reads them in another order and in other sizes, and compares. */
enum outcome action_work(struct driver *driver);

#endif
