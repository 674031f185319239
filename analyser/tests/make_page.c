/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads {"captures": [{"name", "files", "result"}, ...]} from standard input, and writes its page.
 */
#include <stdlib.h>

#include "analyser/page.h"

enum { CAPTURES = 2, FILES = 16 };

struct capture {
    struct page_file files[FILES];
    size_t file_count;
};

static int read_file(const json_t *json, struct page_file *file)
{
    json_int_t first, frames;
    if (json_unpack((json_t *)json, "{s:s, s:I, s:I}", "name", &file->name, "first_frame", &first,
                    "frames", &frames))
        return -1;
    file->first_frame = (uint64_t)first;
    file->frames = (uint64_t)frames;
    return 0;
}

static int read_capture(const json_t *json, struct capture *capture, struct page_capture *page)
{
    json_t *files;
    json_t *result;
    if (json_unpack((json_t *)json, "{s:s, s:o, s:o}", "name", &page->name, "files", &files,
                    "result", &result))
        return -1;
    for (; capture->file_count < json_array_size(files); capture->file_count++)
        if (capture->file_count == FILES || read_file(json_array_get(files, capture->file_count),
                                                      &capture->files[capture->file_count]))
            return -1;
    page->files = capture->files;
    page->file_count = capture->file_count;
    page->write = page_json;
    page->of = result;
    return 0;
}

static int write_document(const json_t *document)
{
    struct capture captures[CAPTURES] = {0};
    struct page_capture pages[CAPTURES];
    const json_t *list = json_object_get(document, "captures");
    size_t count = json_array_size(list);
    for (size_t i = 0; i < count; i++)
        if (i == CAPTURES || read_capture(json_array_get(list, i), &captures[i], &pages[i]))
            return -1;
    return page_write(stdout, pages, count);
}

int main(void)
{
    json_error_t error;
    json_t *document = json_loadf(stdin, 0, &error);
    if (!document || write_document(document)) {
        fprintf(stderr, "make_page: %s\n", document ? "no page" : error.text);
        return EXIT_FAILURE;
    }
    json_decref(document);
    return EXIT_SUCCESS;
}
