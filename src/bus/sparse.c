#include "bus/sparse.h"
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256 }; /* powers of two */

struct bus_sparse {
    struct sparse_page **slot; /* open addressing */
    uint64_t slots, used;
};

static uint64_t hash(uint64_t number)
{
    return number * UINT64_C(0x9e3779b97f4a7c15) >> 20;
}

/* Where a page is, or would go. */
static struct sparse_page **find(const struct bus_sparse *s, uint64_t number)
{
    uint64_t i = hash(number) % s->slots;
    while (s->slot[i] && s->slot[i]->number != number)
        i = (i + 1) % s->slots;
    return &s->slot[i];
}

static bool grow(struct bus_sparse *s)
{
    struct bus_sparse bigger = {calloc(2 * s->slots, sizeof *s->slot), 2 * s->slots, s->used};
    if (!bigger.slot)
        return false;
    for (uint64_t i = 0; i < s->slots; i++)
        if (s->slot[i])
            *find(&bigger, s->slot[i]->number) = s->slot[i];
    free(s->slot);
    *s = bigger;
    return true;
}

struct bus_sparse *sparse_new(void)
{
    struct bus_sparse *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    *s = (struct bus_sparse){calloc(FIRST_SLOTS, sizeof *s->slot), FIRST_SLOTS, 0};
    if (s->slot)
        return s;
    free(s);
    return NULL;
}

void sparse_free(struct bus_sparse *s)
{
    if (!s)
        return;
    for (uint64_t i = 0; i < s->slots; i++)
        free(s->slot[i]);
    free(s->slot);
    free(s);
}

struct sparse_page *sparse_get(struct bus_sparse *s, pa_t address)
{
    const uint64_t number = address.raw >> PAGE_SHIFT;
    struct sparse_page **slot = find(s, number);
    if (*slot)
        return *slot;
    if (2 * s->used >= s->slots) {
        if (!grow(s))
            return NULL;
        slot = find(s, number);
    }
    *slot = calloc(1, sizeof **slot);
    if (!*slot)
        return NULL;
    (*slot)->number = number;
    s->used++;
    return *slot;
}

void sparse_clear(struct bus_sparse *s)
{
    for (uint64_t i = 0; i < s->slots; i++) {
        free(s->slot[i]);
        s->slot[i] = NULL;
    }
    s->used = 0;
}
