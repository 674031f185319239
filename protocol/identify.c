/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "identify.h"

static const struct {
    uint8_t first, last;
    const char *name;
} words[] = {
    {0, 0, "general configuration"},
    {1, 1, "cylinders"},
    {2, 2, "specific configuration"},
    {3, 3, "heads"},
    {6, 6, "sectors per track"},
    {ATA_WORD_SERIAL, ATA_WORD_SERIAL + ATA_WORDS_SERIAL - 1, "serial number"},
    {ATA_WORD_FIRMWARE, ATA_WORD_FIRMWARE + ATA_WORDS_FIRMWARE - 1, "firmware revision"},
    {ATA_WORD_MODEL, ATA_WORD_MODEL + ATA_WORDS_MODEL - 1, "model number"},
    {47, 47, "most sectors of a multiple transfer"},
    {49, 50, "capabilities"},
    {53, 53, "which other words are valid"},
    {54, 54, "current cylinders"},
    {55, 55, "current heads"},
    {56, 56, "current sectors per track"},
    {57, 58, "current capacity in sectors"},
    {59, 59, "sectors of a multiple transfer"},
    {ATA_WORD_LBA28, ATA_WORD_LBA28 + ATA_WORDS_LBA28 - 1, "sectors by 28-bit addresses"},
    {63, 63, "multiword DMA modes"},
    {64, 64, "PIO modes"},
    {65, 65, "shortest multiword DMA cycle"},
    {66, 66, "recommended multiword DMA cycle"},
    {67, 67, "shortest PIO cycle without flow control"},
    {68, 68, "shortest PIO cycle with IORDY"},
    {75, 75, "queue depth"},
    {80, 80, "major version"},
    {81, 81, "minor version"},
    {82, 84, "command sets supported"},
    {85, 86, "command sets enabled"},
    {87, 87, "command set defaults"},
    {88, 88, "Ultra DMA modes"},
    {89, 89, "time of a security erase"},
    {90, 90, "time of an enhanced security erase"},
    {91, 91, "advanced power management"},
    {92, 92, "master password revision"},
    {93, 93, "result of the hardware reset"},
    {94, 94, "acoustic management"},
    {ATA_WORD_LBA48, ATA_WORD_LBA48 + ATA_WORDS_LBA48 - 1, "sectors by 48-bit addresses"},
    {106, 106, "physical and logical sector size"},
    {108, 111, "world wide name"},
    {117, 118, "words per logical sector"},
    {127, 127, "media status notification"},
    {128, 128, "security status"},
    {160, 160, "CFA power mode"},
    {176, 205, "media serial number"},
    {255, 255, "integrity"},
};

const char *ata_identify_word(unsigned index)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (index >= words[i].first && index <= words[i].last)
            return words[i].name;
    return NULL;
}
