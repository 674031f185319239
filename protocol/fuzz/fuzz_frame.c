/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a request (first half) and as its response (second half): decoded, printed, judged
 * and built again. The first byte says what is known beside them. */
#include <stdlib.h>

#include "protocol/print.h"
#include "protocol/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

struct last {
    size_t count;
    size_t byte;
};

static void note(void *user, const struct aoe_finding *finding)
{
    struct last *last = user;
    require(finding->byte >= last->byte);
    require(memchr(finding->expected, '\0', sizeof finding->expected));
    require(memchr(finding->actual, '\0', sizeof finding->actual));
    last->byte = finding->byte;
    last->count++;
}

/* A copy of its own size, so that a read past its end is seen. */
static uint8_t *copy_of(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    require(copy);
    if (size)
        memcpy(copy, data, size);
    return copy;
}

static void build_again(const struct aoe_frame *frame)
{
    if (frame->extent != AOE_EXTENT_ARGUMENT)
        return;
    uint8_t *bytes = malloc(frame->raw.length);
    require(bytes);
    require(!aoe_frame_build(frame, bytes, frame->raw.length - 1));
    require(aoe_frame_build(frame, bytes, frame->raw.length) == frame->raw.length);
    require(!memcmp(bytes, frame->raw.bytes, frame->raw.length));
    free(bytes);
}

static void print(const struct aoe_frame *frame, const struct aoe_frame *request)
{
    char line[4096], row[AOE_DUMP_TEXT];
    require(aoe_print_line(line, sizeof line, frame, request)[0]);
    aoe_print_line(line, 17, frame, request);
    require(strlen(line) < 17);
    for (size_t offset = 0; aoe_print_dump_row(row, frame->raw, offset); offset += 16)
        require(strlen(row) < sizeof row);
}

static void judge(const struct aoe_frame *frame, const struct aoe_frame *request, uint8_t known)
{
    static const uint8_t mac[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 2};
    struct last last = {0};
    const struct aoe_rule_context context = {
        .request = known & 1 ? request : NULL,
        .target_mac = known & 2 ? mac : NULL,
        .address_known = known & 4,
        .shelf = 7,
        .slot = 3,
        .mtu = known & 8 ? 1500 : 0,
    };
    require(aoe_rules_check(frame, &context, note, &last) == last.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    uint8_t known = data[0];
    size_t half = (size - 1) / 2, more = known & 0x10 ? 1000 : 0;
    uint8_t *asked = copy_of(data + 1, half), *came = copy_of(data + 1 + half, size - 1 - half);
    struct aoe_frame request, frame;
    aoe_frame_decode(&request, asked, half, half);
    aoe_frame_decode(&frame, came, size - 1 - half, size - 1 - half + more);
    print(&request, NULL);
    print(&frame, known & 1 ? &request : NULL);
    judge(&request, NULL, known);
    judge(&frame, &request, known);
    build_again(&request);
    build_again(&frame);
    free(asked);
    free(came);
    return 0;
}
