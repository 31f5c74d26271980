/* Devices of 32-bit registers: accesses of any width and alignment come down to whole words. The register is the one that
 * the first byte lies in; bytes keep their lanes; what would reach into the next word is dropped, but for 8 bytes. */
#pragma once
#include "base/bits.h"
#include "bus/device.h"

typedef uint32_t mmio_read_fn(struct device *device, uint64_t offset, struct transaction t);
typedef void mmio_write_fn(struct device *device, uint64_t offset, uint32_t value, struct transaction t);

static inline uint64_t mmio_read(struct device *device, uint64_t offset, struct transaction t, mmio_read_fn *read)
{
    const uint64_t word = align_down(offset, 4);
    uint64_t value = read(device, word, t);
    if (t.size == 8)
        value |= (uint64_t)read(device, word + 4, t) << 32;
    return value >> 8 * (offset - word);
}

static inline void mmio_write(struct device *device, uint64_t offset, uint64_t value, struct transaction t,
                              mmio_write_fn *write)
{
    const uint64_t word = align_down(offset, 4);
    value <<= 8 * (offset - word);
    write(device, word, (uint32_t)value, t);
    if (t.size == 8)
        write(device, word + 4, (uint32_t)(value >> 32), t);
}

/* The eight identification registers of a PrimeCell, at the end of its 4 KiB: `part` is its three-digit number. */
static inline bool is_primecell_id(uint64_t offset)
{
    return offset >= 0xfe0 && offset < 0x1000;
}

static inline uint32_t primecell_id(uint64_t offset, unsigned part, unsigned revision)
{
    const uint8_t id[] = {(uint8_t)part, (uint8_t)(0x10 | part >> 8), (uint8_t)(revision << 4 | 4), 0, 0x0d, 0xf0, 0x05,
                          0xb1};
    return id[(offset - 0xfe0) / 4];
}
