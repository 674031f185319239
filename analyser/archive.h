/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values in a compressed file, one after the other. The same calls write them and read them back,
 * so what is written and what is read cannot differ. */
#ifndef AOE_ARCHIVE_H
#define AOE_ARCHIVE_H

#include "protocol/cursor.h"

struct archive;

/* Begins a new file, which replaces `path` when archive_close succeeds; or opens one to read, of
 * any compression that input.h knows, or "-". NULL and one line in `error`. */
struct archive *archive_create(const char *path, char *error, size_t error_size);
struct archive *archive_open(const char *path, char *error, size_t error_size);

/* Ends the file. -1 and one line in `error` where anything since the beginning failed, or where
 * `keep` is false; a file that was being written is then gone. */
int archive_close(struct archive *archive, bool keep, char *error, size_t error_size);

bool archive_reads(const struct archive *archive);

/* Notes that the values make no sense: nothing is read or written from here on, and zeros come. */
void archive_reject(struct archive *archive, const char *what);

/* True while all is well. */
bool archive_good(const struct archive *archive);

/* Each writes what it points to, or reads into it. What is read lies in the range of its type, and
 * archive_number within 0..`most`; else the archive is rejected and the value is 0. */
void archive_u64(struct archive *archive, uint64_t *value);
void archive_i64(struct archive *archive, int64_t *value);
void archive_u32(struct archive *archive, uint32_t *value);
void archive_u16(struct archive *archive, uint16_t *value);
void archive_u8(struct archive *archive, uint8_t *value);
void archive_bool(struct archive *archive, bool *value);
void archive_wide(struct archive *archive, unsigned __int128 *value);
void archive_size(struct archive *archive, size_t *value, size_t most);
void archive_bytes(struct archive *archive, void *bytes, size_t length);

/* An array in which most are 0. */
void archive_sparse(struct archive *archive, uint64_t *values, size_t count);

/* Bytes that must be there as they are: a mark in the file. */
void archive_mark(struct archive *archive, const char *mark);

#endif
