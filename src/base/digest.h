/* SHA-256 (FIPS 180-4) over a stream of bytes and numbers. Numbers go in little-endian, of a stated width: no padding, no
 * host order. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct digest {
    uint32_t hash[8];
    uint64_t size; /* bytes so far */
    uint8_t block[64];
};

void digest_init(struct digest *digest);
void digest_bytes(struct digest *digest, const void *data, size_t size);
void digest_u64(struct digest *digest, uint64_t value);
void digest_finish(struct digest *digest, uint8_t out[32]);
