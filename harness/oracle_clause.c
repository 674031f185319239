/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oracle_part.h"

/* ---- ATA ---- */

static const char *clause_of_refused(const struct question *q, const struct ata_opcode *opcode)
{
    const struct aoe_ata *ata = &q->request.ata;
    bool write = ata->aflags & AOE_ATA_WRITE, extended = ata->aflags & AOE_ATA_EXTENDED;
    if (write != (opcode->direction == ATA_DATA_OUT))
        return "3.1-write-flag";
    if (ata->count > q->oracle->facts[FACT_SECTORS])
        return "3.1-max-count";
    if (q->request.payload.length < ata_data_bytes(ata, ATA_DATA_OUT))
        return "3.1-short-write";
    if (extended != opcode->extended)
        return "3.1-ext-mismatch";
    if (write && q->oracle->model.read_only)
        return "3.1-readonly";
    return aoe_ata_lba(ata) >= ATA_LBA28_END ? "3.1-lba48" : "3.1-range";
}

static const char *clause_of_served(const struct question *q, const struct ata_opcode *opcode)
{
    const struct aoe_ata *ata = &q->request.ata;
    struct aoe_ata whole = *ata;
    whole.aflags |= AOE_ATA_EXTENDED;
    if (!ata->count)
        return "3.1-count-zero";
    if (aoe_ata_lba(&whole) != aoe_ata_lba(ata))
        return "3.1-lba28";
    if (opcode->direction == ATA_DATA_OUT &&
        q->request.payload.length > ata_data_bytes(ata, ATA_DATA_OUT))
        return "3.1-data";
    if (opcode->direction == ATA_DATA_OUT && ata->aflags & AOE_ATA_ASYNC)
        return "3.1-async";
    return "3.1-readback";
}

static const char *clause_of_ata(const struct question *q)
{
    const struct ata_opcode *opcode = ata_opcode_find(q->request.ata.opcode);
    bool reserved = q->oracle->model.settings.reserves.count;
    if (q->answer.error == AOE_ERROR_RESERVED)
        return "3.4-enforced";
    bool failed = q->answer.error || q->answer.ata.opcode & ATA_STATUS_ERR;
    if (!opcode || (failed && !opcode->addressed))
        return "3.1-unknown-ata";
    if (opcode->opcode == ATA_IDENTIFY)
        return reserved ? "3.4-identify" : "3.1-identify";
    if (opcode->opcode == ATA_CHECK_POWER)
        return "3.1-check-power";
    if (!opcode->addressed)
        return "3.1-flush";
    return failed ? clause_of_refused(q, opcode) : clause_of_served(q, opcode);
}

/* ---- the string and the lists ---- */

static const char *clause_of_config(const struct question *q)
{
    const struct aoe_config *config = &q->request.config;
    static const char *const clauses[] = {
        [AOE_CONFIG_READ] = "3.2-read",     [AOE_CONFIG_TEST] = "3.2-test",
        [AOE_CONFIG_PREFIX] = "3.2-prefix", [AOE_CONFIG_SET] = "3.2-set",
        [AOE_CONFIG_FORCE] = "3.2-force",
    };
    if (config->ccmd > AOE_CONFIG_LAST)
        return "3.2-unknown";
    if (q->answer.error == AOE_ERROR_ARGUMENT)
        return "3.2-length";
    if (config->ccmd == AOE_CONFIG_FORCE && !config->length)
        return "3.2-claim";
    bool same = config->ccmd == AOE_CONFIG_SET && q->had_string && !q->answer.error;
    return same ? "3.2-set-same" : clauses[config->ccmd];
}

static const char *clause_of_mask(const struct question *q)
{
    if (q->request.mask.mcmd > AOE_MASK_EDIT)
        return "3.3-unknown";
    if (q->answer.error)
        return "3.3-bounds";
    if (q->answer.mask.merror)
        return q->answer.mask.merror == AOE_MERROR_FULL ? "3.3-capacity" : "3.3-errors";
    return q->request.mask.mcmd == AOE_MASK_EDIT ? "3.3-edit" : "3.3-read";
}

static const char *clause_of_reserve(const struct question *q)
{
    const struct aoe_reserve *reserve = &q->request.reserve;
    if (reserve->rcmd > AOE_RESERVE_FORCE)
        return "3.4-unknown";
    if (q->answer.error == AOE_ERROR_ARGUMENT)
        return "3.4-bounds";
    if (reserve->rcmd == AOE_RESERVE_READ)
        return "3.4-read";
    if (!reserve->count && !q->answer.error)
        return "3.4-release";
    return reserve->rcmd == AOE_RESERVE_SET ? "3.4-set" : "3.4-force";
}

/* ---- the frame ---- */

/* What makes the frame one that is not served, or NULL. */
static const char *clause_of_silence(const struct question *q)
{
    const struct aoe_frame *request = &q->request;
    const struct model *model = &q->oracle->model;
    const struct model_list *masks = &model->settings.masks;
    if (request->extent < AOE_EXTENT_HEADER)
        return "2-short";
    if (aoe_is_response(request))
        return "2.3-ignore-responses";
    if (memcmp(request->destination, model->mac, AOE_MAC_BYTES) &&
        !aoe_mac_is_group(request->destination))
        return "2-l2";
    if (masks->count && !model_list_has(masks, request->source))
        return "3.3-mask";
    if (!aoe_address_reaches(request->shelf, request->slot, model->shelf, model->slot))
        return "2.5-address";
    if (request->version != AOE_VERSION)
        return "2.2-unsupported";
    return oracle_is_cut(q) ? "2-short" : NULL;
}

static const char *clause_of_frame(const struct question *q)
{
    const struct aoe_frame *request = &q->request;
    const char *silence = clause_of_silence(q);
    if (silence)
        return silence;
    if (request->shelf == AOE_SHELF_ALL || request->slot == AOE_SLOT_ALL)
        return "2.5-broadcast";
    if (request->raw.length < AOE_FRAME_MIN)
        return "2.1-runt";
    return q->again ? "1.1-stateless" : NULL;
}

const char *oracle_clause(const struct question *q)
{
    const char *clause = clause_of_frame(q);
    if (clause)
        return clause;
    if (!oracle_has_command(q))
        return "2.6-command";
    switch (q->request.command) {
    case AOE_COMMAND_ATA:
        return clause_of_ata(q);
    case AOE_COMMAND_CONFIG:
        return clause_of_config(q);
    case AOE_COMMAND_MASK:
        return clause_of_mask(q);
    case AOE_COMMAND_RESERVE:
        return clause_of_reserve(q);
    default:
        return q->request.command < AOE_COMMAND_VENDOR ? "2.6-command" : "2.6-vendor";
    }
}
