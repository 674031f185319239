/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oracle.h"

#include <sys/mman.h>
#include <unistd.h>

#include "oracle_part.h"
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
                bool strict)
{
    *oracle = (struct oracle){.session = session, .facts = facts, .strict = strict};
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

void oracle_add_area(struct oracle *oracle, uint64_t lba, unsigned count)
{
    if (oracle->area_count < ORACLE_AREAS)
        oracle->areas[oracle->area_count++] =
            (struct oracle_area){.lba = lba, .count = count, .unknown = UINT64_MAX};
}

void oracle_begin(struct oracle *oracle)
{
    oracle->model.settings = (struct model_settings){.length = 0};
    oracle->learned_count = oracle->tag_count = 0;
    for (size_t i = 0; i < oracle->area_count; i++)
        oracle->areas[i].unknown = UINT64_MAX;
}

const char *oracle_hex(struct arena *arena, struct aoe_span bytes)
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

/* True where the frame holds what the counts and lengths in it announce. */
static bool is_whole(const struct question *q)
{
    struct aoe_frame judged = q->request;
    if (judged.command == AOE_COMMAND_MASK)
        judged.mask.merror = 0; /* means something in responses only */
    return aoe_message_end(&judged, 0) <= judged.raw.length;
}

/* A command of its own kind that is not known is refused, where the frame is not wrong besides. */
static const char *expects_argument_error(const struct question *q, bool known)
{
    return known || !is_whole(q) ? "error=2 or silence" : "error=2";
}

/* ---- the string ---- */

static const char *string_now(const struct question *q)
{
    const struct model_settings *now = &q->oracle->model.settings;
    return oracle_hex(q->arena, (struct aoe_span){now->string, now->length});
}

/* What a target says of itself it goes on saying, as far as it may say so. */
static const char *limits(const struct question *q)
{
    enum { LEAST_BUFFERS = 2 };
    const struct target *target = q->oracle->session->target;
    uint64_t buffers = q->oracle->facts[FACT_BUFFERS];
    uint8_t most = model_sector_count(&q->oracle->model);
    const char *text = arena_print(q->arena, "firmware=%u", q->oracle->model.firmware);
    if (q->oracle->strict && buffers < LEAST_BUFFERS)
        text = arena_print(q->arena, "%s buffer-count>=%d", text, LEAST_BUFFERS);
    else
        text = arena_print(q->arena, "%s buffer-count=%u", text, (unsigned)buffers);
    return target->sectors > most
               ? arena_print(q->arena, "%s sector-count<=%u", text, most)
               : arena_print(q->arena, "%s sector-count=%u", text, target->sectors);
}

static const char *expects_config_error(const struct question *q)
{
    uint8_t ccmd = q->request.config.ccmd;
    if (q->answer.error == AOE_ERROR_CONFIG)
        return q->oracle->strict ? arena_print(q->arena, "error=4 string=%s", string_now(q))
                                 : "error=4";
    /* A read need not look at the string that it carries. */
    if (ccmd == AOE_CONFIG_READ)
        return arena_print(q->arena, "config string=%s or error=2 or silence", string_now(q));
    return expects_argument_error(q, ccmd <= AOE_CONFIG_LAST);
}

static const char *expects_config(const struct question *q)
{
    uint8_t ccmd = q->request.config.ccmd;
    if (q->answer.error)
        return expects_config_error(q);
    if (q->oracle->strict || ccmd < AOE_CONFIG_SET)
        return arena_print(q->arena, "config string=%s %s", string_now(q), limits(q));
    /* What is stored is told by the next read: a response to a set need not have it. */
    return ccmd == AOE_CONFIG_SET && q->had_string ? "ok or error=4" : "ok";
}

/* ---- the lists ---- */

static const char *expects_mask(const struct question *q)
{
    if (q->answer.error)
        return expects_argument_error(q, q->request.mask.mcmd <= AOE_MASK_EDIT);
    if (q->answer.mask.merror)
        return arena_print(q->arena, "merror=%u dir-count=%u error=0", q->answer.mask.merror,
                           q->answer.mask.count);
    return arena_print(q->arena, "mask addresses=%s", list(q, &q->oracle->model.settings.masks));
}

static const char *expects_reserve(const struct question *q)
{
    if (q->answer.error == AOE_ERROR_RESERVED)
        return "error=6";
    if (q->answer.error)
        return expects_argument_error(q, q->request.reserve.rcmd <= AOE_RESERVE_FORCE);
    return arena_print(q->arena, "reserve addresses=%s",
                       list(q, &q->oracle->model.settings.reserves));
}

/* ---- any ---- */

bool oracle_has_command(const struct question *q)
{
    const struct target *target = q->oracle->session->target;
    return !(q->request.command == AOE_COMMAND_MASK && !target->has_masks) &&
           !(q->request.command == AOE_COMMAND_RESERVE && !target->has_reserve);
}

static const char *expects_answer(struct question *q)
{
    if (!oracle_has_command(q) && q->answer.error != AOE_ERROR_VERSION)
        return "error=1";
    if (q->answer.error == AOE_ERROR_VERSION)
        return "error=5 or silence";
    if (q->answer.error == AOE_ERROR_COMMAND)
        return q->request.command < AOE_COMMAND_VENDOR ? "error=1" : "any or silence";
    switch (q->request.command) {
    case AOE_COMMAND_ATA:
        return oracle_ata_expects(q);
    case AOE_COMMAND_CONFIG:
        return expects_config(q);
    case AOE_COMMAND_MASK:
        return expects_mask(q);
    default:
        return expects_reserve(q);
    }
}

/* What clauses below a must ask for is left open unless they are to be judged, too: the scenarios
 * judge it. */
static bool is_left_open(const struct question *q)
{
    static const uint8_t everybody[AOE_MAC_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    const struct aoe_frame *request = &q->request;
    bool to_other = memcmp(request->destination, q->oracle->model.mac, AOE_MAC_BYTES) &&
                    memcmp(request->destination, everybody, AOE_MAC_BYTES);
    bool unknown = request->command == AOE_COMMAND_CONFIG && request->config.ccmd > AOE_CONFIG_LAST;
    return !q->oracle->strict && (to_other || request->version != AOE_VERSION || unknown);
}

bool oracle_is_cut(const struct question *q)
{
    const struct aoe_frame *request = &q->request;
    return request->extent < AOE_EXTENT_HEADER ||
           (request->extent < AOE_EXTENT_ARGUMENT && aoe_command_known(request->command));
}

static const char *expects(struct question *q, bool silent)
{
    if (oracle_is_cut(q) && (!silent || q->request.extent < AOE_EXTENT_HEADER))
        return oracle_has_command(q) ? "error=2|5 or silence" : "error=1|2|5 or silence";
    if (!aoe_is_response(&q->request) && is_left_open(q))
        return "any or silence";
    if (silent)
        return "silence";
    const char *text = expects_answer(q);
    return q->certain || strstr(text, "silence") ? text
                                                 : arena_print(q->arena, "%s or silence", text);
}

/* Takes note of the tag. True where the sequence has had it. */
static bool is_again(struct oracle *oracle, const struct aoe_frame *request)
{
    for (size_t i = 0; i < oracle->tag_count; i++)
        if (oracle->tags[i] == request->tag)
            return true;
    if (request->extent >= AOE_EXTENT_HEADER && oracle->tag_count < ORACLE_LEARNED)
        oracle->tags[oracle->tag_count++] = request->tag;
    return false;
}

struct oracle_says oracle_ask(struct oracle *oracle, struct arena *arena, struct aoe_span request,
                              bool may_learn)
{
    static uint8_t bytes[AOE_FRAME_MAX];
    struct question q = {
        .oracle = oracle,
        .arena = arena,
        .had_string = oracle->model.settings.length,
        /* A frame below 60 bytes should be served, no more: clause 2.1-runt. */
        .certain = request.length >= AOE_FRAME_MIN || oracle->strict,
        .may_learn = may_learn,
    };
    aoe_frame_decode(&q.request, request.bytes, request.length, request.length);
    q.again = is_again(oracle, &q.request);
    oracle_ata_compare(&q);
    size_t length = model_answer(&oracle->model, request, bytes);
    aoe_frame_decode(&q.answer, bytes, length, length);
    const char *expected = expects(&q, !length);
    return (struct oracle_says){expected, q.learns, oracle_clause(&q)};
}
