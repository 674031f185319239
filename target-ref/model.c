/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request goes through accepts(), model_carry_out() and finish(), and nothing else: whether to
 * answer, what to answer, and how it leaves; and through the hooks around these. */
#include "model.h"

#include <stdio.h>

static const uint8_t broadcast[AOE_MAC_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

enum { MTU_MAX = AOE_FRAME_MAX - AOE_ETHERNET_BYTES };

void model_set_disk(struct model *model, const struct model_disk *disk)
{
    struct ata_identity *identity = &model->identity;
    model->disk = *disk;
    if (model->disk.sectors >= ATA_LBA48_END)
        model->disk.sectors = ATA_LBA48_END - 1;
    uint64_t sectors = model->disk.sectors;
    identity->lba48_sectors = sectors;
    identity->lba28_sectors = (uint32_t)(sectors < ATA_LBA28_END ? sectors : ATA_LBA28_END - 1);
}

void model_init(struct model *model, uint16_t shelf, uint8_t slot, const struct model_disk *disk)
{
    memset(model, 0, sizeof *model);
    model->shelf = shelf;
    model->slot = slot;
    model->buffer_count = MODEL_BUFFER_COUNT;
    model->firmware = MODEL_FIRMWARE;
    model_set_disk(model, disk);
    struct ata_identity *identity = &model->identity;
    identity->lba = identity->lba48_supported = identity->lba48_enabled = true;
    snprintf(identity->serial, sizeof identity->serial, "e%u.%u", shelf, slot);
    snprintf(identity->firmware, sizeof identity->firmware, "%s", SUITE_VERSION);
    snprintf(identity->model, sizeof identity->model, "AoE reference target");
}

/* Bytes of the largest frame that the link carries, Ethernet header included. */
static size_t frame_room(const struct model *model)
{
    return (model->mtu < MTU_MAX ? model->mtu : MTU_MAX) + AOE_ETHERNET_BYTES;
}

/* How many items of `bytes` each fit a frame after `header` bytes, as far as a byte counts. */
static uint8_t items_that_fit(const struct model *model, size_t header, size_t bytes)
{
    size_t room = frame_room(model);
    size_t count = room < header ? 0 : (room - header) / bytes;
    return (uint8_t)(count < UINT8_MAX ? count : UINT8_MAX);
}

uint8_t model_sector_count(const struct model *model)
{
    return items_that_fit(model, AOE_ATA_BYTES, AOE_SECTOR_BYTES);
}

static bool same_mac(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, AOE_MAC_BYTES) == 0;
}

/* Returns the place of the address in the list, or the list's length. */
static size_t list_find(const struct model_list *list, const uint8_t *mac)
{
    size_t i = 0;
    while (i < list->count && !same_mac(list->mac[i], mac))
        i++;
    return i;
}

bool model_list_has(const struct model_list *list, const uint8_t mac[AOE_MAC_BYTES])
{
    return list_find(list, mac) < list->count;
}

bool model_list_add(struct model_list *list, const uint8_t mac[AOE_MAC_BYTES])
{
    if (model_list_has(list, mac))
        return true;
    if (list->count == AOE_LIST_MAX)
        return false;
    memcpy(list->mac[list->count++], mac, AOE_MAC_BYTES);
    return true;
}

static void list_delete(struct model_list *list, const uint8_t *mac)
{
    size_t at = list_find(list, mac);
    if (at == list->count)
        return;
    list->count--;
    memmove(list->mac[at], list->mac[at + 1], (list->count - at) * AOE_MAC_BYTES);
}

static bool same_list(const struct model_list *a, const struct model_list *b)
{
    return a->count == b->count && memcmp(a->mac, b->mac, (size_t)a->count * AOE_MAC_BYTES) == 0;
}

static bool same_string(const struct model_settings *settings, const uint8_t *string, size_t length)
{
    return settings->length == length && memcmp(settings->string, string, length) == 0;
}

/* Makes `next` the settings once they are safe: a change that is acknowledged survives a crash,
 * and one that cannot be kept is not made. */
static enum aoe_error change_settings(struct model *model, const struct model_settings *next)
{
    const struct model_settings *now = &model->settings;
    if (same_string(now, next->string, next->length) && same_list(&now->masks, &next->masks) &&
        same_list(&now->reserves, &next->reserves))
        return AOE_ERROR_NONE;
    if (model->store.save && model->store.save(model->store.user, next) != 0)
        return AOE_ERROR_DEVICE;
    model->settings = *next;
    return AOE_ERROR_NONE;
}

/* Whether the frame is a request to this target, and from whom it listens to. */
static bool accepts(const struct model *model, const struct aoe_frame *request)
{
    const struct model_list *masks = &model->settings.masks;
    return request->extent >= AOE_EXTENT_HEADER && model_sector_count(model) > 0 &&
           (same_mac(request->destination, model->mac) ||
            same_mac(request->destination, broadcast)) &&
           !aoe_mac_is_group(request->source) && !aoe_is_response(request) &&
           aoe_address_reaches(request->shelf, request->slot, model->shelf, model->slot) &&
           (masks->count == 0 || model_list_has(masks, request->source));
}

void model_set_error(struct aoe_frame *response, enum aoe_error error)
{
    response->error = (uint8_t)error;
    response->flags = (uint8_t)(AOE_FLAG_RESPONSE | (error ? AOE_FLAG_ERROR : 0));
}

/* The config argument as it is now; the command is the request's. */
static void describe_config(const struct model *model, struct aoe_frame *response)
{
    response->config.buffer_count = model->buffer_count;
    response->config.firmware = model->firmware;
    response->config.sector_count = model_sector_count(model);
    response->config.version = AOE_VERSION;
    response->config.length = model->settings.length;
    response->payload = (struct aoe_span){model->settings.string, model->settings.length};
}

static void describe_reserves(const struct model *model, struct aoe_frame *response)
{
    const struct model_list *list = &model->settings.reserves;
    response->reserve.count = list->count;
    response->payload = (struct aoe_span){list->mac[0], (size_t)list->count * AOE_MAC_BYTES};
}

/* Lists the masks as directives without a command (clause 3.3-read). */
static void describe_masks(struct model *model, struct aoe_frame *response)
{
    const struct model_list *list = &model->settings.masks;
    struct aoe_writer writer = aoe_writer(model->payload, sizeof model->payload);
    for (size_t i = 0; i < list->count; i++) {
        aoe_put_be16(&writer, AOE_DIRECTIVE_NONE);
        aoe_put(&writer, list->mac[i], AOE_MAC_BYTES);
    }
    response->mask.count = list->count;
    response->payload = (struct aoe_span){model->payload, writer.position};
}

/* Starts the response: the header, and an argument that carries the request's own words without
 * its reserved bits and without anything that only a response may say. An error response adds
 * nothing to this but what config and reserve always tell: the state as it is. */
static struct aoe_frame respond(const struct model *model, const struct aoe_frame *request)
{
    struct aoe_frame response = {.type = AOE_ETHERTYPE,
                                 .version = AOE_VERSION,
                                 .flags = AOE_FLAG_RESPONSE,
                                 .shelf = model->shelf,
                                 .slot = model->slot,
                                 .command = request->command,
                                 .tag = request->tag};
    memcpy(response.destination, request->source, AOE_MAC_BYTES);
    memcpy(response.source, model->mac, AOE_MAC_BYTES);
    switch (request->command) {
    case AOE_COMMAND_ATA:
        response.ata = request->ata;
        response.ata.aflags = (uint8_t)(request->ata.aflags & ~AOE_ATA_RESERVED);
        response.ata.reserved = 0;
        break;
    case AOE_COMMAND_CONFIG:
        response.config.ccmd = request->config.ccmd;
        describe_config(model, &response);
        break;
    case AOE_COMMAND_MASK:
        response.mask.mcmd = request->mask.mcmd;
        break;
    case AOE_COMMAND_RESERVE:
        response.reserve.rcmd = request->reserve.rcmd;
        describe_reserves(model, &response);
        break;
    default:
        break;
    }
    return response;
}

/* True where the frame holds all that its argument promises, with `data` bytes for ATA. */
static bool is_whole(const struct aoe_frame *request, size_t data)
{
    struct aoe_frame judged = *request;
    if (request->command == AOE_COMMAND_MASK)
        judged.mask.merror = 0; /* means something in responses only */
    return aoe_message_end(&judged, data) <= request->raw.length;
}

/* ATA: what the device does, and the registers that it returns. */

static bool is_served(uint8_t opcode)
{
    static const uint8_t served[] = {
        ATA_READ,          ATA_READ_EXT,  ATA_READ_DMA,  ATA_READ_DMA_EXT, ATA_WRITE,
        ATA_WRITE_EXT,     ATA_WRITE_DMA, ATA_VERIFY,    ATA_VERIFY_EXT,   ATA_CHECK_POWER,
        ATA_WRITE_DMA_EXT, ATA_FLUSH,     ATA_FLUSH_EXT, ATA_IDENTIFY,
    };
    return memchr(served, opcode, sizeof served) != NULL;
}

static void ata_fail(struct aoe_frame *response, uint8_t error)
{
    response->ata.opcode = ATA_STATUS_DRDY | ATA_STATUS_ERR;
    response->ata.feature = error;
    response->payload = (struct aoe_span){NULL, 0};
}

static void ata_succeed(struct aoe_frame *response, uint8_t count)
{
    response->ata.opcode = ATA_STATUS_DRDY;
    response->ata.feature = 0;
    response->ata.count = count;
}

/* Commands that take an LBA and a count, all checks of the frame behind them. */
static void transfer(struct model *model, const struct aoe_frame *request,
                     enum ata_direction direction, struct aoe_frame *response)
{
    const struct model_disk *disk = &model->disk;
    uint64_t lba = aoe_ata_lba(&request->ata);
    size_t count = request->ata.count;
    if (lba >= disk->sectors || count > disk->sectors - lba) {
        ata_fail(response, ATA_ERROR_IDNF);
        return;
    }
    if (direction == ATA_DATA_OUT) {
        if (count && disk->write(disk->user, lba, count, request->payload.bytes) != 0)
            ata_fail(response, ATA_ERROR_ABRT);
        else
            ata_succeed(response, 0);
        return;
    }
    /* A verify reads as well: only the medium knows whether its sectors can be read. */
    if (count && disk->read(disk->user, lba, count, model->payload) != 0) {
        ata_fail(response, ATA_ERROR_UNC);
        return;
    }
    if (direction == ATA_DATA_IN)
        response->payload = (struct aoe_span){model->payload, count * AOE_SECTOR_BYTES};
    ata_succeed(response, 0);
}

static enum aoe_error addressed(struct model *model, const struct aoe_frame *request,
                                const struct ata_opcode *opcode, struct aoe_frame *response)
{
    const struct aoe_ata *ata = &request->ata;
    if (ata->count > model_sector_count(model) ||
        !is_whole(request, ata_data_bytes(ata, ATA_DATA_OUT)))
        return AOE_ERROR_ARGUMENT;
    /* Flag and opcode that disagree leave two addresses to choose from, and one of them would
     * overwrite the wrong sector (clause 3.1-ext-mismatch). */
    bool extended = ata->aflags & AOE_ATA_EXTENDED;
    if (extended != opcode->extended || (opcode->direction == ATA_DATA_OUT && model->read_only))
        ata_fail(response, ATA_ERROR_ABRT);
    else
        transfer(model, request, opcode->direction, response);
    return AOE_ERROR_NONE;
}

static void flush(struct model *model, struct aoe_frame *response)
{
    if (model->disk.flush(model->disk.user) != 0)
        ata_fail(response, ATA_ERROR_ABRT);
    else
        ata_succeed(response, 0);
}

static void identify(struct model *model, struct aoe_frame *response)
{
    ata_identify_encode(&model->identity, model->payload);
    response->payload = (struct aoe_span){model->payload, AOE_SECTOR_BYTES};
    ata_succeed(response, 0);
}

static enum aoe_error answer_ata(struct model *model, const struct aoe_frame *request,
                                 struct aoe_frame *response)
{
    const struct aoe_ata *ata = &request->ata;
    const struct ata_opcode *opcode = ata_opcode_find(ata->opcode);
    const struct model_list *reserves = &model->settings.reserves;
    if (reserves->count && !model_list_has(reserves, request->source) &&
        ata->opcode != ATA_IDENTIFY)
        return AOE_ERROR_RESERVED;
    if (!opcode || !is_served(ata->opcode)) {
        ata_fail(response, ATA_ERROR_ABRT);
        return AOE_ERROR_NONE;
    }
    bool write = ata->aflags & AOE_ATA_WRITE;
    if (write != (opcode->direction == ATA_DATA_OUT))
        return AOE_ERROR_ARGUMENT;
    if (opcode->addressed)
        return addressed(model, request, opcode, response);
    if (ata->opcode == ATA_IDENTIFY)
        identify(model, response);
    else if (ata->opcode == ATA_CHECK_POWER)
        ata_succeed(response, 0xFF); /* active; clause 3.1-check-power */
    else
        flush(model, response);
    return AOE_ERROR_NONE;
}

/* Config string. */

static enum aoe_error store_string(struct model *model, const struct aoe_frame *request)
{
    size_t length = request->config.length;
    /* What the link cannot carry back would be a string that nobody can read. */
    if (length > frame_room(model) - AOE_CONFIG_BYTES)
        return AOE_ERROR_ARGUMENT;
    struct model_settings next = model->settings;
    next.length = (uint16_t)length;
    memcpy(next.string, request->payload.bytes, length);
    return change_settings(model, &next);
}

/* Clears `*silent` unless the test or prefix of the request does not match. */
static enum aoe_error answer_config(struct model *model, const struct aoe_frame *request,
                                    struct aoe_frame *response, bool *silent)
{
    const struct model_settings *now = &model->settings;
    const uint8_t *argument = request->payload.bytes;
    size_t length = request->config.length;
    enum aoe_error error = AOE_ERROR_NONE;
    if (length > AOE_STRING_MAX || !is_whole(request, 0))
        return AOE_ERROR_ARGUMENT;
    switch (request->config.ccmd) {
    case AOE_CONFIG_READ:
        break;
    case AOE_CONFIG_TEST:
        *silent = !same_string(now, argument, length);
        break;
    case AOE_CONFIG_PREFIX:
        *silent = length > now->length || memcmp(now->string, argument, length) != 0;
        break;
    case AOE_CONFIG_SET:
        if (now->length && !same_string(now, argument, length))
            return AOE_ERROR_CONFIG;
        error = store_string(model, request);
        break;
    case AOE_CONFIG_FORCE:
        error = store_string(model, request);
        break;
    default:
        return AOE_ERROR_ARGUMENT;
    }
    describe_config(model, response);
    return error;
}

/* Mask list. */

/* Applies one directive; `most` addresses can be listed in a response. */
static enum aoe_merror apply(struct model_list *masks, const struct aoe_directive *directive,
                             uint8_t most)
{
    switch (directive->dcmd) {
    case AOE_DIRECTIVE_NONE:
        return AOE_MERROR_NONE;
    case AOE_DIRECTIVE_ADD:
        if (masks->count >= most && !model_list_has(masks, directive->mac))
            return AOE_MERROR_FULL;
        model_list_add(masks, directive->mac);
        return AOE_MERROR_NONE;
    case AOE_DIRECTIVE_DELETE:
        list_delete(masks, directive->mac);
        return AOE_MERROR_NONE;
    default:
        return AOE_MERROR_DIRECTIVE;
    }
}

static enum aoe_error edit_masks(struct model *model, const struct aoe_frame *request,
                                 struct aoe_frame *response)
{
    struct model_settings next = model->settings;
    uint8_t most = items_that_fit(model, AOE_MASK_BYTES, AOE_DIRECTIVE_BYTES);
    enum aoe_merror merror = AOE_MERROR_NONE;
    uint8_t i = 0;
    for (; i < request->mask.count; i++) {
        struct aoe_directive directive;
        if (!aoe_directive_at(&request->payload, i, &directive))
            return AOE_ERROR_ARGUMENT;
        merror = apply(&next.masks, &directive, most);
        if (merror)
            break;
    }
    enum aoe_error error = change_settings(model, &next);
    if (merror && !error) {
        response->mask.merror = (uint8_t)merror;
        response->mask.count = i;
    } else if (!error) {
        describe_masks(model, response);
    }
    return error;
}

static enum aoe_error answer_mask(struct model *model, const struct aoe_frame *request,
                                  struct aoe_frame *response)
{
    if (!is_whole(request, 0))
        return AOE_ERROR_ARGUMENT;
    switch (request->mask.mcmd) {
    case AOE_MASK_READ:
        describe_masks(model, response);
        return AOE_ERROR_NONE;
    case AOE_MASK_EDIT:
        return edit_masks(model, request, response);
    default:
        return AOE_ERROR_ARGUMENT;
    }
}

/* Reserve list. */

static enum aoe_error replace_reserves(struct model *model, const struct aoe_frame *request)
{
    struct model_settings next = model->settings;
    uint8_t count = request->reserve.count;
    if (count > items_that_fit(model, AOE_RESERVE_BYTES, AOE_MAC_BYTES))
        return AOE_ERROR_ARGUMENT;
    for (size_t i = 0; i < count; i++)
        if (!aoe_address_at(&request->payload, i, next.reserves.mac[i]))
            return AOE_ERROR_ARGUMENT;
    next.reserves.count = count;
    return change_settings(model, &next);
}

static enum aoe_error answer_reserve(struct model *model, const struct aoe_frame *request,
                                     struct aoe_frame *response)
{
    const struct model_list *now = &model->settings.reserves;
    enum aoe_error error = AOE_ERROR_NONE;
    if (!is_whole(request, 0))
        return AOE_ERROR_ARGUMENT;
    switch (request->reserve.rcmd) {
    case AOE_RESERVE_READ:
        break;
    case AOE_RESERVE_SET:
        if (now->count && !model_list_has(now, request->source))
            return AOE_ERROR_RESERVED;
        error = replace_reserves(model, request);
        break;
    case AOE_RESERVE_FORCE:
        error = replace_reserves(model, request);
        break;
    default:
        return AOE_ERROR_ARGUMENT;
    }
    describe_reserves(model, response);
    return error;
}

enum aoe_error model_carry_out(struct model *model, const struct aoe_frame *request,
                               struct aoe_frame *response, bool *silent)
{
    if (request->version != AOE_VERSION)
        return AOE_ERROR_VERSION;
    if (!aoe_command_known(request->command))
        return AOE_ERROR_COMMAND;
    if (request->extent < AOE_EXTENT_ARGUMENT)
        return AOE_ERROR_ARGUMENT;
    switch (request->command) {
    case AOE_COMMAND_ATA:
        return answer_ata(model, request, response);
    case AOE_COMMAND_CONFIG:
        return answer_config(model, request, response, silent);
    case AOE_COMMAND_MASK:
        return answer_mask(model, request, response);
    default:
        return answer_reserve(model, request, response);
    }
}

/* Builds the bytes. A list or string that was stored under a larger MTU may not fit any more:
 * then the response says that the target cannot, and carries none of it. */
static size_t finish(const struct model *model, struct aoe_frame *response,
                     uint8_t bytes[AOE_FRAME_MAX])
{
    size_t length = aoe_frame_build(response, bytes, frame_room(model));
    if (!length) {
        model_set_error(response, AOE_ERROR_DEVICE);
        response->payload = (struct aoe_span){NULL, 0};
        if (response->command == AOE_COMMAND_CONFIG)
            response->config.length = 0;
        else if (response->command == AOE_COMMAND_MASK)
            response->mask.count = 0;
        else
            response->reserve.count = 0;
        length = aoe_frame_build(response, bytes, frame_room(model));
    }
    return aoe_frame_pad(bytes, length, AOE_FRAME_MIN, AOE_FRAME_MAX);
}

/* Answers a request that is accepted, with its hooks. Returns the length of the response. */
static size_t answer(struct model *model, const struct aoe_frame *request,
                     uint8_t bytes[AOE_FRAME_MAX])
{
    const struct model_hooks *hooks = &model->hooks;
    bool silent = false;
    struct aoe_frame response = respond(model, request);
    enum aoe_error error = hooks->carry_out
                               ? hooks->carry_out(hooks->user, model, request, &response, &silent)
                               : model_carry_out(model, request, &response, &silent);
    model_set_error(&response, error);
    if (hooks->response)
        hooks->response(hooks->user, model, request, &response, &silent);
    size_t length = silent ? 0 : finish(model, &response, bytes);
    return length && hooks->bytes ? hooks->bytes(hooks->user, model, request, bytes, length)
                                  : length;
}

size_t model_answer(struct model *model, struct aoe_span frame, uint8_t response[AOE_FRAME_MAX])
{
    const struct model_hooks *hooks = &model->hooks;
    struct aoe_frame request;
    aoe_frame_decode(&request, frame.bytes, frame.length, frame.length);
    if (hooks->request)
        hooks->request(hooks->user, model, &request);
    bool accepted = accepts(model, &request);
    if (hooks->accept)
        accepted = hooks->accept(hooks->user, model, &request, accepted);
    return accepted ? answer(model, &request, response) : 0;
}

size_t model_advert(const struct model *model, uint8_t advert[AOE_FRAME_MAX])
{
    if (!model_sector_count(model))
        return 0;
    struct aoe_frame frame = respond(model, &(struct aoe_frame){.command = AOE_COMMAND_CONFIG});
    memcpy(frame.destination, broadcast, AOE_MAC_BYTES);
    size_t length = aoe_frame_build(&frame, advert, frame_room(model));
    return aoe_frame_pad(advert, length, length ? AOE_FRAME_MIN : 0, AOE_FRAME_MAX);
}
