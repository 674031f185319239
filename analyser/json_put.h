/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting values into JSON, as all results do. */
#ifndef AOE_JSON_PUT_H
#define AOE_JSON_PUT_H

#include <jansson.h>
#include <stdint.h>

/* A number; what JSON's integers do not hold becomes the greatest of them. */
static inline json_t *integer(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static inline void put(json_t *object, const char *name, uint64_t value)
{
    json_object_set_new(object, name, integer(value));
}

/* A text, or null. */
static inline void put_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new(object, name, text ? json_string(text) : json_null());
}

#endif
