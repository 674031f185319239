/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Config responses, tests and prefixes, adverts. */
#include "family.h"

#define PLAIN model_carry_out(model, request, response, silent)

static bool is_any_config(const struct aoe_frame *request)
{
    return request->command == AOE_COMMAND_CONFIG && request->extent == AOE_EXTENT_ARGUMENT;
}

static uint64_t value_of(const void *user)
{
    return ((const struct deviant *)user)->value;
}

/* 3.2-fields */

ON_RESPONSE(buffer_count_little_endian)
{
    if (is_any_config(request))
        response->config.buffer_count = __builtin_bswap16(response->config.buffer_count);
}

ON_RESPONSE(buffer_count_of_request)
{
    if (is_any_config(request))
        response->config.buffer_count = request->config.buffer_count;
}

ON_RESPONSE(firmware_of_request)
{
    if (is_any_config(request))
        response->config.firmware = request->config.firmware;
}

ON_RESPONSE(sector_count_of_request)
{
    if (is_any_config(request) && request->config.sector_count)
        response->config.sector_count = request->config.sector_count;
}

ON_RESPONSE(firmware_counts)
{
    if (is_any_config(request))
        response->config.firmware = (uint16_t)((struct deviant *)user)->count++;
}

ON_RESPONSE(aoe_version_is)
{
    if (is_any_config(request))
        response->config.version = (uint8_t)value_of(user);
}

ON_RESPONSE(ccmd_zero)
{
    if (is_any_config(request))
        response->config.ccmd = 0;
}

ON_RESPONSE(version_and_ccmd_exchanged)
{
    if (!is_any_config(request))
        return;
    response->config.version = request->config.ccmd;
    response->config.ccmd = AOE_VERSION;
}

ON_RESPONSE(length_little_endian)
{
    if (is_any_config(request))
        response->config.length = __builtin_bswap16(response->config.length);
}

ON_RESPONSE(length_counts_nul)
{
    if (is_any_config(request) && response->config.length)
        response->config.length++;
}

ON_RESPONSE(length_zero)
{
    if (is_any_config(request))
        response->config.length = 0;
}

ON_RESPONSE(string_missing)
{
    if (is_any_config(request))
        response->payload.length = 0;
}

/* 3.2-bufcount, 3.2-bufcount-min */

ON_RESPONSE(buffer_count_is)
{
    if (is_any_config(request))
        response->config.buffer_count = (uint16_t)value_of(user);
}

/* 3.2-sectors */

ON_RESPONSE(sector_count_one_more)
{
    if (is_any_config(request))
        response->config.sector_count++;
}

ON_RESPONSE(sector_count_is)
{
    if (is_any_config(request))
        response->config.sector_count = (uint8_t)value_of(user);
}

/* Says 0, which is 2, and serves 1. */
ON_CARRY_OUT(sector_count_zero_is_one)
{
    bool moves = is_read(request) || is_write(request);
    return moves && request->ata.count > 1 ? AOE_ERROR_ARGUMENT : PLAIN;
}

/* 3.2-read */

ON_CARRY_OUT(read_stores)
{
    struct aoe_frame force = *request;
    force.config.ccmd = AOE_CONFIG_FORCE;
    return is_config(request, AOE_CONFIG_READ) && request->config.length
               ? model_carry_out(model, &force, response, silent)
               : PLAIN;
}

ON_RESPONSE(read_returns_request)
{
    if (!is_config(request, AOE_CONFIG_READ) || response->error || !request->config.length)
        return;
    response->config.length = request->config.length;
    response->payload = (struct aoe_span){request->payload.bytes, request->config.length};
}

ON_RESPONSE(read_ends_at_nul)
{
    const uint8_t *nul;
    if (!is_config(request, AOE_CONFIG_READ) || response->error || !response->config.length)
        return;
    nul = memchr(response->payload.bytes, 0, response->config.length);
    if (nul)
        response->config.length = (uint16_t)(nul - response->payload.bytes);
    response->payload.length = response->config.length;
}

ON_RESPONSE(read_cut)
{
    if (!is_config(request, AOE_CONFIG_READ) || response->config.length <= value_of(user))
        return;
    response->config.length = (uint16_t)value_of(user);
    response->payload.length = response->config.length;
}

/* Only who stored the string reads it. */
ON_RESPONSE(read_by_others_empty)
{
    struct deviant *d = user;
    if (is_config(request, AOE_CONFIG_SET) || is_config(request, AOE_CONFIG_FORCE))
        memcpy(d->host, request->source, AOE_MAC_BYTES);
    if (!is_config(request, AOE_CONFIG_READ) || same_address(d->host, request->source))
        return;
    response->config.length = 0;
    response->payload.length = 0;
}

/* 3.2-test, 3.2-prefix: the argument, and what it is compared with. */

struct comparison {
    const uint8_t *argument, *string;
    size_t length, present;
    bool test, prefix;
};

static struct comparison comparison_of(const struct model *model, const struct aoe_frame *request)
{
    bool whole = is_any_config(request) && request->config.length <= request->payload.length &&
                 request->config.length <= AOE_STRING_MAX;
    return (struct comparison){.argument = request->payload.bytes,
                               .string = model->settings.string,
                               .length = request->config.length,
                               .present = model->settings.length,
                               .test = whole && request->config.ccmd == AOE_CONFIG_TEST,
                               .prefix = whole && request->config.ccmd == AOE_CONFIG_PREFIX};
}

static bool starts_with(const uint8_t *string, size_t length, const uint8_t *start, size_t count)
{
    return count <= length && memcmp(string, start, count) == 0;
}

ON_RESPONSE(test_answered_always)
{
    if (comparison_of(model, request).test)
        *silent = false;
}

ON_RESPONSE(prefix_answered_always)
{
    if (comparison_of(model, request).prefix)
        *silent = false;
}

/* A comparison that fails gets an error in place of silence. */
static void refuse_silence(bool applies, struct aoe_frame *response, bool *silent)
{
    if (!applies || !*silent)
        return;
    *silent = false;
    model_set_error(response, AOE_ERROR_ARGUMENT);
}

ON_RESPONSE(test_refused)
{
    refuse_silence(comparison_of(model, request).test, response, silent);
}

ON_RESPONSE(prefix_refused)
{
    refuse_silence(comparison_of(model, request).prefix, response, silent);
}

ON_RESPONSE(test_ignored)
{
    *silent = *silent || comparison_of(model, request).test;
}

ON_RESPONSE(test_by_request_length)
{
    struct comparison c = comparison_of(model, request);
    if (c.test)
        *silent = !starts_with(c.string, c.present, c.argument, c.length);
}

ON_RESPONSE(test_by_string_length)
{
    struct comparison c = comparison_of(model, request);
    if (c.test)
        *silent = !starts_with(c.argument, c.length, c.string, c.present);
}

ON_RESPONSE(test_by_length_alone)
{
    struct comparison c = comparison_of(model, request);
    if (c.test)
        *silent = c.length != c.present;
}

/* As strings that end at their first zero byte. */
ON_RESPONSE(test_up_to_nul)
{
    struct comparison c = comparison_of(model, request);
    if (!c.test)
        return;
    size_t length = strnlen((const char *)c.argument, c.length);
    size_t present = strnlen((const char *)c.string, c.present);
    *silent = length != present || memcmp(c.argument, c.string, length) != 0;
}

static bool same_letters(const uint8_t *a, const uint8_t *b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((a[i] ^ b[i]) & ~0x20)
            return false;
    return true;
}

ON_RESPONSE(test_without_case)
{
    struct comparison c = comparison_of(model, request);
    if (c.test)
        *silent = c.length != c.present || !same_letters(c.argument, c.string, c.length);
}

ON_RESPONSE(test_empty_always)
{
    struct comparison c = comparison_of(model, request);
    if (c.test && !c.length)
        *silent = false;
}

ON_RESPONSE(prefix_equal_only)
{
    struct comparison c = comparison_of(model, request);
    if (c.prefix)
        *silent = c.length != c.present || memcmp(c.argument, c.string, c.length) != 0;
}

ON_RESPONSE(prefix_empty_ignored)
{
    struct comparison c = comparison_of(model, request);
    *silent = *silent || (c.prefix && !c.length);
}

ON_RESPONSE(prefix_exchanged)
{
    struct comparison c = comparison_of(model, request);
    if (c.prefix)
        *silent = !starts_with(c.argument, c.length, c.string, c.present);
}

ON_RESPONSE(prefix_anywhere)
{
    struct comparison c = comparison_of(model, request);
    if (c.prefix)
        *silent = c.length && !memmem(c.string, c.present, c.argument, c.length);
}

ON_RESPONSE(prefix_up_to_nul)
{
    struct comparison c = comparison_of(model, request);
    if (c.prefix)
        *silent = !starts_with(c.string, c.present, c.argument,
                               strnlen((const char *)c.argument, c.length));
}

/* Compares with what lies behind the string, too: what a longer one has left. */
ON_RESPONSE(prefix_past_string)
{
    struct comparison c = comparison_of(model, request);
    if (c.prefix)
        *silent = memcmp(c.string, c.argument, c.length) != 0;
}

ON_RESPONSE(prefix_whole_ignored)
{
    struct comparison c = comparison_of(model, request);
    *silent = *silent || (c.prefix && c.length && c.length == c.present);
}

static const struct deviation deviations[] = {
    {"buffer-count-little-endian", "3.2-fields", "the buffer count is little-endian",
     .hooks.model.response = buffer_count_little_endian},
    {"buffer-count-of-request", "3.2-fields", "the buffer count of the request comes back",
     .hooks.model.response = buffer_count_of_request},
    {"firmware-of-request", "3.2-fields", "the firmware version of the request comes back",
     .hooks.model.response = firmware_of_request},
    {"sector-count-of-request", "3.2-fields", "the sector count of the request comes back",
     .hooks.model.response = sector_count_of_request},
    {"firmware-counts", "3.2-fields", "the firmware version is another in each response",
     .hooks.model.response = firmware_counts},
    {"config-version-zero", "3.2-fields", "the AoE version of the config argument is 0", .value = 0,
     .hooks.model.response = aoe_version_is},
    {"ccmd-zero-in-response", "3.2-fields", "the config command of responses is 0",
     .hooks.model.response = ccmd_zero},
    {"config-version-and-ccmd-exchanged", "3.2-fields",
     "AoE version and config command are exchanged",
     .hooks.model.response = version_and_ccmd_exchanged},
    {"string-length-little-endian", "3.2-fields",
     "the length of the config string is little-endian",
     .hooks.model.response = length_little_endian},
    {"string-length-counts-nul", "3.2-fields", "the length of the config string is one too large",
     .hooks.model.response = length_counts_nul},
    {"string-length-zero", "3.2-fields", "the length of the config string is 0",
     .hooks.model.response = length_zero},
    {"string-missing", "3.2-fields", "the config string is missing behind its length",
     .hooks.model.response = string_missing},
    {"buffer-count-one", "3.2-bufcount-min", "the buffer count is 1", .value = 1,
     .hooks.model.response = buffer_count_is},
    {"buffer-count-zero", "3.2-bufcount-min", "the buffer count is 0", .value = 0,
     .hooks.model.response = buffer_count_is},
    {"sector-count-over-mtu", "3.2-sectors", "the sector count is one more than the MTU carries",
     .hooks.model.response = sector_count_one_more},
    {"sector-count-for-jumbo", "3.2-sectors", "the sector count is 17 whatever the MTU",
     .value = 17, .hooks.model.response = sector_count_is},
    {"sector-count-ignores-small-mtu", "3.2-sectors",
     "the sector count is 2 where the MTU carries 1", "mtu=1000", .value = 2,
     .hooks.model.response = sector_count_is},
    {"sector-count-zero-is-one", "3.2-sectors", "the sector count is 0, but 2 sectors are refused",
     .value = 0,
     .hooks.model = {.response = sector_count_is, .carry_out = sector_count_zero_is_one}},
    {"config-read-stores", "3.2-read", "a read stores the string that it carries",
     .hooks.model.carry_out = read_stores},
    {"config-read-returns-request", "3.2-read", "a read returns the string of the request",
     .hooks.model.response = read_returns_request},
    {"config-read-ends-at-nul", "3.2-read", "a read returns the string up to its first zero byte",
     .hooks.model.response = read_ends_at_nul},
    {"config-read-cut", "3.2-read", "a read returns 28 bytes of a string at most", .value = 28,
     .hooks.model.response = read_cut},
    {"config-read-by-others-empty", "3.2-read",
     "a read of another host than the one that stored the string returns none",
     .hooks.model.response = read_by_others_empty},
    {"test-answered-always", "3.2-test", "a test is answered whether it matches or not",
     .hooks.model.response = test_answered_always},
    {"test-refused", "3.2-test", "a test that does not match gets error 2",
     .hooks.model.response = test_refused},
    {"test-ignored", "3.2-test", "a test is not answered though it matches",
     .hooks.model.response = test_ignored},
    {"test-by-request-length", "3.2-test",
     "a test matches where the string begins with its argument",
     .hooks.model.response = test_by_request_length},
    {"test-by-string-length", "3.2-test",
     "a test matches where its argument begins with the string",
     .hooks.model.response = test_by_string_length},
    {"test-by-length-alone", "3.2-test", "a test matches where the lengths are the same",
     .hooks.model.response = test_by_length_alone},
    {"test-up-to-nul", "3.2-test", "a test compares up to the first zero byte",
     .hooks.model.response = test_up_to_nul},
    {"test-without-case", "3.2-test", "a test takes capital letters for small ones",
     .hooks.model.response = test_without_case},
    {"test-empty-always", "3.2-test", "a test for the empty string always matches",
     .hooks.model.response = test_empty_always},
    {"prefix-answered-always", "3.2-prefix", "a prefix is answered whether it matches or not",
     .hooks.model.response = prefix_answered_always},
    {"prefix-refused", "3.2-prefix", "a prefix that does not match gets error 2",
     .hooks.model.response = prefix_refused},
    {"prefix-equal-only", "3.2-prefix", "a prefix matches the whole string only",
     .hooks.model.response = prefix_equal_only},
    {"prefix-empty-ignored", "3.2-prefix", "the empty prefix is not answered",
     .hooks.model.response = prefix_empty_ignored},
    {"prefix-exchanged", "3.2-prefix", "a prefix matches where the string is a prefix of it",
     .hooks.model.response = prefix_exchanged},
    {"prefix-anywhere", "3.2-prefix", "a prefix matches anywhere in the string",
     .hooks.model.response = prefix_anywhere},
    {"prefix-up-to-nul", "3.2-prefix",
     "of a prefix the bytes from its first zero on are not compared",
     .hooks.model.response = prefix_up_to_nul},
    {"prefix-past-string", "3.2-prefix",
     "a prefix longer than the string is compared with an earlier string's rest",
     .hooks.model.response = prefix_past_string},
    {"prefix-whole-ignored", "3.2-prefix", "a prefix that is the whole string is not answered",
     .hooks.model.response = prefix_whole_ignored},
};

const struct family family_config = FAMILY(deviations);
