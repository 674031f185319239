/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields that filters and columns know, registered with Wireshark. */
#ifndef AOE_FIELDS_H
#define AOE_FIELDS_H

#include "wireshark.h"

struct ata_fields {
    int aflags, extended, device, async, write, aflags_reserved;
    int feature, error, abrt, idnf, unc, error_other; /* one register, of request or response */
    int count, opcode;
    int status, bsy, drdy, df, drq, err, status_other;
    int lba, lba_device, lba_unused, reserved;
};

struct data_fields {
    int bytes, length, sector;
};

struct identify_fields {
    int all, word, serial, firmware, model, sectors;
    int lba, lba28_sectors, lba48, lba48_enabled, lba48_sectors;
};

struct config_fields {
    int buffer_count, firmware, sector_count, version, command, length, string, bytes;
};

struct mask_fields {
    int reserved, command, error, count;
    int directive_reserved, directive, mac;
};

struct reserve_fields {
    int command, count, mac;
};

/* Wireshark's numbers of the fields; each is described in fields.c. */
struct fields {
    int version, flags, response, flags_error, flags_reserved, error, no_error;
    int major, minor, address;
    int command, tag, argument;
    int response_in, response_to, time, time_first, retransmission_of, retransmitted_in;
    int duplicate_of, repeats;
    int rule;
    struct ata_fields ata;
    struct data_fields data;
    struct identify_fields identify;
    struct config_fields config;
    struct mask_fields mask;
    struct reserve_fields reserve;
};
extern struct fields fields;

/* And of the branches of the tree. */
struct branches {
    int message, flags, address, aflags, error, status, lba, data, identify, words, word, directive;
};
extern struct branches branches;

void fields_register(int protocol);

#endif
