/* What a struct trapeze is: the machine, and what its user has asked of it. Of libtrapeze alone. */
#pragma once
#include "machine/inspect.h"
#include "machine/symbols.h"
#include "machine/virt.h"
#include "trapeze.h"

struct trapeze {
    struct virt virt;
    struct inspect inspect; /* break- and watchpoints, events; owns cpu_single and cluster.trace */
    struct symbols symbols; /* of the images loaded */
};
