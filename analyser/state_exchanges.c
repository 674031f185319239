/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "state_exchanges.h"

#include <stdlib.h>

enum { IMAGE_MOST = 8 << 20 }; /* enough for all that may be remembered */

int exchanges_image_take(struct exchanges_image *image, const struct aoe_exchanges *exchanges)
{
    *image = (struct exchanges_image){.bytes = malloc(IMAGE_MOST)};
    struct aoe_writer to = aoe_writer(image->bytes, image->bytes ? IMAGE_MOST : 0);
    if (!aoe_exchanges_save(exchanges, &to)) {
        exchanges_image_free(image);
        return -1;
    }
    image->length = to.position;
    uint8_t *fitting = realloc(image->bytes, image->length);
    if (fitting)
        image->bytes = fitting;
    return 0;
}

void exchanges_image_free(struct exchanges_image *image)
{
    free(image->bytes);
    *image = (struct exchanges_image){.bytes = NULL};
}

void exchanges_image_state(struct archive *archive, struct exchanges_image *image)
{
    archive_size(archive, &image->length, IMAGE_MOST);
    if (archive_reads(archive) && !(image->bytes = malloc(image->length + 1))) {
        image->length = 0;
        archive_reject(archive, "out of memory");
        return;
    }
    archive_bytes(archive, image->bytes, image->length);
}

int exchanges_image_load(const struct exchanges_image *image, struct aoe_exchanges *exchanges,
                         const struct exchanges_border *border)
{
    struct aoe_cursor from = aoe_cursor(image->bytes, image->length);
    return aoe_exchanges_load(exchanges, &from, border->shift, border->marks, border->count);
}

static int equal(struct aoe_exchanges *loaded, const struct exchanges_image *image,
                 const struct aoe_exchanges *exchanges, const struct exchanges_border *border)
{
    struct exchanges_image left, right = {.bytes = NULL};
    if (exchanges_image_load(image, loaded, border) < 0 || exchanges_image_take(&left, loaded) < 0)
        return -1;
    int result = exchanges_image_take(&right, exchanges);
    if (!result)
        result = left.length == right.length && !memcmp(left.bytes, right.bytes, left.length);
    exchanges_image_free(&left);
    exchanges_image_free(&right);
    return result;
}

int exchanges_image_equals(const struct exchanges_image *image,
                           const struct aoe_exchanges *exchanges, size_t capacity, int64_t patience,
                           const struct exchanges_border *border)
{
    struct aoe_exchanges *loaded = aoe_exchanges_new(capacity, patience, NULL, NULL);
    int result = loaded ? equal(loaded, image, exchanges, border) : -1;
    aoe_exchanges_free(loaded);
    return result;
}
