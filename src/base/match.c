#include "base/match.h"
#include <stdlib.h>
#include <string.h>

/* The next state of Knuth, Morris and Pratt's automaton. */
static size_t advance(const struct match *m, size_t at, uint8_t byte)
{
    while (at && m->text[at] != byte)
        at = m->border[at - 1];
    return m->text[at] == byte ? at + 1 : 0;
}

bool match_init(struct match *match, const char *text)
{
    const size_t size = strlen(text);
    *match = (struct match){.size = size, .text = malloc(size + 1), .border = calloc(size + 1, sizeof(size_t))};
    if (!match->text || !match->border) {
        match_free(match);
        return false;
    }
    memcpy(match->text, text, size + 1);
    for (size_t i = 1; i < size; i++)
        match->border[i] = advance(match, match->border[i - 1], match->text[i]);
    return true;
}

void match_free(struct match *match)
{
    free(match->text);
    free(match->border);
    *match = (struct match){0};
}

bool match_byte(struct match *match, uint8_t byte)
{
    if (match->size == 0)
        return false;
    match->at = advance(match, match->at, byte);
    if (match->at < match->size)
        return false;
    match->at = 0;
    return true;
}
