/* PrimeCell GPIO PL061 (DDI 0190). Nothing is connected to its eight pins: an input reads as zero. */
#pragma once
#include "bus/device.h"
#include "bus/irq.h"

struct pl061 {
    struct device device;
    struct pl061_state {
        uint32_t data, dir, is, ibe, iev, ie, afsel;
    } state;
    struct irq_line irq;
};

void pl061_init(struct pl061 *gpio, struct irq_line irq);
