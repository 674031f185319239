/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Merges saved states into one. */
#ifndef AOE_GATHER_STATES_H
#define AOE_GATHER_STATES_H

#include "gather.h"
#include "state.h"

/* Merges states in the order of the time of their first frame; with `save` the result is also put
 * there, as a state. -1 and one line in `error` where one cannot be read, they were not made alike,
 * or there is no memory; then nothing is held. */
int gather_states(struct material *material, const struct gathering *gathering,
                  const char *const *paths, size_t count, char *error, size_t error_size);

/* Puts what was just saved into an empty material: the figures of the whole part, as merging would
 * give them. */
int gather_state(struct material *material, const char *path, char *error, size_t error_size);

#endif
