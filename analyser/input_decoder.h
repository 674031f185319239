/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What input.c asks of each compression: a table of functions around its library. */
#ifndef AOE_INPUT_DECODER_H
#define AOE_INPUT_DECODER_H

#include "protocol/cursor.h"

enum { DECODER_MEMORY_LOG = 27 }; /* most memory that a decoder may take: 2 to this, 128 MiB */

/* What is there to decode, and room for what comes out; a step moves both on. */
struct decoder_step {
    const uint8_t *from;
    size_t from_left;
    uint8_t *to;
    size_t to_left;
    bool last; /* nothing follows `from` */
};

enum decoder_state {
    DECODER_INSIDE,  /* of a stream: cut, if nothing follows */
    DECODER_BETWEEN, /* a stream is complete; another one may follow */
    DECODER_FAILED,
};

struct decoder {
    const char *name;
    bool (*recognises)(struct aoe_span head);
    /* NULL where there is no memory. */
    void *(*open)(void);
    /* Decodes until `from` or `to` is used up or a stream ends. DECODER_FAILED with a text in
     * `reason` that stays valid as long as the decoder; what came out before counts. */
    enum decoder_state (*step)(void *state, struct decoder_step *step, const char **reason);
    void (*close)(void *state);
};

extern const struct decoder decoder_gzip, decoder_zstd, decoder_xz, decoder_lz4;

/* Whether the first bytes are that little-endian number, after any skippable frames, which zstd
 * and lz4 have in common; `otherwise` where the head ends within such a frame. */
bool decoder_magic(struct aoe_span head, uint32_t magic, bool otherwise);

#endif
