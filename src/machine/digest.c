#include "machine/library.h"
#include <string.h>

void trapeze_digest(const struct trapeze *t, uint8_t digest[32])
{
    (void)t;
    memset(digest, 0, 32);
}
