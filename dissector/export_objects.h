/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disks of a capture among Wireshark's objects to export: the beginning of each as an image,
 * what was seen behind that as runs of sectors, and a map. They are made in memory. */
#ifndef AOE_EXPORT_OBJECTS_H
#define AOE_EXPORT_OBJECTS_H

/* The image has the first OBJECT_IMAGE_SECTORS sectors of a disk. All images and runs together have
 * at most OBJECT_BYTES (growing ones take up to twice that), and there are at most OBJECTS_MOST.
 * Writes that wait for their response have at most OBJECT_WAITING bytes. */
enum {
    OBJECT_IMAGE_SECTORS = 131072,
    OBJECT_BYTES = 256 << 20,
    OBJECTS_MOST = 2000,
    OBJECT_WAITING = 64 << 20,
};

/* Registers them; returns the tap that they listen to. */
int export_objects_register(int protocol);

#endif
