/* QEMU's option arguments: "first,key=value,key=value", where ",," is a comma, and sizes such as 512M. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keyval {
    const char *key;   /* NULL: there is no more; "" for an item without '=' */
    const char *value; /* of an item without '=': the item */
};

/* Takes the next item off *rest, a string that it changes. */
struct keyval keyval_next(char **rest);

/* A number: decimal, 0x..., or octal. False: it is none, or does not fit. */
bool number_parse(const char *text, uint64_t *value);

/* A number with K, M, G or T behind it, or nothing: then times `unit`. */
bool size_parse(const char *text, uint64_t unit, uint64_t *bytes);

/* "on", "yes", "true", "off", "no", "false". */
bool switch_parse(const char *text, bool *on);

/* How many letters have to change to make one word of the other (Levenshtein); words are cut at 63 letters. */
unsigned edit_distance(const char *a, const char *b);
