/* Events as lines of text, for people to read and for diff(1) to compare. */
#pragma once
#include "tools/record.h"
#include <stdio.h>

struct lines;

/* NULL: no memory. */
struct lines *lines_new(void);
void lines_free(struct lines *lines); /* NULL is allowed */

/* One event, without the end of the line. r->symbol is used, r->number is not. */
void lines_put(const struct lines *lines, FILE *to, const struct record *r);
