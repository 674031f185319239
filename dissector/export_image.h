/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sparse images of the disks of a capture, written to a folder: `-z aoe,image,FOLDER[,FILTER]`. */
#ifndef AOE_EXPORT_IMAGE_H
#define AOE_EXPORT_IMAGE_H

/* Disks beyond so many have no image; runs of sectors beyond so many, of all disks together, are
 * not kept (100 bytes each); nor more bytes of writes that wait for their response. */
enum { EXPORT_DISKS = 256, EXPORT_RUNS = 2000000, EXPORT_WAITING = 64 << 20 };

/* Registers it, when taps are. */
void export_image_listen(void);

#endif
