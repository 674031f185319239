/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history_notes.h"

#include <glib.h>
#include <stdlib.h>

enum { TEXT_BLOCK = 16384 };

struct kept_note {
    uint32_t number; /* of its frame */
    struct history_note note;
};

struct notes {
    struct kept_note *kept;
    size_t count, room;
    GStringChunk *texts; /* each once */
};

struct notes *notes_new(void)
{
    struct notes *notes = calloc(1, sizeof *notes);
    if (notes)
        notes->texts = g_string_chunk_new(TEXT_BLOCK);
    return notes;
}

void notes_free(struct notes *notes)
{
    if (!notes)
        return;
    g_string_chunk_free(notes->texts);
    free(notes->kept);
    free(notes);
}

static bool has_room(struct notes *notes)
{
    if (notes->count < notes->room)
        return true;
    if (notes->room == NOTES_MOST)
        return false;
    size_t room = notes->room ? notes->room * 2 : 64;
    if (room > NOTES_MOST)
        room = NOTES_MOST;
    struct kept_note *kept = realloc(notes->kept, room * sizeof *kept);
    if (!kept)
        return false;
    notes->kept = kept;
    notes->room = room;
    return true;
}

void notes_add(struct notes *notes, uint32_t number, const struct history_note *note)
{
    if (!has_room(notes))
        return;
    struct kept_note *kept = &notes->kept[notes->count++];
    kept->number = number;
    kept->note = *note;
    kept->note.expected = g_string_chunk_insert_const(notes->texts, note->expected);
    kept->note.actual = g_string_chunk_insert_const(notes->texts, note->actual);
}

/* The index of the first note about that frame or a later one. */
static size_t first_of(const struct notes *notes, uint32_t number)
{
    size_t low = 0, high = notes->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (notes->kept[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void notes_of(const struct notes *notes, uint32_t number, history_note_sink *sink, void *user)
{
    for (size_t i = first_of(notes, number); i < notes->count; i++) {
        if (notes->kept[i].number != number)
            return;
        sink(user, &notes->kept[i].note);
    }
}

size_t notes_bytes(const struct notes *notes)
{
    return notes->room * sizeof *notes->kept;
}
