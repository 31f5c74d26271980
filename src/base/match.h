/* Finds a string in a stream of bytes, whatever the pieces in which it arrives. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct match {
    uint8_t *text;
    size_t size;
    size_t *border; /* [i]: how much of text's beginning text[0..i] ends with */
    size_t at;      /* how much of text the stream ends with */
};

/* A copy of the string, nothing of it seen. False: no memory. */
bool match_init(struct match *match, const char *text);
void match_free(struct match *match);

/* The next byte of the stream. True: it completes the string; what follows is looked at afresh. */
bool match_byte(struct match *match, uint8_t byte);
