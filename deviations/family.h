/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the families of deviations are written with. */
#ifndef DEVIATIONS_FAMILY_H
#define DEVIATIONS_FAMILY_H

#include "deviation.h"

/* Heads of the callbacks of struct target_hooks, whose body is all that a deviation writes. None
 * uses all of its arguments; `user` is the struct deviant. */
#define UNUSED __attribute__((unused))
#define ON_OPEN(name) static void name(UNUSED void *user, UNUSED struct model *model)
#define ON_RECEIVE(name)                                                                           \
    static size_t name(UNUSED void *user, UNUSED struct model *model, UNUSED uint8_t *frame,       \
                       UNUSED size_t length)
#define ON_REQUEST(name)                                                                           \
    static void name(UNUSED void *user, UNUSED struct model *model,                                \
                     UNUSED struct aoe_frame *request)
#define ON_ACCEPT(name)                                                                            \
    static bool name(UNUSED void *user, UNUSED struct model *model,                                \
                     UNUSED const struct aoe_frame *request, UNUSED bool accepted)
#define ON_CARRY_OUT(name)                                                                         \
    static enum aoe_error name(UNUSED void *user, UNUSED struct model *model,                      \
                               UNUSED const struct aoe_frame *request,                             \
                               UNUSED struct aoe_frame *response, UNUSED bool *silent)
#define ON_RESPONSE(name)                                                                          \
    static void name(UNUSED void *user, UNUSED struct model *model,                                \
                     UNUSED const struct aoe_frame *request, UNUSED struct aoe_frame *response,    \
                     UNUSED bool *silent)
#define ON_BYTES(name)                                                                             \
    static size_t name(UNUSED void *user, UNUSED struct model *model,                              \
                       UNUSED const struct aoe_frame *request, UNUSED uint8_t *bytes,              \
                       UNUSED size_t length)
#define ON_READ(name)                                                                              \
    static int name(UNUSED void *user, UNUSED const struct model_disk *next, UNUSED uint64_t lba,  \
                    UNUSED size_t count, UNUSED void *to)
#define ON_WRITE(name)                                                                             \
    static int name(UNUSED void *user, UNUSED const struct model_disk *next, UNUSED uint64_t lba,  \
                    UNUSED size_t count, UNUSED const void *from)
#define ON_FLUSH(name) static int name(UNUSED void *user, UNUSED const struct model_disk *next)
#define ON_SEND(name)                                                                              \
    static void name(UNUSED void *user, UNUSED const struct target_sender *next,                   \
                     UNUSED const uint8_t *frame, UNUSED size_t length)
#define ON_IDLE(name) static int name(UNUSED void *user, UNUSED const struct target_sender *next)
#define ON_LINK(name)                                                                              \
    static void name(UNUSED void *user, UNUSED struct model *model, UNUSED bool was_down)
#define ON_ADVERT(name)                                                                            \
    static size_t name(UNUSED void *user, UNUSED struct model *model, UNUSED uint8_t *advert,      \
                       UNUSED size_t length)

/* A family: its table, and how many it has. */
struct family {
    const struct deviation *deviations;
    size_t count;
};
#define FAMILY(table)                                                                              \
    {                                                                                              \
        table, sizeof table / sizeof table[0]                                                      \
    }

extern const struct family family_frame, family_address, family_wire, family_ata, family_lba,
    family_range, family_data, family_readback, family_identify, family_config, family_string,
    family_mask, family_mask_edit, family_reserve, family_reserved, family_behaviour, family_crowd;

enum {
    BYTE_SOURCE = 6,
    BYTE_TYPE = 12,
    BYTE_FLAGS = 14,
    BYTE_ERROR = 15,
    BYTE_TAG = 20,
};

/* True for an ATA request, and for one whose data goes that way with an address and a count. */
static inline bool is_ata(const struct aoe_frame *request)
{
    return request->command == AOE_COMMAND_ATA && request->extent == AOE_EXTENT_ARGUMENT;
}

static inline bool is_transfer(const struct aoe_frame *request, enum ata_direction direction)
{
    const struct ata_opcode *opcode = is_ata(request) ? ata_opcode_find(request->ata.opcode) : NULL;
    return opcode && opcode->addressed && opcode->direction == direction;
}

static inline bool is_read(const struct aoe_frame *request)
{
    return is_transfer(request, ATA_DATA_IN);
}

static inline bool is_write(const struct aoe_frame *request)
{
    return is_transfer(request, ATA_DATA_OUT);
}

static inline bool is_identify(const struct aoe_frame *request)
{
    return is_ata(request) && request->ata.opcode == ATA_IDENTIFY;
}

/* True for a whole config, mask or reserve request with that command in it. */
static inline bool is_config(const struct aoe_frame *request, uint8_t ccmd)
{
    return request->command == AOE_COMMAND_CONFIG && request->extent == AOE_EXTENT_ARGUMENT &&
           request->config.ccmd == ccmd;
}

static inline bool is_mask(const struct aoe_frame *request, uint8_t mcmd)
{
    return request->command == AOE_COMMAND_MASK && request->extent == AOE_EXTENT_ARGUMENT &&
           request->mask.mcmd == mcmd;
}

static inline bool is_reserve(const struct aoe_frame *request, uint8_t rcmd)
{
    return request->command == AOE_COMMAND_RESERVE && request->extent == AOE_EXTENT_ARGUMENT &&
           request->reserve.rcmd == rcmd;
}

static inline bool same_address(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, AOE_MAC_BYTES) == 0;
}

/* True for the response to an ATA command that succeeded, and to one that failed. */
static inline bool succeeded(const struct aoe_frame *request, const struct aoe_frame *response)
{
    return is_ata(request) && !response->error && ata_status_good(response->ata.opcode);
}

static inline bool failed(const struct aoe_frame *request, const struct aoe_frame *response)
{
    return is_ata(request) && !response->error && (response->ata.opcode & ATA_STATUS_ERR);
}

/* True where an address of the list has the same `count` bytes from `first` on as `mac`. */
bool family_list_resembles(const struct model_list *list, const uint8_t *mac, size_t first,
                           size_t count);

/* Makes an ATA response one of failure with these error bits, or of success, without data. */
void family_fail(struct aoe_frame *response, uint8_t error);
void family_succeed(struct aoe_frame *response);

/* Where the message of a response ends; behind it is padding. */
size_t family_message_end(const uint8_t *bytes, size_t length);

/* Milliseconds of the monotonic clock. */
uint64_t family_now(void);

#endif
