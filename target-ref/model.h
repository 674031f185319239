/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reference target as a pure function: state and request in, response or silence out. What it
 * needs of the world (a disk, somewhere to keep its settings) it is given as callbacks. */
#ifndef TARGET_MODEL_H
#define TARGET_MODEL_H

#include "protocol/ata.h"

enum {
    MODEL_BUFFER_COUNT = 16, /* unless told otherwise */
    MODEL_FIRMWARE = 1,      /* the same */
    MODEL_MTU_MIN = 534,     /* carries one sector: 36 + 512 bytes without the Ethernet header */
};

struct model_list {
    uint8_t count;
    uint8_t mac[AOE_LIST_MAX][AOE_MAC_BYTES];
};

/* What initiators change and what outlives a restart. */
struct model_settings {
    uint16_t length; /* of the config string, 0 to 1024 */
    uint8_t string[AOE_STRING_MAX];
    struct model_list masks;
    struct model_list reserves;
};

/* The media. The functions return 0, or -1 on an I/O error; the model never asks for sectors
 * outside 0..sectors-1. */
struct model_disk {
    void *user;
    uint64_t sectors;
    int (*read)(void *user, uint64_t lba, size_t count, void *to);
    int (*write)(void *user, uint64_t lba, size_t count, const void *from);
    int (*flush)(void *user);
};

/* Where settings are kept. `save` returns 0 once they are safe, else -1: then the change is not
 * made. NULL: they are kept in memory only. */
struct model_store {
    void *user;
    int (*save)(void *user, const struct model_settings *settings);
};

struct model;

/* Callbacks around the steps of an answer, in their order: for targets that are to be wrong in one
 * thing. NULL passes through. */
struct model_hooks {
    void *user;
    /* Changes what the model takes the frame for. */
    void (*request)(void *user, struct model *model, struct aoe_frame *request);
    /* Whether to answer, given what the model thinks of it. */
    bool (*accept)(void *user, struct model *model, const struct aoe_frame *request, bool accepted);
    /* In place of model_carry_out(), which it may call, with what it likes, or not. */
    enum aoe_error (*carry_out)(void *user, struct model *model, const struct aoe_frame *request,
                                struct aoe_frame *response, bool *silent);
    /* Changes the response, its error included, or its mind about sending it. */
    void (*response)(void *user, struct model *model, const struct aoe_frame *request,
                     struct aoe_frame *response, bool *silent);
    /* Changes the bytes, of which there is room for AOE_FRAME_MAX. Returns their new length. */
    size_t (*bytes)(void *user, struct model *model, const struct aoe_frame *request,
                    uint8_t *response, size_t length);
};

struct model {
    uint16_t shelf;
    uint8_t slot;
    uint8_t mac[AOE_MAC_BYTES];
    uint32_t mtu; /* of the link, in bytes */
    uint16_t buffer_count;
    uint16_t firmware; /* the firmware version of a config response */
    bool read_only;
    struct ata_identity identity;
    struct model_settings settings;
    struct model_disk disk;
    struct model_store store;
    struct model_hooks hooks;
    uint8_t payload[AOE_FRAME_MAX]; /* room for the payload of one response */
};

/* Makes a target with an empty config string and empty lists. MTU, MAC, buffer count (16),
 * firmware version (1), read_only, settings, store and hooks are the caller's to set in the struct
 * afterwards. */
void model_init(struct model *model, uint16_t shelf, uint8_t slot, const struct model_disk *disk);

/* Gives the target another medium, of another size perhaps. 48 bits count up to 2^48 - 1 sectors;
 * what a larger medium has more is out of reach. */
void model_set_disk(struct model *model, const struct model_disk *disk);

/* Sectors per command that the MTU carries, at most 255 (clause 3.2-sectors). 0 below
 * MODEL_MTU_MIN: such a target answers nothing, as 0 on the wire would mean 2. */
uint8_t model_sector_count(const struct model *model);

/* Answers one frame of any content. Returns the length of the response in bytes, 60 or more,
 * or 0 for silence. */
size_t model_answer(struct model *model, struct aoe_span frame, uint8_t response[AOE_FRAME_MAX]);

/* Carries a request out that is for this target, and completes `response`, which holds the words of
 * the request. Returns the error to answer with, or sets `*silent` where there is no answer. */
enum aoe_error model_carry_out(struct model *model, const struct aoe_frame *request,
                               struct aoe_frame *response, bool *silent);

/* Puts an error, or none, into a response. */
void model_set_error(struct aoe_frame *response, enum aoe_error error);

/* Builds the broadcast that tells initiators of this target (clause 3.2-announce). Returns its
 * length, or 0 where the MTU does not carry it. */
size_t model_advert(const struct model *model, uint8_t advert[AOE_FRAME_MAX]);

/* Adds an address unless it is there. False where the list is full. */
bool model_list_add(struct model_list *list, const uint8_t mac[AOE_MAC_BYTES]);

/* True where the list holds the address. */
bool model_list_has(const struct model_list *list, const uint8_t mac[AOE_MAC_BYTES]);

#endif
