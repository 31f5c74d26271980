#include "words.h"
#include "../refhyp/decode.h"

uint32_t words_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 32);
}

static bool contains(const char *letters, char letter)
{
    while (*letters && *letters != letter)
        letters++;
    return *letters;
}

/* The bits of a class's text that are one of `letters`. */
static uint32_t bits_of(const char *text, const char *letters)
{
    uint32_t found = 0;
    for (unsigned bit = 32; *text; text++)
        if (*text != ' ')
            found |= (uint32_t)contains(letters, *text) << --bit;
    return found;
}

/* The next combination of the class, or the next class. */
static void advance(struct words *w, uint32_t shape)
{
    w->n = 0;
    w->shape = (w->shape - shape) & shape; /* counts in these bits alone */
    w->class += w->shape == 0;
}

bool words_next(struct words *w, uint32_t *word)
{
    const char *text = access_class(w->class);
    if (!text)
        return false;
    const uint32_t shape = bits_of(text, "zovLpwqcsre"), free = bits_of(text, "tunmi");
    *word = bits_of(text, "1") | w->shape | (words_random(&w->seed) & free);
    if (words_random(&w->seed) % 4)
        *word |= bits_of(text, "x") & ~UINT32_C(0x8000); /* should be one; bit 15 is the order of accesses */
    else
        *word |= words_random(&w->seed) & bits_of(text, "x");
    if (++w->n >= w->times)
        advance(w, shape);
    return true;
}
