/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a reservation keeps from others. */
#include "family.h"

#define PLAIN model_carry_out(model, request, response, silent)

static uint64_t value_of(const void *user)
{
    return ((const struct deviant *)user)->value;
}

static bool replaces(const struct aoe_frame *request)
{
    return is_reserve(request, AOE_RESERVE_SET) || is_reserve(request, AOE_RESERVE_FORCE);
}

static bool is_owner(const struct model *model, const struct aoe_frame *request)
{
    return model_list_has(&model->settings.reserves, request->source);
}

/* 3.4-enforced */

static bool is_other(const struct model *model, const struct aoe_frame *request)
{
    return model->settings.reserves.count && !is_owner(model, request);
}

/* Carries it out as if nobody had reserved. */
static enum aoe_error carry_out_free(struct model *model, const struct aoe_frame *request,
                                     struct aoe_frame *response, bool *silent)
{
    uint8_t count = model->settings.reserves.count;
    model->settings.reserves.count = 0;
    enum aoe_error error = PLAIN;
    model->settings.reserves.count = count;
    return error;
}

#define FREE carry_out_free(model, request, response, silent)

ON_CARRY_OUT(not_enforced)
{
    return is_read(request) || is_write(request) ? FREE : PLAIN;
}

ON_CARRY_OUT(not_enforced_for_reads)
{
    return is_read(request) ? FREE : PLAIN;
}

ON_CARRY_OUT(not_enforced_for_writes)
{
    return is_write(request) ? FREE : PLAIN;
}

ON_CARRY_OUT(not_enforced_for_ext)
{
    bool extended = is_ata(request) && request->ata.aflags & AOE_ATA_EXTENDED;
    return extended && (is_read(request) || is_write(request)) ? FREE : PLAIN;
}

ON_CARRY_OUT(not_enforced_for_dma)
{
    static const uint8_t dma[] = {ATA_READ_DMA, ATA_READ_DMA_EXT, ATA_WRITE_DMA, ATA_WRITE_DMA_EXT};
    return is_ata(request) && memchr(dma, request->ata.opcode, sizeof dma) ? FREE : PLAIN;
}

ON_CARRY_OUT(write_refused_yet_stored)
{
    if (is_write(request) && is_other(model, request)) {
        FREE;
        memcpy(response->ata.lba, request->ata.lba, sizeof response->ata.lba);
        response->ata.feature = request->ata.feature;
        response->ata.count = request->ata.count;
        response->ata.opcode = request->ata.opcode;
    }
    return PLAIN;
}

ON_CARRY_OUT(config_refused)
{
    return request->command == AOE_COMMAND_CONFIG && is_other(model, request) ? AOE_ERROR_RESERVED
                                                                              : PLAIN;
}

ON_CARRY_OUT(enforced_in_silence)
{
    *silent = (is_read(request) || is_write(request)) && is_other(model, request);
    return PLAIN;
}

/* Who has reserved is served as well, though the list does not name it. */
ON_CARRY_OUT(reserver_served)
{
    struct deviant *d = user;
    if (replaces(request))
        memcpy(d->host, request->source, AOE_MAC_BYTES);
    return is_ata(request) && same_address(d->host, request->source) ? FREE : PLAIN;
}

ON_CARRY_OUT(only_first_served)
{
    const struct model_list *now = &model->settings.reserves;
    bool refused = (is_read(request) || is_write(request)) && now->count &&
                   !same_address(now->mac[0], request->source);
    return refused ? AOE_ERROR_RESERVED : PLAIN;
}

ON_CARRY_OUT(resembling_served)
{
    uint64_t value = value_of(user);
    bool resembles = family_list_resembles(&model->settings.reserves, request->source,
                                           (size_t)(value >> 4), (size_t)(value & 0xF));
    return is_ata(request) && resembles ? FREE : PLAIN;
}

ON_RESPONSE(refused_as_ata_abort)
{
    if (!is_ata(request) || response->error != AOE_ERROR_RESERVED)
        return;
    model_set_error(response, AOE_ERROR_NONE);
    family_fail(response, ATA_ERROR_ABRT);
}

/* 3.4-identify */

ON_CARRY_OUT(identify_refused)
{
    return is_identify(request) && is_other(model, request) ? AOE_ERROR_RESERVED : PLAIN;
}

ON_CARRY_OUT(identify_ignored)
{
    *silent = is_identify(request) && is_other(model, request);
    return PLAIN;
}

#define BYTES(first, count) (first) << 4 | (count)

static const struct deviation deviations[] = {
    {"reserve-not-enforced", "3.4-enforced", "while reserved, others read and write",
     .hooks.model.carry_out = not_enforced},
    {"reserve-not-enforced-for-reads", "3.4-enforced", "while reserved, others read",
     .hooks.model.carry_out = not_enforced_for_reads},
    {"reserve-not-enforced-for-writes", "3.4-enforced", "while reserved, others write",
     .hooks.model.carry_out = not_enforced_for_writes},
    {"reserve-not-enforced-for-ext", "3.4-enforced",
     "while reserved, others read and write by 48-bit commands",
     .hooks.model.carry_out = not_enforced_for_ext},
    {"reserve-not-enforced-for-dma", "3.4-enforced",
     "while reserved, others read and write by DMA commands",
     .hooks.model.carry_out = not_enforced_for_dma},
    {"reserve-write-refused-yet-stored", "3.4-enforced",
     "while reserved, writes of others get error 6 and are stored",
     .hooks.model.carry_out = write_refused_yet_stored},
    {"reserve-config-refused", "3.4-enforced",
     "while reserved, config commands of others get error 6",
     .hooks.model.carry_out = config_refused},
    {"reserve-enforced-in-silence", "3.4-enforced",
     "while reserved, reads and writes of others get no response",
     .hooks.model.carry_out = enforced_in_silence},
    {"reserve-refused-as-abort", "3.4-enforced",
     "while reserved, reads and writes of others are aborted without error 6",
     .hooks.model.response = refused_as_ata_abort},
    {"reserve-reserver-served", "3.4-enforced", "who reserved for others only is served as well",
     .hooks.model.carry_out = reserver_served},
    {"reserve-only-first-served", "3.4-enforced",
     "of the hosts in the list only the first reads and writes",
     .hooks.model.carry_out = only_first_served},
    {"reserve-last-byte-not-compared", "3.4-enforced",
     "a host whose address differs from one of the list in the last byte reads",
     .value = BYTES(0, 5), .hooks.model.carry_out = resembling_served},
    {"reserve-first-byte-not-compared", "3.4-enforced",
     "a host whose address differs from one of the list in the first byte reads",
     .value = BYTES(1, 5), .hooks.model.carry_out = resembling_served},
    {"reserve-identify-refused", "3.4-identify", "while reserved, IDENTIFY of others gets error 6",
     .hooks.model.carry_out = identify_refused},
    {"reserve-identify-ignored", "3.4-identify",
     "while reserved, IDENTIFY of others gets no response",
     .hooks.model.carry_out = identify_ignored},
};

const struct family family_reserved = FAMILY(deviations);
