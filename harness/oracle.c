/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oracle.h"

#include <sys/mman.h>
#include <unistd.h>

#include "common/pattern.h"
#include "protocol/names.h"

static void set_up_model(struct oracle *oracle)
{
    const uint64_t *facts = oracle->facts;
    const struct target *target = oracle->session->target;
    const struct model_disk disk = disk_for_model(&oracle->disk);
    model_init(&oracle->model, target->shelf, target->slot, &disk);
    memcpy(oracle->model.mac, target->mac, AOE_MAC_BYTES);
    oracle->model.mtu = target->mtu;
    oracle->model.buffer_count = (uint16_t)facts[FACT_BUFFERS];
    oracle->model.firmware = (uint16_t)facts[FACT_FIRMWARE];
    oracle->model.read_only = facts[FACT_READ_ONLY];
}

int oracle_open(struct oracle *oracle, const struct session *session, const uint64_t *facts,
                uint64_t area, uint64_t area_count)
{
    *oracle =
        (struct oracle){.session = session, .facts = facts, .area = area, .area_count = area_count};
    oracle->disk.sectors = facts[FACT_CAPACITY] ? facts[FACT_CAPACITY] : 1;
    oracle->disk.fd = memfd_create("oracle", MFD_CLOEXEC);
    off_t bytes = (off_t)(oracle->disk.sectors * AOE_SECTOR_BYTES);
    if (oracle->disk.fd < 0 || ftruncate(oracle->disk.fd, bytes)) {
        oracle_close(oracle);
        return -1;
    }
    set_up_model(oracle);
    return 0;
}

void oracle_close(struct oracle *oracle)
{
    if (oracle->disk.fd >= 0)
        close(oracle->disk.fd);
    oracle->disk.fd = -1;
}

void oracle_begin(struct oracle *oracle)
{
    oracle->model.settings = (struct model_settings){.length = 0};
}

/* One request on its way through, and what the model has answered. */
struct question {
    struct oracle *oracle;
    struct arena *arena;
    struct aoe_frame request, answer;
    bool had_string; /* before the request */
};

static const char *hex(struct arena *arena, struct aoe_span bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_array(arena, 2 * bytes.length + 1, 1);
    for (size_t i = 0; i < bytes.length; i++) {
        text[2 * i] = digits[bytes.bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes.bytes[i] & 15];
    }
    return arena_print(arena, "x\"%s\"", text);
}

/* An address by the name of the host that has it. */
static const char *address(const struct question *q, const uint8_t *mac)
{
    static const char *const hosts[] = {"a.mac", "b.mac", "c.mac"};
    char text[AOE_MAC_TEXT];
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        if (!memcmp(q->oracle->session->macs[i], mac, AOE_MAC_BYTES))
            return hosts[i];
    return arena_text(q->arena, aoe_mac_text(text, mac));
}

static const char *list(const struct question *q, const struct model_list *of)
{
    const char *text = "[";
    for (size_t i = 0; i < of->count; i++)
        text = arena_print(q->arena, "%s%s%s", text, i ? " " : "", address(q, of->mac[i]));
    return arena_print(q->arena, "%s]", text);
}

/* ---- ATA ---- */

static bool in_area(const struct oracle *oracle, uint64_t lba, uint64_t count)
{
    return lba >= oracle->area && lba - oracle->area <= oracle->area_count &&
           count <= oracle->area_count - (lba - oracle->area);
}

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

static const char *expects_data(const struct question *q)
{
    uint64_t lba = aoe_ata_lba(&q->request.ata);
    struct aoe_span data = {q->answer.payload.bytes, ata_data_bytes(&q->request.ata, ATA_DATA_IN)};
    if (!in_area(q->oracle, lba, q->request.ata.count) || data.length > q->answer.payload.length)
        return "ok";
    uint64_t seed = seed_of(q, data);
    if (seed)
        return arena_print(q->arena, "ok data=pattern(%llu, %u)", (unsigned long long)seed,
                           q->request.ata.count);
    return arena_print(q->arena, "ok data=%s", hex(q->arena, data));
}

static bool is_past_end(const struct question *q)
{
    uint64_t lba = aoe_ata_lba(&q->request.ata), sectors = q->oracle->disk.sectors;
    return lba >= sectors || q->request.ata.count > sectors - lba;
}

static bool is_over_limit(const struct question *q)
{
    return q->request.ata.count > q->oracle->facts[FACT_SECTORS];
}

/* While others have reserved the target, what else is wrong with a command may be told first. */
static const char *expects_reserved(const struct question *q, const struct ata_opcode *opcode)
{
    if (!opcode || !opcode->addressed)
        return "any";
    return is_past_end(q) || is_over_limit(q) ? "error=6 or refused or failed" : "error=6";
}

static const char *expects_ata(const struct question *q)
{
    const struct ata_opcode *opcode = ata_opcode_find(q->request.ata.opcode);
    if (q->answer.error == AOE_ERROR_RESERVED)
        return expects_reserved(q, opcode);
    if (q->answer.error)
        return "refused or failed or silence";
    if (opcode && opcode->addressed && is_over_limit(q))
        return "refused or failed or silence";
    if (q->answer.ata.opcode & ATA_STATUS_ERR)
        return q->answer.ata.feature & ATA_ERROR_IDNF ? "not-found or aborted" : "aborted";
    if (q->request.ata.opcode == ATA_IDENTIFY)
        return "ok identity-sound=1 frame-length>=548";
    /* Flushing and the power mode are no must. */
    if (!opcode || !opcode->addressed)
        return "any";
    return opcode->direction == ATA_DATA_IN ? expects_data(q) : "ok";
}

/* ---- the lists and the string ---- */

static const char *expects_config(const struct question *q)
{
    const struct model *model = &q->oracle->model;
    const struct model_settings *now = &model->settings;
    uint8_t ccmd = q->request.config.ccmd;
    if (q->answer.error == AOE_ERROR_CONFIG)
        return "error=4";
    if (q->answer.error)
        return ccmd == AOE_CONFIG_READ ? "any or silence" : "error=2 or silence";
    /* What is stored is told by the next read: a response to a set need not have it. */
    if (ccmd == AOE_CONFIG_SET)
        return q->had_string ? "ok or error=4" : "ok";
    if (ccmd == AOE_CONFIG_FORCE)
        return "ok";
    return arena_print(q->arena, "config string=%s buffer-count=%u firmware=%u",
                       hex(q->arena, (struct aoe_span){now->string, now->length}),
                       model->buffer_count, model->firmware);
}

static const char *expects_mask(const struct question *q)
{
    if (q->answer.error)
        return "error=2 or silence";
    if (q->answer.mask.merror)
        return arena_print(q->arena, "merror=%u", q->answer.mask.merror);
    return arena_print(q->arena, "mask addresses=%s", list(q, &q->oracle->model.settings.masks));
}

static const char *expects_reserve(const struct question *q)
{
    if (q->answer.error == AOE_ERROR_RESERVED)
        return "error=6";
    if (q->answer.error)
        return "error=2 or silence";
    return arena_print(q->arena, "reserve addresses=%s",
                       list(q, &q->oracle->model.settings.reserves));
}

static const char *expects_answer(const struct question *q)
{
    if (q->answer.error == AOE_ERROR_COMMAND)
        return "error=1";
    switch (q->request.command) {
    case AOE_COMMAND_ATA:
        return expects_ata(q);
    case AOE_COMMAND_CONFIG:
        return expects_config(q);
    case AOE_COMMAND_MASK:
        return expects_mask(q);
    default:
        return expects_reserve(q);
    }
}

/* What clauses below a must ask for is left open here: the scenarios judge it. */
static bool is_left_open(const struct question *q)
{
    static const uint8_t everybody[AOE_MAC_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    const struct aoe_frame *request = &q->request;
    bool to_other = memcmp(request->destination, q->oracle->model.mac, AOE_MAC_BYTES) &&
                    memcmp(request->destination, everybody, AOE_MAC_BYTES);
    bool unknown = request->command == AOE_COMMAND_CONFIG && request->config.ccmd > AOE_CONFIG_LAST;
    return to_other || request->version != AOE_VERSION || unknown;
}

const char *oracle_expects(struct oracle *oracle, struct arena *arena, struct aoe_span request)
{
    static uint8_t bytes[AOE_FRAME_MAX];
    struct question q = {
        .oracle = oracle, .arena = arena, .had_string = oracle->model.settings.length};
    size_t length = model_answer(&oracle->model, request, bytes);
    aoe_frame_decode(&q.request, request.bytes, request.length, request.length);
    aoe_frame_decode(&q.answer, bytes, length, length);
    if (!aoe_is_response(&q.request) && is_left_open(&q))
        return "any or silence";
    if (!length)
        return "silence";
    const char *text = expects_answer(&q);
    /* A frame below 60 bytes need not be served: clause 2.1-runt. */
    bool open = request.length >= AOE_FRAME_MIN || strstr(text, "silence");
    return open ? text : arena_print(arena, "%s or silence", text);
}
