/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `-z aoe,json[,filter]`: all figures as one JSON object on standard output. */
#ifndef AOE_JSON_STATISTICS_H
#define AOE_JSON_STATISTICS_H

/* Makes it known to -z. */
void json_statistics_listen(void);

#endif
