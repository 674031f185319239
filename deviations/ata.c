/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ATA registers and the commands that move no sectors. */
#include "family.h"

static bool is_opcode(const struct aoe_frame *request, uint8_t opcode)
{
    return is_ata(request) && request->ata.opcode == opcode;
}

/* 3.1-registers */

ON_RESPONSE(lba_not_returned)
{
    if (is_ata(request))
        memset(response->ata.lba, 0, sizeof response->ata.lba);
}

ON_RESPONSE(lba_high_bytes_not_returned)
{
    if (is_ata(request))
        memset(response->ata.lba + 3, 0, 3);
}

ON_RESPONSE(lba_returned_reversed)
{
    if (is_ata(request))
        for (size_t i = 0; i < sizeof response->ata.lba; i++)
            response->ata.lba[i] = request->ata.lba[5 - i];
}

ON_RESPONSE(lba_lost_on_failure)
{
    if (failed(request, response))
        memset(response->ata.lba, 0xFF, sizeof response->ata.lba);
}

ON_RESPONSE(feature_returned)
{
    if (succeeded(request, response))
        response->ata.feature = request->ata.feature;
}

ON_RESPONSE(error_register_stale)
{
    struct deviant *d = user;
    if (failed(request, response))
        d->error = response->ata.feature;
    else if (is_ata(request))
        response->ata.feature = d->error;
}

ON_RESPONSE(status_and_error_exchanged)
{
    if (!failed(request, response))
        return;
    uint8_t status = response->ata.opcode;
    response->ata.opcode = response->ata.feature;
    response->ata.feature = status;
}

/* 3.1-status */

/* Good status is `value`. */
ON_RESPONSE(status_is)
{
    if (succeeded(request, response))
        response->ata.opcode = (uint8_t)((struct deviant *)user)->value;
}

ON_RESPONSE(read_status_is)
{
    if (is_read(request) && succeeded(request, response))
        response->ata.opcode = (uint8_t)((struct deviant *)user)->value;
}

ON_RESPONSE(status_is_opcode)
{
    if (is_write(request) && succeeded(request, response))
        response->ata.opcode = request->ata.opcode;
}

ON_RESPONSE(identify_status_zero)
{
    if (is_identify(request))
        response->ata.opcode = 0;
}

ON_RESPONSE(failure_without_err)
{
    if (failed(request, response))
        response->ata.opcode = ATA_STATUS_DRDY;
}

ON_RESPONSE(failure_without_error_bits)
{
    if (failed(request, response))
        response->ata.feature = 0;
}

ON_RESPONSE(failure_as_aoe_error)
{
    if (failed(request, response))
        model_set_error(response, AOE_ERROR_DEVICE);
}

ON_RESPONSE(failure_sticks)
{
    struct deviant *d = user;
    bool before = d->armed;
    if (!is_ata(request))
        return;
    d->armed = failed(request, response);
    if (before)
        response->ata.opcode |= ATA_STATUS_ERR;
}

/* 3.1-count-left */

ON_RESPONSE(count_returned)
{
    if ((is_read(request) || is_write(request)) && succeeded(request, response))
        response->ata.count = request->ata.count;
}

/* 3.1-unknown-ata */

static bool is_unknown(const struct aoe_frame *request, const struct aoe_frame *response)
{
    return failed(request, response) && !ata_opcode_find(request->ata.opcode);
}

ON_RESPONSE(unknown_ata_succeeds)
{
    if (is_unknown(request, response))
        family_succeed(response);
}

ON_RESPONSE(unknown_ata_as_aoe_error)
{
    if (is_unknown(request, response))
        model_set_error(response, AOE_ERROR_COMMAND);
}

ON_RESPONSE(unknown_ata_ignored)
{
    *silent = *silent || is_unknown(request, response);
}

ON_RESPONSE(unknown_ata_as_idnf)
{
    if (is_unknown(request, response))
        response->ata.feature = ATA_ERROR_IDNF;
}

ON_RESPONSE(unknown_ata_without_err)
{
    if (is_unknown(request, response))
        response->ata.opcode = ATA_STATUS_DRDY;
}

/* 3.1-flush, 3.1-check-power: `value` is the opcode. */

ON_RESPONSE(status_zero_of)
{
    if (is_opcode(request, (uint8_t)((struct deviant *)user)->value))
        response->ata.opcode = 0;
}

ON_RESPONSE(aborted)
{
    if (is_opcode(request, (uint8_t)((struct deviant *)user)->value))
        family_fail(response, ATA_ERROR_ABRT);
}

ON_RESPONSE(ignored)
{
    if (is_opcode(request, (uint8_t)((struct deviant *)user)->value))
        *silent = true;
}

ON_RESPONSE(flush_as_aoe_error)
{
    if (is_opcode(request, ATA_FLUSH) || is_opcode(request, ATA_FLUSH_EXT))
        model_set_error(response, AOE_ERROR_COMMAND);
}

ON_RESPONSE(power_is_standby)
{
    if (is_opcode(request, ATA_CHECK_POWER))
        response->ata.count = (uint8_t)((struct deviant *)user)->value;
}

/* 3.1-readonly */

ON_RESPONSE(readonly_acknowledged)
{
    if (is_write(request) && failed(request, response))
        family_succeed(response);
}

ON_RESPONSE(readonly_ext_acknowledged)
{
    if (is_write(request) && failed(request, response) && request->ata.aflags & AOE_ATA_EXTENDED)
        family_succeed(response);
}

ON_RESPONSE(readonly_as_aoe_error)
{
    if (is_write(request) && failed(request, response))
        model_set_error(response, AOE_ERROR_DEVICE);
}

/* 3.1-write-flag */

static uint8_t opposite(uint8_t opcode)
{
    static const uint8_t pairs[][2] = {{ATA_READ, ATA_WRITE},
                                       {ATA_READ_EXT, ATA_WRITE_EXT},
                                       {ATA_READ_DMA, ATA_WRITE_DMA},
                                       {ATA_READ_DMA_EXT, ATA_WRITE_DMA_EXT}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        for (size_t j = 0; j < 2; j++)
            if (pairs[i][j] == opcode)
                return pairs[i][1 - j];
    return opcode;
}

static bool contradicts(const struct aoe_frame *request)
{
    bool write = request->ata.aflags & AOE_ATA_WRITE;
    return is_ata(request) && ((is_read(request) && write) || (is_write(request) && !write));
}

static enum aoe_error carry_out_opposite(struct model *model, const struct aoe_frame *request,
                                         struct aoe_frame *response, bool *silent)
{
    struct aoe_frame other = *request;
    other.ata.opcode = opposite(request->ata.opcode);
    return model_carry_out(model, &other, response, silent);
}

ON_CARRY_OUT(direction_by_write_flag)
{
    return contradicts(request) ? carry_out_opposite(model, request, response, silent)
                                : model_carry_out(model, request, response, silent);
}

ON_CARRY_OUT(write_without_flag_reads)
{
    return contradicts(request) && is_write(request)
               ? carry_out_opposite(model, request, response, silent)
               : model_carry_out(model, request, response, silent);
}

ON_RESPONSE(write_without_flag_acknowledged)
{
    if (contradicts(request) && is_write(request))
        family_succeed(response);
}

ON_CARRY_OUT(read_with_flag_writes)
{
    return contradicts(request) && is_read(request)
               ? carry_out_opposite(model, request, response, silent)
               : model_carry_out(model, request, response, silent);
}

/* What the last read has left in the buffer. */
ON_RESPONSE(read_with_flag_leaks)
{
    if (!contradicts(request) || !is_read(request))
        return;
    family_succeed(response);
    response->payload =
        (struct aoe_span){model->payload, (size_t)request->ata.count * AOE_SECTOR_BYTES};
}

static const struct deviation deviations[] = {
    {"lba-not-returned", "3.1-registers", "the LBA bytes of responses are 0",
     .hooks.model.response = lba_not_returned},
    {"lba-high-bytes-not-returned", "3.1-registers", "lba3 to lba5 of responses are 0",
     .hooks.model.response = lba_high_bytes_not_returned},
    {"lba-returned-reversed", "3.1-registers", "the LBA bytes come back in reverse order",
     .hooks.model.response = lba_returned_reversed},
    {"lba-lost-on-failure", "3.1-registers", "after a failure the LBA bytes are 0xFF",
     .hooks.model.response = lba_lost_on_failure},
    {"feature-returned", "3.1-registers",
     "the feature register comes back as the error register of a good response",
     .hooks.model.response = feature_returned},
    {"error-register-stale", "3.1-registers", "after a failure the error register is not cleared",
     .hooks.model.response = error_register_stale},
    {"status-and-error-exchanged", "3.1-registers",
     "the status and error registers of a failure are exchanged",
     .hooks.model.response = status_and_error_exchanged},
    {"status-zero", "3.1-status", "good status is 0", .value = 0,
     .hooks.model.response = status_is},
    {"status-busy", "3.1-status", "good status has BSY set", .value = 0xC0,
     .hooks.model.response = status_is},
    {"status-device-fault", "3.1-status", "good status has DF set", .value = 0x60,
     .hooks.model.response = status_is},
    {"status-data-request-on-reads", "3.1-status", "the status of good reads has DRQ set",
     .value = 0x48, .hooks.model.response = read_status_is},
    {"status-err-on-reads", "3.1-status", "the status of good reads has ERR set", .value = 0x41,
     .hooks.model.response = read_status_is},
    {"status-is-opcode", "3.1-status", "the status byte of write responses is still the opcode",
     .hooks.model.response = status_is_opcode},
    {"identify-status-zero", "3.1-status", "the status of IDENTIFY is 0",
     .hooks.model.response = identify_status_zero},
    {"failure-without-err", "3.1-status", "a failed command has ERR clear",
     .hooks.model.response = failure_without_err},
    {"failure-without-error-bits", "3.1-status", "the error register of a failed command is 0",
     .hooks.model.response = failure_without_error_bits},
    {"failure-as-aoe-error", "3.1-status", "a failed ATA command gets AoE error 3 as well",
     .hooks.model.response = failure_as_aoe_error},
    {"failure-sticks", "3.1-status", "ERR is still set in the response after a failure",
     .hooks.model.response = failure_sticks},
    {"count-returned", "3.1-count-left",
     "after success the count register holds the requested count",
     .hooks.model.response = count_returned},
    {"unknown-ata-succeeds", "3.1-unknown-ata", "unknown ATA commands succeed",
     .hooks.model.response = unknown_ata_succeeds},
    {"unknown-ata-as-aoe-error", "3.1-unknown-ata", "unknown ATA commands get AoE error 1",
     .hooks.model.response = unknown_ata_as_aoe_error},
    {"unknown-ata-ignored", "3.1-unknown-ata", "unknown ATA commands get no response",
     .hooks.model.response = unknown_ata_ignored},
    {"unknown-ata-as-idnf", "3.1-unknown-ata",
     "unknown ATA commands fail with IDNF in place of ABRT",
     .hooks.model.response = unknown_ata_as_idnf},
    {"unknown-ata-without-err", "3.1-unknown-ata", "unknown ATA commands return ABRT without ERR",
     .hooks.model.response = unknown_ata_without_err},
    {"flush-status-zero", "3.1-flush", "the status of FLUSH CACHE is 0", .value = ATA_FLUSH,
     .hooks.model.response = status_zero_of},
    {"flush-aborted", "3.1-flush", "FLUSH CACHE is aborted", .value = ATA_FLUSH,
     .hooks.model.response = aborted},
    {"flush-ext-aborted", "3.1-flush", "FLUSH CACHE EXT is aborted", .value = ATA_FLUSH_EXT,
     .hooks.model.response = aborted},
    {"flush-ext-ignored", "3.1-flush", "FLUSH CACHE EXT gets no response", .value = ATA_FLUSH_EXT,
     .hooks.model.response = ignored},
    {"flush-as-aoe-error", "3.1-flush", "the flush commands get AoE error 1",
     .hooks.model.response = flush_as_aoe_error},
    {"check-power-standby", "3.1-check-power", "CHECK POWER MODE says standby", .value = 0,
     .hooks.model.response = power_is_standby},
    {"check-power-idle", "3.1-check-power", "CHECK POWER MODE says idle", .value = 0x80,
     .hooks.model.response = power_is_standby},
    {"check-power-aborted", "3.1-check-power", "CHECK POWER MODE is aborted",
     .value = ATA_CHECK_POWER, .hooks.model.response = aborted},
    {"check-power-status-zero", "3.1-check-power", "the status of CHECK POWER MODE is 0",
     .value = ATA_CHECK_POWER, .hooks.model.response = status_zero_of},
    {"readonly-acknowledged", "3.1-readonly", "a read-only target acknowledges writes", "option=-r",
     .hooks.model.response = readonly_acknowledged},
    {"readonly-ext-acknowledged", "3.1-readonly", "a read-only target acknowledges 48-bit writes",
     "option=-r", .hooks.model.response = readonly_ext_acknowledged},
    {"readonly-as-aoe-error", "3.1-readonly", "a read-only target refuses writes with AoE error 3",
     "option=-r", .hooks.model.response = readonly_as_aoe_error},
    {"direction-by-write-flag", "3.1-write-flag", "W alone decides between reading and writing",
     .hooks.model.carry_out = direction_by_write_flag},
    {"write-without-flag-reads", "3.1-write-flag", "a write with W clear returns the sectors",
     .hooks.model.carry_out = write_without_flag_reads},
    {"write-without-flag-acknowledged", "3.1-write-flag",
     "a write with W clear is acknowledged and not stored",
     .hooks.model.response = write_without_flag_acknowledged},
    {"read-with-flag-writes", "3.1-write-flag", "a read with W set stores the bytes behind it",
     .hooks.model.carry_out = read_with_flag_writes},
    {"read-with-flag-leaks", "3.1-write-flag",
     "a read with W set returns what the last read left in the buffer",
     .hooks.model.response = read_with_flag_leaks},
};

const struct family family_ata = FAMILY(deviations);
