/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold for any frame, whoever sent it. One engine for the live run, for captures and
 * for Wireshark, so that the three cannot disagree: a rule's id is the id of its clause. */
#ifndef AOE_RULE_H
#define AOE_RULE_H

#include "frame.h"

/* One thing that does not hold, with the bytes that show it. */
struct aoe_finding {
    const char *clause; /* id in the clause table */
    const char *field;  /* what is wrong, in the words of the specification: "version" */
    size_t byte;        /* first byte of the field in the frame */
    size_t bytes;       /* length of the field; 0 where something is missing at `byte` */
    char expected[64];  /* as text: "1", "0x0", "0 (no E flag)" */
    char actual[64];
};

/* What is known beside the frame. Zero or NULL where not known: then what needs it is not
 * judged. */
struct aoe_rule_context {
    const struct aoe_frame *request; /* the request, decoded, that a response answers */
    const uint8_t *target_mac;       /* the unicast address that the target answers from */
    uint16_t shelf;                  /* the target's own address, looked at if */
    uint8_t slot;                    /* `address_known` is set */
    bool address_known;
    uint32_t mtu; /* of the link, in bytes */
};

typedef void aoe_finding_sink(void *user, const struct aoe_finding *finding);

/* Checks one frame and hands every finding to `sink`, in the order of the bytes. Judges
 * responses by 1-reserved, 1-reserved-in, 2.1-type, 2.1-padding, 2.2-version, 2.3-error,
 * 2.3-response, 2.5-address, 2.5-broadcast, 2.6-command, 2.7-tag, 2-short, 3.1-status, 3.1-data,
 * 3.2-fields, 3.2-sectors, 3.2-length, 3.3-read, 3.4-read; requests by 1-reserved, i-request,
 * i-flags. A frame with `request` in its context is judged as a response even where R is clear.
 * A frame of another Ethernet type has no findings. What a capture cut off (`wire_length`) is not
 * judged. Returns how many it found; `sink` may be NULL. */
size_t aoe_rules_check(const struct aoe_frame *frame, const struct aoe_rule_context *context,
                       aoe_finding_sink *sink, void *user);

/* What a further response breaks that no repeat explains (AOE_EXCHANGE_DUPLICATE): 2-once. For
 * those who see exchanges; aoe_rules_check sees frames. */
extern const struct aoe_finding aoe_finding_twice;

/* The ids of all rules that judge responses, and those that judge requests. */
const char *const *aoe_rules_of_responses(size_t *count);
const char *const *aoe_rules_of_requests(size_t *count);

#endif
