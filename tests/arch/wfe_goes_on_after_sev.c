/* run: el1 el2 */
#include "common/lib.h"

void test(void)
{
    DO("sev; wfe");
    print("after sev\n");
    DO("sevl; wfe");
    print("after sevl\n");
}
