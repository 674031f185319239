/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `-z aoe,latency`: a table with percentiles of both latencies, by operation and by target. */
#ifndef AOE_LATENCY_TABLE_H
#define AOE_LATENCY_TABLE_H

/* Makes it known to -z and to the menus, once the tap "aoe" is registered. */
void latency_table_register(void);

#endif
