/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state file: the settings of the model, as text, safe against a crash at any moment. */
#ifndef TARGET_STATE_H
#define TARGET_STATE_H

#include <limits.h>

#include "model.h"

enum { STATE_TEXT_MAX = 16384 }; /* room for the longest state file, NUL included */

struct state {
    int directory; /* that holds the file */
    int lock;      /* of FILE.lock, held while open */
    char name[NAME_MAX + 1];
    char lock_name[NAME_MAX + 8];
    char temporary[NAME_MAX + 8];
    char path[PATH_MAX];          /* as the user gave it, for messages */
    char message[PATH_MAX + 128]; /* why the last save failed */
};

/* Reads the text of a state file. Returns 0, or -1 with "line N: what is wrong" in `message`
 * (no newline); then `to` is undefined. */
int state_parse(struct model_settings *to, const char *text, size_t length, char *message,
                size_t size);

/* Writes settings as the text of a state file. Returns its length. */
size_t state_format(const struct model_settings *from, char text[STATE_TEXT_MAX]);

/* Opens a state file for this target alone and reads it into `settings`; where there is no file,
 * `settings` stays as it is and state_save() will make one. On failure returns -1 with a line in
 * `message` that names the file: not accessible, in use by another target, or not a state file. */
int state_open(struct state *state, const char *path, struct model_settings *settings,
               char *message, size_t size);
void state_close(struct state *state);

/* Replaces the file. Returns 0 once the settings would survive a power failure, else -1 with the
 * reason in state->message; the file then holds either the old settings or these. */
int state_save(struct state *state, const struct model_settings *settings);

#endif
