/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the words of IDENTIFY DEVICE are, for people who read all of them. */
#ifndef AOE_IDENTIFY_H
#define AOE_IDENTIFY_H

#include "frame.h"

enum { ATA_IDENTIFY_WORDS = AOE_SECTOR_BYTES / 2 };

/* The words that the suite itself reads: the first of each, and how many. */
enum {
    ATA_WORD_SERIAL = 10,
    ATA_WORDS_SERIAL = 10,
    ATA_WORD_FIRMWARE = 23,
    ATA_WORDS_FIRMWARE = 4,
    ATA_WORD_MODEL = 27,
    ATA_WORDS_MODEL = 20,
    ATA_WORD_CAPABILITIES = 49,
    ATA_WORD_LBA28 = 60,
    ATA_WORDS_LBA28 = 2,
    ATA_WORD_SUPPORTED = 83,
    ATA_WORD_ENABLED = 86,
    ATA_WORD_DEFAULT = 87,
    ATA_WORD_LBA48 = 100,
    ATA_WORDS_LBA48 = 4,
};

/* Bits in word 49, in words 83 and 86, and what bits 15:14 of words 83 and 87 must be. */
enum {
    ATA_BIT_LBA = 1 << 9,
    ATA_BIT_LBA48 = 1 << 10,
    ATA_BIT_FLUSH = 1 << 12,
    ATA_BIT_FLUSH_EXT = 1 << 13,
    ATA_BITS_VALID = 0xC000,
    ATA_BITS_ARE_VALID = 0x4000,
};

/* The name of a word, 0 to 255: ATA/ATAPI-6, and of ATA/ATAPI-7 what tells sector sizes and the
 * world wide name. NULL for words that are reserved, retired or the vendor's. */
const char *ata_identify_word(unsigned index);

#endif
