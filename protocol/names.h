/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values as text, the same words in every report, in the analyser and in the dissector. */
#ifndef AOE_NAMES_H
#define AOE_NAMES_H

#include "ata.h"

/* Names of single values: lower-case words of the specification. Never NULL: a value without a
 * name is "unknown", and the caller prints the number beside it. */
const char *aoe_name_command(uint8_t command);
const char *aoe_name_error(uint8_t error);
const char *aoe_name_ccmd(uint8_t ccmd);
const char *aoe_name_mcmd(uint8_t mcmd);
const char *aoe_name_dcmd(uint8_t dcmd);
const char *aoe_name_merror(uint8_t merror);
const char *aoe_name_rcmd(uint8_t rcmd);
const char *aoe_name_opcode(uint8_t opcode);

/* Bits as text: the set bits by name with spaces between, "0" for none, unknown bits as hex.
 * Text that does not fit `size` is cut; returns `to`. */
char *aoe_name_status(char *to, size_t size, uint8_t status);
char *aoe_name_ata_error(char *to, size_t size, uint8_t error);

/* Room for the longest of the texts below, NUL included. */
enum { AOE_ADDRESS_TEXT = 16, AOE_MAC_TEXT = 18 };

/* "e0.1"; the broadcast values as "*". Returns `to`. */
char *aoe_address_text(char to[AOE_ADDRESS_TEXT], uint16_t shelf, uint8_t slot);

/* "02:00:00:00:00:01". Returns `to`. */
char *aoe_mac_text(char to[AOE_MAC_TEXT], const uint8_t mac[AOE_MAC_BYTES]);

/* Reads "eSHELF.SLOT" (shelf 0..65534, slot 0..254), nothing before or after it. False and
 * nothing written for other text. */
bool aoe_address_parse(const char *text, uint16_t *shelf, uint8_t *slot);

/* Reads six pairs of hex digits with colons, or twelve digits without. False and nothing
 * written for other text. */
bool aoe_mac_parse(const char *text, uint8_t mac[AOE_MAC_BYTES]);

/* Bytes as quoted text, "\x00" for what is not printable, '\"' and '\\' escaped; cut with "..."
 * where it does not fit `size` (at least 8). Returns `to`. */
char *aoe_quote(char *to, size_t size, struct aoe_span bytes);

#endif
