/* run: el1 el2 */
#include "common/lib.h"

static void identify(const char *name, u64 base)
{
    print(name);
    show(" base", base);
    for (u64 offset = 0xfe0; offset < 0x1000; offset += 4)
        show("id", read32(base + offset) & 0xff);
}

void test(void)
{
    identify("PL011", 0x09000000);
    identify("PL031", 0x09010000);
    for (u64 slot = 0; slot < 32; slot += 31) {
        const u64 base = 0x0a000000 + slot * 0x200;
        show("virtio magic", read32(base));
        show("virtio version", read32(base + 4));
        show("virtio device", read32(base + 8));
    }
    show("flash", read32(0));
    show("device tree magic", read32(0x40000000));
    read32(0x70000000000ul); /* nothing there */
    write32(0x0e000000, 1);
}
