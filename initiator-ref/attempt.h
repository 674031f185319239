/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One message until it is answered: when it is sent again, and when that ends. Times are in ns, of
 * any clock that never goes back. */
#ifndef INITIATOR_ATTEMPT_H
#define INITIATOR_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#define ATTEMPT_SECOND INT64_C(1000000000)
#define ATTEMPT_INTERVAL_FIRST (ATTEMPT_SECOND / 4)
#define ATTEMPT_INTERVAL_LAST (2 * ATTEMPT_SECOND)

/* So many answers that refuse the message, and it is not sent again. */
enum { ATTEMPT_REFUSALS = 4 };

struct attempt {
    uint32_t tag;
    unsigned sent;     /* how often */
    int64_t first;     /* when it was sent first, */
    int64_t last;      /* and last */
    int64_t interval;  /* from the last time to the next */
    unsigned refusals; /* answers that were no use, one for each time it was sent */
    bool refused;      /* one of them since it was sent last */
};

/* A message that is to be sent at once. */
struct attempt attempt_begin(uint32_t tag);

/* Notes that it was sent. The interval to the next time doubles up to ATTEMPT_INTERVAL_LAST and is
 * never shorter than the one before was in truth, however late this call (clause i-retransmit). */
void attempt_sent(struct attempt *attempt, int64_t now);

/* When it is to be sent (again); INT64_MIN where it has not been sent yet. */
int64_t attempt_due(const struct attempt *attempt);

/* When it has waited for `deadline` ns since it was sent first; INT64_MAX where it has not been. */
int64_t attempt_end(const struct attempt *attempt, int64_t deadline);

/* Notes an answer that is no use; it goes on at its pace. True where that is enough. */
bool attempt_refuse(struct attempt *attempt);

#endif
