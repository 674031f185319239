/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IDENTIFY DEVICE: its words, its texts, its capacities. */
#include "family.h"

#include "protocol/identify.h"

/* The words of the response to IDENTIFY, or NULL where it is another one. */
static uint8_t *words_of(struct model *model, const struct aoe_frame *request,
                         const struct aoe_frame *response)
{
    return is_identify(request) && response->payload.bytes == model->payload &&
                   response->payload.length == AOE_SECTOR_BYTES
               ? model->payload
               : NULL;
}

static void exchange_bytes(uint8_t *words, unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        uint8_t byte = words[2 * i];
        words[2 * i] = words[2 * i + 1];
        words[2 * i + 1] = byte;
    }
}

/* Clears or sets bits of a word, whose high byte is the second. */
static void clear_bits(uint8_t *words, unsigned word, unsigned bits)
{
    words[2 * word] &= (uint8_t)~bits;
    words[2 * word + 1] &= (uint8_t)(~bits >> 8);
}

/* The spaces behind a text of `value` words at `value >> 8` become zeros. */
ON_RESPONSE(text_nul_padded)
{
    uint64_t value = ((struct deviant *)user)->value;
    uint8_t *words = words_of(model, request, response);
    for (size_t i = (size_t)(value & 0xFF) * 2; words && i-- > 0;) {
        uint8_t *c = words + (value >> 8) * 2 + (i ^ 1);
        if (*c != ' ')
            return;
        *c = 0;
    }
}

ON_RESPONSE(model_unprintable)
{
    uint8_t *words = words_of(model, request, response);
    if (words)
        words[2 * ATA_WORD_MODEL] = 0x9F;
}

ON_RESPONSE(serial_missing)
{
    uint8_t *words = words_of(model, request, response);
    if (words)
        memset(words + 2 * ATA_WORD_SERIAL, 0, 2 * ATA_WORDS_SERIAL);
}

ON_RESPONSE(words_big_endian)
{
    uint8_t *words = words_of(model, request, response);
    if (words)
        exchange_bytes(words, ATA_WORD_CAPABILITIES, ATA_IDENTIFY_WORDS - ATA_WORD_CAPABILITIES);
}

ON_RESPONSE(lba48_words_big_endian)
{
    uint8_t *words = words_of(model, request, response);
    if (words)
        exchange_bytes(words, ATA_WORD_LBA48, ATA_WORDS_LBA48);
}

ON_RESPONSE(lba_bit_missing)
{
    uint8_t *words = words_of(model, request, response);
    if (words)
        clear_bits(words, ATA_WORD_CAPABILITIES, ATA_BIT_LBA);
}

ON_RESPONSE(word_83_invalid)
{
    uint8_t *words = words_of(model, request, response);
    if (words)
        clear_bits(words, ATA_WORD_SUPPORTED, ATA_BITS_VALID);
}

ON_RESPONSE(lba48_not_supported)
{
    uint8_t *words = words_of(model, request, response);
    if (words)
        clear_bits(words, ATA_WORD_SUPPORTED, ATA_BIT_LBA48);
}

ON_RESPONSE(lba48_not_enabled)
{
    uint8_t *words = words_of(model, request, response);
    if (words)
        clear_bits(words, ATA_WORD_ENABLED, ATA_BIT_LBA48);
}

/* Words in reverse order. */
static void reverse_words(uint8_t *words, unsigned first, unsigned count)
{
    uint8_t copy[2 * ATA_WORDS_LBA48];
    memcpy(copy, words + 2 * first, (size_t)count * 2);
    for (unsigned i = 0; i < count; i++)
        memcpy(words + 2 * (first + i), copy + (size_t)2 * (count - 1 - i), 2);
}

ON_RESPONSE(lba28_words_reversed)
{
    uint8_t *words = words_of(model, request, response);
    if (words)
        reverse_words(words, ATA_WORD_LBA28, ATA_WORDS_LBA28);
}

ON_RESPONSE(lba48_words_reversed)
{
    uint8_t *words = words_of(model, request, response);
    if (words)
        reverse_words(words, ATA_WORD_LBA48, ATA_WORDS_LBA48);
}

ON_RESPONSE(lba28_words_missing)
{
    uint8_t *words = words_of(model, request, response);
    if (words)
        memset(words + 2 * ATA_WORD_LBA28, 0, 2 * ATA_WORDS_LBA28);
}

ON_RESPONSE(empty)
{
    uint8_t *words = words_of(model, request, response);
    if (words)
        memset(words, 0, AOE_SECTOR_BYTES);
}

ON_RESPONSE(one_word_late)
{
    uint8_t *words = words_of(model, request, response);
    if (words)
        memmove(words + 2, words, AOE_SECTOR_BYTES - 2);
}

ON_RESPONSE(length_is)
{
    uint8_t *words = words_of(model, request, response);
    if (!words)
        return;
    memset(words + AOE_SECTOR_BYTES, 0, AOE_SECTOR_BYTES);
    response->payload.length = (size_t)((struct deviant *)user)->value;
}

/* The device bits of lba3 are taken for a part of an address. */
ON_RESPONSE(range_checked)
{
    struct aoe_ata ata = request->ata;
    ata.aflags |= AOE_ATA_EXTENDED;
    if (is_identify(request) && aoe_ata_lba(&ata) >= model->disk.sectors)
        family_fail(response, ATA_ERROR_IDNF);
}

/* Capacities. */

ON_OPEN(one_too_many)
{
    model->identity.lba28_sectors++;
    model->identity.lba48_sectors++;
}

ON_OPEN(one_too_few)
{
    model->identity.lba28_sectors--;
    model->identity.lba48_sectors--;
}

ON_OPEN(lba28_last_address)
{
    model->identity.lba28_sectors--;
}

ON_OPEN(lba48_last_address)
{
    model->identity.lba48_sectors--;
}

ON_OPEN(lba28_in_cylinders)
{
    enum { CYLINDER = 16 * 63 };
    model->identity.lba28_sectors -= model->identity.lba28_sectors % CYLINDER;
}

ON_OPEN(lba28_over_28_bits)
{
    uint64_t sectors = model->disk.sectors;
    model->identity.lba28_sectors = sectors < UINT32_MAX ? (uint32_t)sectors : UINT32_MAX;
}

ON_OPEN(lba28_wraps)
{
    model->identity.lba28_sectors = (uint32_t)(model->disk.sectors % ATA_LBA28_END);
}

ON_OPEN(lba48_32_bits)
{
    model->identity.lba48_sectors = (uint32_t)model->disk.sectors;
}

ON_OPEN(lba48_stops_at_lba28)
{
    model->identity.lba48_sectors = model->identity.lba28_sectors;
}

#define TEXT(word, words) (word) << 8 | (words)

static const struct deviation deviations[] = {
    {"identify-serial-nul-padded", "3.1-identify", "the serial number is padded with zeros",
     .value = TEXT(ATA_WORD_SERIAL, ATA_WORDS_SERIAL), .hooks.model.response = text_nul_padded},
    {"identify-firmware-nul-padded", "3.1-identify", "the firmware revision is padded with zeros",
     .value = TEXT(ATA_WORD_FIRMWARE, ATA_WORDS_FIRMWARE), .hooks.model.response = text_nul_padded},
    {"identify-model-nul-padded", "3.1-identify", "the model is padded with zeros",
     .value = TEXT(ATA_WORD_MODEL, ATA_WORDS_MODEL), .hooks.model.response = text_nul_padded},
    {"identify-model-unprintable", "3.1-identify", "the model has a byte that is not printable",
     .hooks.model.response = model_unprintable},
    {"identify-serial-missing", "3.1-identify", "the serial number is zeros",
     .hooks.model.response = serial_missing},
    {"identify-words-big-endian", "3.1-identify",
     "the words of IDENTIFY that are numbers are big-endian",
     .hooks.model.response = words_big_endian},
    {"identify-lba48-words-big-endian", "3.1-identify", "words 100 to 103 are big-endian",
     .hooks.model.response = lba48_words_big_endian},
    {"identify-lba-missing", "3.1-identify", "word 49 bit 9 is clear",
     .hooks.model.response = lba_bit_missing},
    {"identify-word-83-invalid", "3.1-identify", "bits 15:14 of word 83 are 00",
     .hooks.model.response = word_83_invalid},
    {"identify-lba48-not-supported", "3.1-identify",
     "word 83 bit 10 is clear, word 86 bit 10 is set", .hooks.model.response = lba48_not_supported},
    {"identify-lba48-not-enabled", "3.1-identify", "word 86 bit 10 is clear, word 83 bit 10 is set",
     .hooks.model.response = lba48_not_enabled},
    {"identify-lba28-words-reversed", "3.1-identify", "words 60 and 61 are exchanged",
     .hooks.model.response = lba28_words_reversed},
    {"identify-lba28-words-missing", "3.1-identify", "words 60 and 61 are 0",
     .hooks.model.response = lba28_words_missing},
    {"identify-lba48-words-reversed", "3.1-identify", "words 100 to 103 are in reverse order",
     .hooks.model.response = lba48_words_reversed},
    {"identify-empty", "3.1-identify", "all words of IDENTIFY are 0",
     .hooks.model.response = empty},
    {"identify-one-word-late", "3.1-identify", "each word of IDENTIFY is one place too far",
     .hooks.model.response = one_word_late},
    {"identify-256-bytes", "3.1-identify", "IDENTIFY returns 256 bytes", .value = 256,
     .hooks.model.response = length_is},
    {"identify-1024-bytes", "3.1-identify", "IDENTIFY returns 1024 bytes", .value = 1024,
     .hooks.model.response = length_is},
    {"identify-range-checked", "3.1-identify",
     "IDENTIFY fails where the LBA registers are past the end",
     .hooks.model.response = range_checked},
    {"identify-lba28-over-28-bits", "3.1-identify", "words 60 and 61 hold more than 0x0FFFFFFF",
     "disk=200G", .hooks.open = lba28_over_28_bits},
    {"identify-lba48-32-bits", "3.1-identify",
     "words 102 and 103 are 0 though the capacity reaches there", "disk=3T",
     .hooks.open = lba48_32_bits},
    {"capacity-one-too-many", "3.1-capacity", "the capacity is one sector too large",
     .hooks.open = one_too_many},
    {"capacity-one-too-few", "3.1-capacity", "the capacity is one sector too small",
     .hooks.open = one_too_few},
    {"capacity-lba28-is-last-address", "3.1-capacity",
     "words 60-61 hold the last address, one less than words 100-103",
     .hooks.open = lba28_last_address},
    {"capacity-lba48-is-last-address", "3.1-capacity",
     "words 100-103 hold the last address, one less than words 60-61",
     .hooks.open = lba48_last_address},
    {"capacity-lba28-in-cylinders", "3.1-capacity",
     "words 60-61 are rounded down to whole cylinders", .hooks.open = lba28_in_cylinders},
    {"capacity-lba28-wraps", "3.1-capacity", "words 60-61 hold the low 28 bits of the capacity",
     "disk=200G", .hooks.open = lba28_wraps},
    {"capacity-lba48-stops-at-lba28", "3.1-capacity", "words 100-103 never exceed 0x0FFFFFFF",
     "disk=200G", .hooks.open = lba48_stops_at_lba28},
};

const struct family family_identify = FAMILY(deviations);
