/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a sequence of frames to the model. Whatever comes back has to stand up to the
 * rules, and whatever happens may happen inside the disk and the lists only. */
#include <stdio.h>
#include <stdlib.h>

#include "protocol/rule.h"
#include "target-ref/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SHELF = 1, SLOT = 2, SECTORS = 300 };

/* What the byte before each frame asks for. */
enum {
    AS_IT_IS = 0x01, /* else the header is mended so that it reaches the model's commands */
    BROKEN = 0x02,   /* the media fails */
    FULL = 0x04,     /* settings cannot be saved */
    READ_ONLY = 0x08,
    MTU_SHIFT = 4, /* index into mtus[] */
};

static const uint32_t mtus[] = {1500, 9000, 534, 600, 65535, 100, 0, UINT32_MAX};
static const uint8_t own[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 1};

static struct model model;
static uint8_t media[SECTORS * AOE_SECTOR_BYTES];
static uint8_t control;

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static int media_read(void *user, uint64_t lba, size_t count, void *to)
{
    (void)user;
    require(count && lba < SECTORS && count <= SECTORS - lba, "reads stay on the disk");
    memcpy(to, media + lba * AOE_SECTOR_BYTES, count * AOE_SECTOR_BYTES);
    return control & BROKEN ? -1 : 0;
}

static int media_write(void *user, uint64_t lba, size_t count, const void *from)
{
    (void)user;
    require(!(control & READ_ONLY), "a read-only disk is not written");
    require(count && lba < SECTORS && count <= SECTORS - lba, "writes stay on the disk");
    memcpy(media + lba * AOE_SECTOR_BYTES, from, count * AOE_SECTOR_BYTES);
    return control & BROKEN ? -1 : 0;
}

static int media_flush(void *user)
{
    (void)user;
    return control & BROKEN ? -1 : 0;
}

static int settings_save(void *user, const struct model_settings *settings)
{
    (void)user;
    require(settings->length <= AOE_STRING_MAX, "a config string has 1024 bytes at most");
    return control & FULL ? -1 : 0;
}

static void print_finding(void *user, const struct aoe_finding *finding)
{
    (void)user;
    fprintf(stderr, "%s: %s at byte %zu: expected %s, got %s\n", finding->clause, finding->field,
            finding->byte, finding->expected, finding->actual);
}

static void mend(uint8_t *frame, size_t length)
{
    static const uint8_t header[] = {0x88, 0xA2, 0x10, 0, 0, SHELF, SLOT};
    if (length < AOE_HEADER_BYTES)
        return;
    memcpy(frame, own, sizeof own);
    frame[6] &= 0xFE;
    memcpy(frame + 12, header, sizeof header);
}

/* Feeds one frame in a block of its own, so that a read past it is seen. */
static void feed(const uint8_t *bytes, size_t length)
{
    static uint8_t response[AOE_FRAME_MAX];
    struct aoe_frame request, answer;
    uint8_t *frame = malloc(length + !length);
    if (!frame)
        return;
    memcpy(frame, bytes, length);
    if (!(control & AS_IT_IS))
        mend(frame, length);
    memset(response, 0xDB, sizeof response);
    size_t answered = model_answer(&model, (struct aoe_span){frame, length}, response);
    aoe_frame_decode(&request, frame, length, length);
    aoe_frame_decode(&answer, response, answered, answered);
    struct aoe_rule_context context = {&request, own, SHELF, SLOT, true, model.mtu};
    if (answered) {
        require(answer.extent == AOE_EXTENT_ARGUMENT, "a response is whole");
        require(answered >= AOE_FRAME_MIN, "a response has 60 bytes or more");
        require(answered <= (size_t)model.mtu + AOE_ETHERNET_BYTES, "a response fits the MTU");
        require(aoe_rules_check(&answer, &context, print_finding, NULL) == 0, "the rules");
    }
    free(frame);
}

static void start(void)
{
    struct model_disk disk = {NULL, SECTORS, media_read, media_write, media_flush};
    model_init(&model, SHELF, SLOT, &disk);
    memcpy(model.mac, own, sizeof own);
    model.store.save = settings_save;
}

/* The input: for each frame a control byte, its length in two bytes, and its bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aoe_cursor cursor = aoe_cursor(data, size);
    start();
    while (aoe_cursor_left(&cursor) > 3) {
        control = aoe_take_u8(&cursor);
        size_t length = aoe_take_be16(&cursor);
        if (length > aoe_cursor_left(&cursor))
            length = aoe_cursor_left(&cursor);
        model.mtu = mtus[control >> MTU_SHIFT & 7];
        model.read_only = control & READ_ONLY;
        feed(aoe_take(&cursor, length), length);
    }
    return 0;
}
