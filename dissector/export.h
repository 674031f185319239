/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sectors that were seen on the wire, as disk images: `-z aoe,image,FOLDER` writes files while
 * the capture is read, Wireshark's "Export Objects" offers them for saving. */
#ifndef AOE_EXPORT_H
#define AOE_EXPORT_H

#include "tap.h"

/* Registers the objects of a protocol, while that is registered. */
void export_register(int protocol);

/* Registers `-z aoe,image,FOLDER[,FILTER]`, when taps are. */
void export_listen(void);

/* Hands a frame to whoever exports objects: beside the tap "aoe". */
void export_queue(packet_info *packet, const struct aoe_tap *tap);

#endif
