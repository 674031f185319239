/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ata.h"

#include "identify.h"

static const struct ata_opcode opcodes[] = {
    {0x00, "NOP", ATA_NO_DATA, false, false},
    {ATA_READ, "READ SECTORS", ATA_DATA_IN, false, true},
    {ATA_READ_EXT, "READ SECTORS EXT", ATA_DATA_IN, true, true},
    {ATA_READ_DMA_EXT, "READ DMA EXT", ATA_DATA_IN, true, true},
    {0x27, "READ NATIVE MAX ADDRESS EXT", ATA_NO_DATA, true, false},
    {ATA_WRITE, "WRITE SECTORS", ATA_DATA_OUT, false, true},
    {ATA_WRITE_EXT, "WRITE SECTORS EXT", ATA_DATA_OUT, true, true},
    {ATA_WRITE_DMA_EXT, "WRITE DMA EXT", ATA_DATA_OUT, true, true},
    {ATA_VERIFY, "READ VERIFY SECTORS", ATA_NO_DATA, false, true},
    {ATA_VERIFY_EXT, "READ VERIFY SECTORS EXT", ATA_NO_DATA, true, true},
    {0xB0, "SMART", ATA_NO_DATA, false, false},
    {ATA_READ_DMA, "READ DMA", ATA_DATA_IN, false, true},
    {ATA_WRITE_DMA, "WRITE DMA", ATA_DATA_OUT, false, true},
    {0xE0, "STANDBY IMMEDIATE", ATA_NO_DATA, false, false},
    {0xE1, "IDLE IMMEDIATE", ATA_NO_DATA, false, false},
    {0xE2, "STANDBY", ATA_NO_DATA, false, false},
    {0xE3, "IDLE", ATA_NO_DATA, false, false},
    {ATA_CHECK_POWER, "CHECK POWER MODE", ATA_NO_DATA, false, false},
    {0xE6, "SLEEP", ATA_NO_DATA, false, false},
    {ATA_FLUSH, "FLUSH CACHE", ATA_NO_DATA, false, false},
    {ATA_FLUSH_EXT, "FLUSH CACHE EXT", ATA_NO_DATA, true, false},
    {ATA_IDENTIFY, "IDENTIFY DEVICE", ATA_DATA_IN, false, false},
    {0xEF, "SET FEATURES", ATA_NO_DATA, false, false},
    {0xF8, "READ NATIVE MAX ADDRESS", ATA_NO_DATA, false, false},
};

const struct ata_opcode *ata_opcode_find(uint8_t opcode)
{
    for (size_t i = 0; i < sizeof opcodes / sizeof opcodes[0]; i++)
        if (opcodes[i].opcode == opcode)
            return &opcodes[i];
    return NULL;
}

size_t ata_data_bytes(const struct aoe_ata *request, enum ata_direction direction)
{
    const struct ata_opcode *entry = ata_opcode_find(request->opcode);
    if (!entry || entry->direction != direction || direction == ATA_NO_DATA)
        return 0;
    return entry->addressed ? (size_t)request->count * AOE_SECTOR_BYTES : AOE_SECTOR_BYTES;
}

static uint16_t word(const uint8_t *data, unsigned index)
{
    struct aoe_cursor cursor = aoe_cursor(data, AOE_SECTOR_BYTES);
    aoe_take(&cursor, (size_t)index * 2);
    return aoe_take_le16(&cursor);
}

static void set_word(uint8_t *data, unsigned index, uint16_t value)
{
    data[index * 2] = (uint8_t)value;
    data[index * 2 + 1] = (uint8_t)(value >> 8);
}

/* Text words hold their first character in the high byte. */
static void text_decode(char *to, size_t size, const uint8_t *data, unsigned first)
{
    size_t length = size - 1;
    for (size_t i = 0; i < length; i++)
        to[i] = (char)data[first * 2 + (i ^ 1)];
    while (length && (to[length - 1] == ' ' || to[length - 1] == '\0'))
        length--;
    to[length] = '\0';
}

static void text_encode(uint8_t *data, unsigned first, size_t size, const char *from)
{
    size_t length = strnlen(from, size - 1);
    for (size_t i = 0; i < size - 1; i++)
        data[first * 2 + (i ^ 1)] = i < length ? (uint8_t)from[i] : ' ';
}

void ata_identify_decode(struct ata_identity *to, const uint8_t data[AOE_SECTOR_BYTES])
{
    uint16_t supported = word(data, ATA_WORD_SUPPORTED);
    text_decode(to->serial, sizeof to->serial, data, ATA_WORD_SERIAL);
    text_decode(to->firmware, sizeof to->firmware, data, ATA_WORD_FIRMWARE);
    text_decode(to->model, sizeof to->model, data, ATA_WORD_MODEL);
    to->lba = word(data, ATA_WORD_CAPABILITIES) & ATA_BIT_LBA;
    to->lba48_supported =
        (supported & ATA_BITS_VALID) == ATA_BITS_ARE_VALID && (supported & ATA_BIT_LBA48);
    to->lba48_enabled = word(data, ATA_WORD_ENABLED) & ATA_BIT_LBA48;
    to->lba28_sectors = word(data, ATA_WORD_LBA28) | (uint32_t)word(data, ATA_WORD_LBA28 + 1) << 16;
    to->lba48_sectors = 0;
    for (unsigned i = 0; i < 4; i++)
        to->lba48_sectors |= (uint64_t)word(data, ATA_WORD_LBA48 + i) << (16 * i);
}

void ata_identify_encode(const struct ata_identity *from, uint8_t data[AOE_SECTOR_BYTES])
{
    const uint16_t flush = ATA_BIT_FLUSH | ATA_BIT_FLUSH_EXT;
    memset(data, 0, AOE_SECTOR_BYTES);
    text_encode(data, ATA_WORD_SERIAL, sizeof from->serial, from->serial);
    text_encode(data, ATA_WORD_FIRMWARE, sizeof from->firmware, from->firmware);
    text_encode(data, ATA_WORD_MODEL, sizeof from->model, from->model);
    set_word(data, ATA_WORD_CAPABILITIES, from->lba ? ATA_BIT_LBA : 0);
    set_word(data, ATA_WORD_SUPPORTED,
             (uint16_t)(ATA_BITS_ARE_VALID | flush | (from->lba48_supported ? ATA_BIT_LBA48 : 0)));
    set_word(data, ATA_WORD_ENABLED, (uint16_t)(flush | (from->lba48_enabled ? ATA_BIT_LBA48 : 0)));
    set_word(data, ATA_WORD_DEFAULT, ATA_BITS_ARE_VALID);
    set_word(data, ATA_WORD_LBA28, (uint16_t)from->lba28_sectors);
    set_word(data, ATA_WORD_LBA28 + 1, (uint16_t)(from->lba28_sectors >> 16));
    for (unsigned i = 0; i < 4; i++)
        set_word(data, ATA_WORD_LBA48 + i, (uint16_t)(from->lba48_sectors >> (16 * i)));
}

static bool text_defect(const uint8_t *data, unsigned first, unsigned words, unsigned *where)
{
    for (unsigned i = 0; i < words * 2; i++) {
        uint8_t c = data[first * 2 + i];
        if (c < 0x20 || c > 0x7E) {
            *where = first + i / 2;
            return true;
        }
    }
    return false;
}

static bool capacities_agree(const struct ata_identity *id)
{
    uint64_t most = ATA_LBA28_END - 1;
    return id->lba28_sectors == (id->lba48_sectors < most ? id->lba48_sectors : most);
}

bool ata_identify_defect(const uint8_t data[AOE_SECTOR_BYTES], struct ata_identify_defect *defect)
{
    struct ata_identity id;
    ata_identify_decode(&id, data);
    if (text_defect(data, ATA_WORD_SERIAL, 10, &defect->word) ||
        text_defect(data, ATA_WORD_FIRMWARE, 4, &defect->word) ||
        text_defect(data, ATA_WORD_MODEL, 20, &defect->word))
        defect->what = "text is printable and padded with spaces";
    else if (!id.lba)
        *defect = (struct ata_identify_defect){ATA_WORD_CAPABILITIES, "bit 9 (LBA) is set"};
    else if (id.lba28_sectors >= ATA_LBA28_END)
        *defect = (struct ata_identify_defect){ATA_WORD_LBA28, "LBA28 capacity fits 28 bits"};
    else if ((word(data, ATA_WORD_SUPPORTED) & ATA_BITS_VALID) != ATA_BITS_ARE_VALID)
        *defect = (struct ata_identify_defect){ATA_WORD_SUPPORTED, "bits 15:14 are 01"};
    else if (id.lba48_supported != id.lba48_enabled)
        *defect = (struct ata_identify_defect){ATA_WORD_ENABLED, "bit 10 (LBA48) is as in word 83"};
    else if (id.lba48_supported && !capacities_agree(&id))
        *defect = (struct ata_identify_defect){ATA_WORD_LBA48, "capacity agrees with words 60-61"};
    else
        return false;
    return true;
}

uint64_t ata_capacity(const struct ata_identity *identity)
{
    return identity->lba48_supported ? identity->lba48_sectors : identity->lba28_sectors;
}
