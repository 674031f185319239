/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oracle_part.h"

#include "common/pattern.h"

static const char no_data[] = "frame-length<=60";

static uint64_t lba_of(const struct question *q)
{
    return aoe_ata_lba(&q->request.ata);
}

/* The six bytes as they are, whatever the command takes of them. */
static uint64_t lba_bytes(const struct question *q)
{
    struct aoe_ata whole = q->request.ata;
    whole.aflags |= AOE_ATA_EXTENDED;
    return aoe_ata_lba(&whole);
}

/* ---- what is known ---- */

static struct oracle_area *area_of(struct oracle *oracle, uint64_t lba, uint64_t count)
{
    for (size_t i = 0; i < oracle->area_count; i++) {
        struct oracle_area *area = &oracle->areas[i];
        if (lba >= area->lba && lba - area->lba <= area->count &&
            count <= area->count - (lba - area->lba))
            return area;
    }
    return NULL;
}

/* The bits of an area's `unknown` for these sectors of it. */
static uint64_t bits_of(const struct oracle_area *area, uint64_t lba, uint64_t count)
{
    uint64_t bits = count < 64 ? (UINT64_C(1) << count) - 1 : UINT64_MAX;
    return bits << (lba - area->lba);
}

static bool is_known(const struct question *q)
{
    uint64_t lba = lba_of(q), count = q->request.ata.count;
    for (size_t i = 0; i < q->oracle->area_count; i++) {
        const struct oracle_area *area = &q->oracle->areas[i];
        for (uint64_t at = lba; at < lba + count; at++)
            if (area_of(q->oracle, at, 1) == area && area->unknown & bits_of(area, at, 1))
                return false;
    }
    return area_of(q->oracle, lba, count);
}

/* Areas may overlap: each has its own bits of a sector. */
static void note_write(struct question *q, bool certain)
{
    uint64_t lba = lba_of(q);
    for (size_t i = 0; i < q->oracle->area_count; i++) {
        struct oracle_area *area = &q->oracle->areas[i];
        for (uint64_t at = lba; at < lba + q->request.ata.count; at++) {
            if (at < area->lba || at - area->lba >= area->count)
                continue;
            if (certain)
                area->unknown &= ~bits_of(area, at, 1);
            else if (q->changes_data)
                area->unknown |= bits_of(area, at, 1);
        }
    }
}

void oracle_ata_compare(struct question *q)
{
    uint8_t *now;
    const struct aoe_frame *request = &q->request;
    size_t bytes = ata_data_bytes(&request->ata, ATA_DATA_OUT);
    struct model_disk *disk = &q->oracle->model.disk;
    q->changes_data = false;
    if (request->command != AOE_COMMAND_ATA || request->extent < AOE_EXTENT_ARGUMENT || !bytes ||
        bytes > request->payload.length)
        return;
    q->changes_data = true;
    if (!area_of(q->oracle, lba_of(q), request->ata.count))
        return;
    now = arena_array(q->arena, bytes, 1);
    if (!disk->read(disk->user, lba_of(q), request->ata.count, now))
        q->changes_data = memcmp(now, request->payload.bytes, bytes) != 0;
}

/* ---- reading ---- */

/* The seed of data that is one pattern as a whole, or 0. */
static uint64_t seed_of(const struct question *q, struct aoe_span data)
{
    uint64_t lba, seed, first = 0, mixed = q->oracle->session->seed << 16;
    for (size_t at = 0; at < data.length; at += AOE_SECTOR_BYTES) {
        if (!pattern_identify(data.bytes + at, &lba, &seed) || seed < mixed ||
            (at && seed != first))
            return 0;
        first = seed;
    }
    return data.length ? first - mixed : 0;
}

static const char *data_text(const struct question *q, struct aoe_span data)
{
    uint64_t seed = seed_of(q, data);
    if (seed)
        return arena_print(q->arena, "data=pattern(%llu, %u)", (unsigned long long)seed,
                           q->request.ata.count);
    return arena_print(q->arena, "data=%s", oracle_hex(q->arena, data));
}

/* The registers come back: of one sector the LBA that was asked for. */
static const char *registers(const struct question *q)
{
    if (q->request.ata.count != 1 || lba_bytes(q) != lba_of(q))
        return "";
    return arena_print(q->arena, " lba=%llu", (unsigned long long)lba_of(q));
}

/* A sector that nobody writes: at the first time its data is kept, then it is the same. */
static const char *expects_same(struct question *q)
{
    struct oracle *oracle = q->oracle;
    const char *name = arena_print(q->arena, "sector%llu", (unsigned long long)lba_of(q));
    size_t i = 0;
    while (i < oracle->learned_count && oracle->learned[i] != lba_of(q))
        i++;
    if (i < oracle->learned_count)
        return arena_print(q->arena, "ok%s data=%s", registers(q), name);
    if (i < ORACLE_LEARNED && q->may_learn) {
        oracle->learned[oracle->learned_count++] = lba_of(q);
        q->learns = name;
    }
    return arena_print(q->arena, "ok%s", registers(q));
}

/* Not every target has these. */
static bool is_optional(uint8_t opcode)
{
    static const uint8_t optional[] = {ATA_READ_DMA,      ATA_READ_DMA_EXT, ATA_WRITE_DMA,
                                       ATA_WRITE_DMA_EXT, ATA_VERIFY,       ATA_VERIFY_EXT};
    return memchr(optional, opcode, sizeof optional);
}

static bool crosses_lba28(const struct question *q)
{
    const struct ata_opcode *opcode = ata_opcode_find(q->request.ata.opcode);
    return !opcode->extended && lba_of(q) + q->request.ata.count > ATA_LBA28_END;
}

static const char *expects_data(struct question *q)
{
    struct aoe_span data = {q->answer.payload.bytes, ata_data_bytes(&q->request.ata, ATA_DATA_IN)};
    uint8_t count = q->request.ata.count;
    bool elsewhere = !area_of(q->oracle, lba_of(q), 1);
    if (q->certain && elsewhere && count == 1 && !is_optional(q->request.ata.opcode))
        return expects_same(q);
    if (!is_known(q) || data.length > q->answer.payload.length)
        return "ok";
    const char *text = arena_print(q->arena, "ok%s %s", registers(q), data_text(q, data));
    return crosses_lba28(q) ? arena_print(q->arena, "%s or not-found or aborted", text) : text;
}

/* ---- errors ---- */

static bool is_past_end(const struct question *q)
{
    uint64_t lba = lba_of(q), sectors = q->oracle->disk.sectors;
    return lba >= sectors || q->request.ata.count > sectors - lba;
}

static bool is_over_limit(const struct question *q)
{
    return q->request.ata.count > q->oracle->facts[FACT_SECTORS];
}

/* While others have reserved the target, what else is wrong with a command may be told first. */
static const char *expects_reserved(const struct question *q, const struct ata_opcode *opcode)
{
    bool wrong = is_past_end(q) || is_over_limit(q) || !q->request.ata.count ||
                 is_optional(q->request.ata.opcode) ||
                 q->request.payload.length < ata_data_bytes(&q->request.ata, ATA_DATA_OUT);
    if (!opcode || !opcode->addressed)
        return "any";
    bool write = q->request.ata.aflags & AOE_ATA_WRITE;
    bool extended = q->request.ata.aflags & AOE_ATA_EXTENDED;
    wrong |= write != (opcode->direction == ATA_DATA_OUT) || extended != opcode->extended;
    return wrong ? "error=6 or refused or failed" : "error=6";
}

static const char *expects_refusal(const struct question *q)
{
    if (q->oracle->strict && is_over_limit(q))
        return arena_print(q->arena, "refused %s or %s %s", no_data,
                           is_past_end(q) ? "failed" : "aborted", no_data);
    return arena_print(q->arena, "refused %s or failed %s or silence", no_data, no_data);
}

/* Flag and opcode disagree: it is not told which of them counts, but an address that is the same
 * for both is what it is. */
static const char *expects_mismatch(const struct question *q)
{
    uint64_t lba = lba_of(q);
    uint8_t count = q->request.ata.count;
    struct model_disk *disk = &q->oracle->model.disk;
    size_t bytes = ata_data_bytes(&q->request.ata, ATA_DATA_IN);
    if (!bytes || lba >= ATA_LBA28_END || lba_bytes(q) != lba || !is_known(q) || is_over_limit(q))
        return "any";
    uint8_t *data = arena_array(q->arena, bytes, 1);
    if (disk->read(disk->user, lba, count, data))
        return "any";
    return arena_print(q->arena, "aborted or refused or ok %s",
                       data_text(q, (struct aoe_span){data, bytes}));
}

static const char *expects_failure(const struct question *q, const struct ata_opcode *opcode)
{
    bool idnf = q->answer.ata.feature & ATA_ERROR_IDNF;
    const char *registers =
        q->oracle->strict && opcode
            ? arena_print(q->arena, " lba=%llu", (unsigned long long)lba_bytes(q))
            : "";
    bool extended = q->request.ata.aflags & AOE_ATA_EXTENDED;
    /* The reference target does without these; they are commands all the same. */
    if (opcode && !opcode->addressed)
        return "any";
    if (opcode && extended != opcode->extended)
        return expects_mismatch(q);
    return idnf ? arena_print(q->arena, "not-found%s or aborted%s", registers, registers)
                : arena_print(q->arena, "aborted%s", registers);
}

/* ---- the rest ---- */

static const char *expects_zero(const struct question *q)
{
    return q->oracle->strict ? arena_print(q->arena, "ok %s or failed %s or refused %s", no_data,
                                           no_data, no_data)
                             : "any or silence";
}

static const char *expects_identity(const struct question *q)
{
    const struct model_list *reserves = &q->oracle->model.settings.reserves;
    const struct ata_identity *identity = &q->oracle->session->target->identity;
    bool reserved = reserves->count && !model_list_has(reserves, q->request.source);
    return arena_print(q->arena,
                       "ok identity-sound=1 frame-length>=548 word[60]=%u word[61]=%u word[100]=%u "
                       "word[101]=%u word[102]=%u%s",
                       identity->lba28_sectors & 0xFFFF, identity->lba28_sectors >> 16,
                       (unsigned)(identity->lba48_sectors & 0xFFFF),
                       (unsigned)(identity->lba48_sectors >> 16 & 0xFFFF),
                       (unsigned)(identity->lba48_sectors >> 32 & 0xFFFF),
                       reserved && !q->oracle->strict ? " or error=6" : "");
}

/* Flushing and the power mode are no must. */
static const char *expects_plain(const struct question *q)
{
    if (!q->oracle->strict)
        return "any";
    return q->request.ata.opcode == ATA_CHECK_POWER ? "ok count=0xFF" : "ok";
}

static const char *expects_write(struct question *q)
{
    size_t bytes = ata_data_bytes(&q->request.ata, ATA_DATA_OUT);
    /* What goes beyond the count may be refused with all of it. */
    bool excess = q->request.payload.length > bytes && q->request.raw.length > AOE_FRAME_MIN;
    bool certain = !excess && !is_optional(q->request.ata.opcode);
    note_write(q, certain);
    if (excess)
        return "ok or refused or failed or silence";
    return certain ? arena_print(q->arena, "ok%s", registers(q)) : "ok or aborted";
}

static const char *expects_served(struct question *q, const struct ata_opcode *opcode)
{
    if (!q->request.ata.count)
        return expects_zero(q);
    if (opcode->direction == ATA_DATA_OUT)
        return expects_write(q);
    const char *text = opcode->direction == ATA_DATA_IN ? expects_data(q)
                                                        : arena_print(q->arena, "ok %s", no_data);
    if (!is_optional(q->request.ata.opcode))
        return text;
    return arena_print(q->arena, "%s or aborted", text);
}

const char *oracle_ata_expects(struct question *q)
{
    const struct ata_opcode *opcode = ata_opcode_find(q->request.ata.opcode);
    if (q->answer.error == AOE_ERROR_RESERVED)
        return expects_reserved(q, opcode);
    if (q->answer.error || (opcode && opcode->addressed && is_over_limit(q)))
        return expects_refusal(q);
    if (q->answer.ata.opcode & ATA_STATUS_ERR)
        return expects_failure(q, opcode);
    if (q->request.ata.opcode == ATA_IDENTIFY)
        return expects_identity(q);
    if (!opcode || !opcode->addressed)
        return expects_plain(q);
    return expects_served(q, opcode);
}
