/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame as text for people. */
#ifndef AOE_PRINT_H
#define AOE_PRINT_H

#include "frame.h"
#include "text.h"

/* One line, without a newline, such as
 *   "e0.1 config set request, tag 0x00000007, length 4 \"beta\""
 *   "e0.1 ATA response, tag 0x00000008, count 0, status DRDY, LBA 5, 1024 bytes of data"
 * The opcode of an ATA response is not in the frame: `request` (may be NULL) adds it. Says
 * where a frame is cut, and which reserved bits are set. Text that does not fit `size` is cut
 * with NUL at its end; returns `to`. */
char *aoe_print_line(char *to, size_t size, const struct aoe_frame *frame,
                     const struct aoe_frame *request);

/* Bytes of data that belong to an ATA message, as far as they were captured. Where the request of a
 * response is not known (NULL), a payload within the padding of a short frame is not called data.
 */
size_t aoe_print_data_bytes(const struct aoe_frame *frame, const struct aoe_frame *request);

/* Adds " name", or " 0x.." for a value that names.h calls unknown. */
void aoe_print_name(struct aoe_text *text, const char *name, uint8_t value);

/* Adds the sub-command of a config, mask or reserve message: " force-set". */
void aoe_print_subcommand(struct aoe_text *text, const struct aoe_frame *frame);

/* One row of a hex dump, without a newline: offset, up to 16 bytes from `offset` of `bytes` in
 * hex and as ASCII. Room: AOE_DUMP_TEXT. False (and an empty text) where `offset` is not inside. */
enum { AOE_DUMP_TEXT = 80 };
bool aoe_print_dump_row(char to[AOE_DUMP_TEXT], struct aoe_span bytes, size_t offset);

#endif
