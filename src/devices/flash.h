/* CFI parallel NOR flash, Intel command set 0001, as QEMU's `virt` has it: two 16-bit chips side by side on a 32-bit bus,
 * which act as one. Programming clears bits, erasing a sector sets them; both take no time. */
#pragma once
#include "bus/bus.h"

enum {
    FLASH_SIZE = 64 << 20,    /* bytes of a bank */
    FLASH_SECTOR = 256 << 10, /* bytes: both chips together */
    FLASH_SECTORS = FLASH_SIZE / FLASH_SECTOR,
    FLASH_BUFFER = 4096 /* bytes of a buffered write */
};

enum flash_reply { FLASH_ARRAY, FLASH_STATUS, FLASH_ID, FLASH_QUERY };

struct flash {
    struct device device;
    struct flash_state {
        uint8_t command; /* whose further cycles are awaited; 0: none */
        uint8_t phase;   /* of a buffered write */
        uint8_t reply;   /* enum flash_reply: what loads read */
        uint8_t status;
        uint16_t left;      /* data cycles to come, less one */
        bool begun;         /* the first of them has set buffer_at */
        uint32_t buffer_at; /* offset in the bank */
        uint8_t buffer[FLASH_BUFFER];
        uint8_t locked[FLASH_SECTORS];
    } state;
    struct bus *bus;
    pa_t base;
};

/* Puts a bank, all zero, at `base` of the bus; its contents are memory of the bus (bus_image_host). */
enum status flash_init(struct flash *flash, struct bus *bus, pa_t base);
