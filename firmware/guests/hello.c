/* The smallest guest: it has a processor, memory, a serial port and somebody to call. */
#include "lib.h"

int main(void)
{
    print("hello from EL1\n");
    check("CurrentEL", MRS(CurrentEL), 4);
    check("PSCI version 1.1", call(PSCI_VERSION, 0, 0, 0, 0, 0, 0).x0, 0x10001);
    check_exit("HVC's syndrome", 0x5a000000);
    check("an unknown call", call(0xc600ffff, 0, 0, 0, 0, 0, 0).x0, NOT_SUPPORTED);
    return 0;
}
