/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `-z aoe,srt`: service response times, a row for each ATA opcode and for each AoE command. */
#ifndef AOE_RESPONSE_TIMES_H
#define AOE_RESPONSE_TIMES_H

void response_times_register(int protocol);

#endif
