/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exchanges in a state. Not for others. */
#ifndef AOE_STATE_EXCHANGES_H
#define AOE_STATE_EXCHANGES_H

#include "archive.h"
#include "protocol/exchange.h"

/* All that exchanges remember, as bytes. */
struct exchanges_image {
    uint8_t *bytes;
    size_t length;
};

/* Takes an image. -1 where there is no memory. */
int exchanges_image_take(struct exchanges_image *image, const struct aoe_exchanges *exchanges);
void exchanges_image_free(struct exchanges_image *image);

/* Writes an image, or reads into an empty one. */
void exchanges_image_state(struct archive *archive, struct exchanges_image *image);

/* How an image is loaded: as aoe_exchanges_load says. */
struct exchanges_border {
    uint64_t shift;
    const uint32_t *marks;
    size_t count;
};

/* Replaces what is remembered by the image. -1 where the image is damaged. */
int exchanges_image_load(const struct exchanges_image *image, struct aoe_exchanges *exchanges,
                         const struct exchanges_border *border);

/* 1 where the image, loaded, is just what `exchanges` remember, which have that capacity and
 * patience; 0 where not; -1 where it is damaged or there is no memory. */
int exchanges_image_equals(const struct exchanges_image *image,
                           const struct aoe_exchanges *exchanges, size_t capacity, int64_t patience,
                           const struct exchanges_border *border);

#endif
