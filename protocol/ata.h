/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ATA as AoE carries it: opcodes, status and error registers, IDENTIFY DEVICE. ATA/ATAPI-6. */
#ifndef AOE_ATA_H
#define AOE_ATA_H

#include "frame.h"

enum aoe_ata_opcode {
    ATA_READ = 0x20,
    ATA_READ_EXT = 0x24,
    ATA_READ_DMA_EXT = 0x25,
    ATA_WRITE = 0x30,
    ATA_WRITE_EXT = 0x34,
    ATA_WRITE_DMA_EXT = 0x35,
    ATA_VERIFY = 0x40,
    ATA_VERIFY_EXT = 0x42,
    ATA_READ_DMA = 0xC8,
    ATA_WRITE_DMA = 0xCA,
    ATA_CHECK_POWER = 0xE5,
    ATA_FLUSH = 0xE7,
    ATA_FLUSH_EXT = 0xEA,
    ATA_IDENTIFY = 0xEC,
};

enum {
    ATA_STATUS_BSY = 0x80,
    ATA_STATUS_DRDY = 0x40,
    ATA_STATUS_DF = 0x20,
    ATA_STATUS_DRQ = 0x08,
    ATA_STATUS_ERR = 0x01,
    /* The bits that say something went wrong or is not finished; clause 3.1-status. */
    ATA_STATUS_BAD = ATA_STATUS_BSY | ATA_STATUS_DF | ATA_STATUS_DRQ | ATA_STATUS_ERR,
};

enum { ATA_ERROR_ABRT = 0x04, ATA_ERROR_IDNF = 0x10, ATA_ERROR_UNC = 0x40 };

/* The first LBA that 28 bits do not reach. */
#define ATA_LBA28_END (UINT64_C(1) << 28)
#define ATA_LBA48_END (UINT64_C(1) << 48)

/* Which way the data of a command goes, seen from the initiator. */
enum ata_direction { ATA_NO_DATA, ATA_DATA_IN, ATA_DATA_OUT };

struct ata_opcode {
    uint8_t opcode;
    const char *name; /* "READ SECTORS EXT" */
    enum ata_direction direction;
    bool extended;  /* a 48-bit command */
    bool addressed; /* takes an LBA and a sector count */
};

/* The table entry of an opcode, or NULL where this suite does not know it. */
const struct ata_opcode *ata_opcode_find(uint8_t opcode);

/* Bytes of data that a command with these registers carries in `direction`: count x 512 for
 * addressed commands, 512 for IDENTIFY, 0 for the rest and for unknown opcodes. A count of 0
 * moves no data (clause 3.1-count-zero). */
size_t ata_data_bytes(const struct aoe_ata *request, enum ata_direction direction);

/* True for good status: DRDY set; BSY, DF, DRQ and ERR clear (clause 3.1-status). */
static inline bool ata_status_good(uint8_t status)
{
    return (status & ATA_STATUS_DRDY) && !(status & ATA_STATUS_BAD);
}

/* IDENTIFY DEVICE by its meaning. Texts are trimmed of the padding spaces and end with NUL. */
struct ata_identity {
    char serial[21];
    char firmware[9];
    char model[41];
    bool lba;               /* word 49 bit 9 */
    bool lba48_supported;   /* word 83 bit 10, where bits 15:14 are 01 */
    bool lba48_enabled;     /* word 86 bit 10 */
    uint32_t lba28_sectors; /* words 60-61 */
    uint64_t lba48_sectors; /* words 100-103 */
};

/* Reads the 512 bytes of an IDENTIFY response, whatever is in them; clause 3.1-identify. */
void ata_identify_decode(struct ata_identity *to, const uint8_t data[AOE_SECTOR_BYTES]);

/* Writes an identity as the 512 bytes of an IDENTIFY response: every word that `from` does not
 * name is zero, but for word 83 and 87 bits 15:14 = 01 and the flush commands in 83 and 86. */
void ata_identify_encode(const struct ata_identity *from, uint8_t data[AOE_SECTOR_BYTES]);

/* One defect in the 512 bytes, as clause 3.1-identify has them. */
struct ata_identify_defect {
    unsigned word;    /* where: word index 0..255 */
    const char *what; /* the requirement, a few words */
};

/* Looks for the first defect: text that is not printable, word 49 bit 9 clear, LBA28 capacity
 * over 0x0FFFFFFF, word 83 bits 15:14, LBA48 supported but not enabled or the reverse, the two
 * capacities disagreeing (clause 3.1-capacity). True where it found one and filled `defect`. */
bool ata_identify_defect(const uint8_t data[AOE_SECTOR_BYTES], struct ata_identify_defect *defect);

/* Sectors of the device: the LBA48 capacity where supported, else the LBA28 capacity. */
uint64_t ata_capacity(const struct ata_identity *identity);

#endif
