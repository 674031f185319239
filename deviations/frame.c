/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong in the header: reserved bits, version, flags, errors, commands, tags. */
#include "family.h"

/* 1-reserved, 1-reserved-in */

ON_RESPONSE(reserved_flag_set)
{
    response->flags |= 1;
}

ON_RESPONSE(reserved_flags_reflected)
{
    response->flags |= request->flags & AOE_FLAG_RESERVED;
}

ON_RESPONSE(aflags_reserved_set)
{
    if (is_ata(request))
        response->ata.aflags |= 0x80;
}

ON_RESPONSE(aflags_reserved_reflected)
{
    if (is_ata(request))
        response->ata.aflags = request->ata.aflags;
}

ON_RESPONSE(ata_reserved_set)
{
    if (is_ata(request))
        response->ata.reserved = (uint16_t)request->ata.count;
}

ON_RESPONSE(ata_reserved_reflected)
{
    if (is_ata(request))
        response->ata.reserved = request->ata.reserved;
}

ON_RESPONSE(mask_reserved_set)
{
    if (request->command == AOE_COMMAND_MASK)
        response->mask.reserved = 1;
}

ON_RESPONSE(mask_reserved_reflected)
{
    if (request->command == AOE_COMMAND_MASK)
        response->mask.reserved = request->mask.reserved;
}

ON_RESPONSE(directive_reserved_set)
{
    if (request->command == AOE_COMMAND_MASK)
        for (size_t i = 0; i < response->payload.length; i += AOE_DIRECTIVE_BYTES)
            model->payload[i] = 0xFF;
}

/* 2.2 */

ON_RESPONSE(version_zero)
{
    response->version = 0;
}

ON_RESPONSE(version_reflected)
{
    response->version = request->version;
}

ON_RESPONSE(version_zero_in_errors)
{
    if (response->error)
        response->version = 0;
}

ON_REQUEST(version_served)
{
    if (request->version >= ((struct deviant *)user)->value)
        request->version = AOE_VERSION;
}

ON_RESPONSE(version_refused_as_argument)
{
    if (response->error == AOE_ERROR_VERSION)
        model_set_error(response, AOE_ERROR_ARGUMENT);
}

ON_CARRY_OUT(version_refused_afterwards)
{
    struct aoe_frame served = *request;
    served.version = AOE_VERSION;
    enum aoe_error error = model_carry_out(model, &served, response, silent);
    return request->version == AOE_VERSION ? error : AOE_ERROR_VERSION;
}

/* 2.3 */

ON_RESPONSE(response_flag_missing)
{
    if (request->command == ((struct deviant *)user)->value)
        response->flags &= (uint8_t)~AOE_FLAG_RESPONSE;
}

ON_RESPONSE(response_flag_missing_in_errors)
{
    if (response->error)
        response->flags &= (uint8_t)~AOE_FLAG_RESPONSE;
}

/* A frame with the R flag is served if it has the other flags that `value` asks for. */
ON_REQUEST(responses_answered)
{
    if (((struct deviant *)user)->value & ~(unsigned)request->flags)
        return;
    request->flags &= (uint8_t)~AOE_FLAG_RESPONSE;
}

ON_REQUEST(broadcast_responses_answered)
{
    if (request->destination[0] == 0xFF)
        request->flags &= (uint8_t)~AOE_FLAG_RESPONSE;
}

ON_RESPONSE(error_flag_missing)
{
    response->flags &= (uint8_t)~AOE_FLAG_ERROR;
}

ON_RESPONSE(error_flag_reflected)
{
    response->flags |= request->flags & AOE_FLAG_ERROR;
}

ON_RESPONSE(error_reflected)
{
    if (!response->error)
        response->error = request->error;
}

ON_RESPONSE(error_code_missing)
{
    response->error = 0;
}

ON_RESPONSE(error_out_of_range)
{
    if (response->error)
        response->error = (uint8_t)-response->error;
}

ON_RESPONSE(error_stale)
{
    struct deviant *d = user;
    if (response->error)
        d->error = response->error;
    else
        response->error = d->error;
}

ON_RESPONSE(error_flag_sticks)
{
    struct deviant *d = user;
    bool before = d->armed;
    d->armed = response->error;
    if (before)
        response->flags |= AOE_FLAG_ERROR;
}

/* 2.4 */

ON_RESPONSE(error_codes_from_zero)
{
    if (response->error > 1)
        response->error--;
}

/* The code of one reason instead of another: the high four bits of `value` become the low ones. */
ON_RESPONSE(error_code_of_another)
{
    uint64_t value = ((struct deviant *)user)->value;
    if (response->error == value >> 4)
        response->error = (uint8_t)(value & 0xF);
}

/* 2.6 */

static bool is_unknown(const struct aoe_frame *request)
{
    return !aoe_command_known(request->command);
}

ON_RESPONSE(unknown_command_ignored)
{
    *silent = *silent || (is_unknown(request) && request->command < AOE_COMMAND_VENDOR);
}

ON_RESPONSE(unknown_command_succeeds)
{
    if (is_unknown(request))
        model_set_error(response, AOE_ERROR_NONE);
}

ON_RESPONSE(lists_ignored)
{
    *silent =
        *silent || request->command == AOE_COMMAND_MASK || request->command == AOE_COMMAND_RESERVE;
}

ON_CARRY_OUT(command_refused)
{
    const struct deviant *deviant = user;
    return request->command == deviant->value ? AOE_ERROR_ARGUMENT
                                              : model_carry_out(model, request, response, silent);
}

ON_RECEIVE(command_high_bits_lost)
{
    uint8_t *command = frame + 19;
    if (length >= AOE_HEADER_BYTES && *command < AOE_COMMAND_VENDOR)
        *command &= 3;
    return length;
}

ON_BYTES(command_zero_in_errors)
{
    if (bytes[BYTE_ERROR])
        bytes[19] = 0;
    return length;
}

/* 2.7 */

ON_RESPONSE(tag_masked)
{
    response->tag &= (uint32_t)((struct deviant *)user)->value;
}

ON_RESPONSE(tag_zero_in_errors)
{
    if (response->error)
        response->tag = 0;
}

ON_RESPONSE(tag_bytes_reversed)
{
    response->tag = __builtin_bswap32(request->tag);
}

ON_RESPONSE(tag_sign_extended)
{
    response->tag = (uint32_t)(int32_t)(int16_t)request->tag;
}

ON_ACCEPT(tag_zero_ignored)
{
    return accepted && request->tag;
}

ON_RESPONSE(tag_of_the_request_before)
{
    struct deviant *d = user;
    if (request->command != AOE_COMMAND_RESERVE)
        return;
    if (d->count++)
        response->tag = d->tag;
    d->tag = request->tag;
}

static const struct deviation deviations[] = {
    {"reserved-flag-set", "1-reserved",
     "the lowest flag bit, which is reserved, is set in every response",
     .hooks.model.response = reserved_flag_set},
    {"aflags-reserved-set", "1-reserved",
     "a reserved bit of the ATA flags is set in every ATA response",
     .hooks.model.response = aflags_reserved_set},
    {"ata-reserved-set", "1-reserved",
     "the reserved bytes behind the LBA hold the sector count of the request",
     .hooks.model.response = ata_reserved_set},
    {"mask-reserved-set", "1-reserved", "the reserved byte of the mask argument is 1",
     .hooks.model.response = mask_reserved_set},
    {"directive-reserved-set", "1-reserved", "the reserved byte of each listed directive is 0xFF",
     .hooks.model.response = directive_reserved_set},
    {"reserved-flags-reflected", "1-reserved-in", "reserved flags of the request come back",
     .hooks.model.response = reserved_flags_reflected},
    {"aflags-reserved-reflected", "1-reserved-in", "reserved bits of the ATA flags come back",
     .hooks.model.response = aflags_reserved_reflected},
    {"ata-reserved-reflected", "1-reserved-in", "the reserved bytes behind the LBA come back",
     .hooks.model.response = ata_reserved_reflected},
    {"mask-reserved-reflected", "1-reserved-in",
     "the reserved byte of the mask argument comes back",
     .hooks.model.response = mask_reserved_reflected},
    {"version-zero-in-response", "2.2-version", "the version of every response is 0",
     .hooks.model.response = version_zero},
    {"version-reflected", "2.2-version", "the version of the request comes back, with error 5",
     .hooks.model.response = version_reflected},
    {"version-zero-in-errors", "2.2-version", "the version of error responses is 0",
     .hooks.model.response = version_zero_in_errors},
    {"version-any-served", "2.2-unsupported", "requests of every version are served",
     .hooks.model.request = version_served},
    {"version-newer-served", "2.2-unsupported", "requests of version 2 and more are served",
     .value = 2, .hooks.model.request = version_served},
    {"version-refused-as-argument", "2.2-unsupported", "requests of another version get error 2",
     .hooks.model.response = version_refused_as_argument},
    {"version-refused-afterwards", "2.2-unsupported",
     "requests of another version get error 5 and are carried out",
     .hooks.model.carry_out = version_refused_afterwards},
    {"response-flag-missing-for-ata", "2.3-response", "R is clear in ATA responses",
     .value = AOE_COMMAND_ATA, .hooks.model.response = response_flag_missing},
    {"response-flag-missing-for-masks", "2.3-response", "R is clear in mask list responses",
     .value = AOE_COMMAND_MASK, .hooks.model.response = response_flag_missing},
    {"response-flag-missing-for-reserve", "2.3-response", "R is clear in reserve list responses",
     .value = AOE_COMMAND_RESERVE, .hooks.model.response = response_flag_missing},
    {"response-flag-missing-in-errors", "2.3-response", "R is clear in error responses",
     .hooks.model.response = response_flag_missing_in_errors},
    {"responses-answered", "2.3-ignore-responses", "frames with R set are answered like requests",
     .hooks.model.request = responses_answered},
    {"error-responses-answered", "2.3-ignore-responses", "frames with R and E set are answered",
     .value = AOE_FLAG_ERROR, .hooks.model.request = responses_answered},
    {"broadcast-responses-answered", "2.3-ignore-responses",
     "frames with R set that come by broadcast, as adverts do, are answered",
     .hooks.model.request = broadcast_responses_answered},
    {"error-flag-missing", "2.3-error", "E is clear in error responses",
     .hooks.model.response = error_flag_missing},
    {"error-flag-reflected", "2.3-error", "E of the request comes back in a good response",
     .hooks.model.response = error_flag_reflected},
    {"error-reflected", "2.3-error", "the error field of the request comes back in a good response",
     .hooks.model.response = error_reflected},
    {"error-code-missing", "2.3-error", "the error field of error responses is 0",
     .hooks.model.response = error_code_missing},
    {"error-code-negative", "2.3-error",
     "the error field of error responses holds the code negated",
     .hooks.model.response = error_out_of_range},
    {"error-code-stale", "2.3-error",
     "good responses keep the error code of the last error, without E",
     .hooks.model.response = error_stale},
    {"error-flag-sticks", "2.3-error", "E is still set in the first response after an error",
     .hooks.model.response = error_flag_sticks},
    {"error-codes-from-zero", "2.4-codes", "error codes over 1 are one too small",
     .hooks.model.response = error_codes_from_zero},
    {"config-present-as-argument", "2.4-codes", "a set over a present string gets error 2",
     .value = 0x42, .hooks.model.response = error_code_of_another},
    {"reserved-as-unavailable", "2.4-codes", "what a reservation refuses gets error 3",
     .value = 0x63, .hooks.model.response = error_code_of_another},
    {"command-as-argument", "2.4-codes", "an unrecognized command gets error 2", .value = 0x12,
     .hooks.model.response = error_code_of_another},
    {"argument-as-unavailable", "2.4-codes", "a bad argument gets error 3", .value = 0x23,
     .hooks.model.response = error_code_of_another},
    {"unknown-command-ignored", "2.6-command", "commands 4 to 0xEF get no response",
     .hooks.model.response = unknown_command_ignored},
    {"unknown-command-succeeds", "2.6-command", "unknown commands get a response without an error",
     .hooks.model.response = unknown_command_succeeds},
    {"lists-ignored", "2.6-command", "mask and reserve list requests get no response",
     .hooks.model.response = lists_ignored},
    {"mask-lists-refused", "2.6-command", "every mask list request gets error 2",
     .value = AOE_COMMAND_MASK, .hooks.model.carry_out = command_refused},
    {"reserve-lists-refused", "2.6-command", "every reserve list request gets error 2",
     .value = AOE_COMMAND_RESERVE, .hooks.model.carry_out = command_refused},
    {"command-high-bits-lost", "2.6-command",
     "of the command only the two lowest bits count: 4 is served as ATA",
     .hooks.receive = command_high_bits_lost},
    {"command-zero-in-errors", "2.6-command", "error responses have command 0",
     .hooks.model.bytes = command_zero_in_errors},
    {"tag-zero-in-response", "2.7-tag", "the tag of every response is 0", .value = 0,
     .hooks.model.response = tag_masked},
    {"tag-16-bits", "2.7-tag", "the upper half of the tag is lost", .value = 0xFFFF,
     .hooks.model.response = tag_masked},
    {"tag-31-bits", "2.7-tag", "the highest bit of the tag is lost", .value = 0x7FFFFFFF,
     .hooks.model.response = tag_masked},
    {"tag-zero-in-errors", "2.7-tag", "the tag of error responses is 0",
     .hooks.model.response = tag_zero_in_errors},
    {"tag-bytes-reversed", "2.7-tag", "the tag comes back with its bytes reversed",
     .hooks.model.response = tag_bytes_reversed},
    {"tag-sign-extended", "2.7-tag", "the tag comes back as its low 16 bits, sign-extended",
     .hooks.model.response = tag_sign_extended},
    {"tag-zero-ignored", "2.7-tag", "requests with tag 0 get no response",
     .hooks.model.accept = tag_zero_ignored},
    {"tag-of-the-request-before", "2.7-tag",
     "reserve responses carry the tag of the reserve request before",
     .hooks.model.response = tag_of_the_request_before},
};

const struct family family_frame = FAMILY(deviations);
