/* PrimeCell real time clock PL031 (DDI 0224): seconds since 1970, which begin at a fixed date and pass with modelled
 * time. */
#pragma once
#include "bus/device.h"
#include "bus/events.h"
#include "bus/irq.h"

#define RTC_EPOCH UINT32_C(1704067200) /* 2024-01-01 00:00:00 UTC: when cycle 0 is */

struct pl031 {
    struct device device;
    struct pl031_state {
        uint32_t offset; /* seconds that the counter is ahead of modelled time */
        uint32_t lr, mr, imsc, ris;
        bool armed; /* MR has been written: the match is to come */
    } state;
    struct pl031_wiring {
        struct events *events;      /* in which the match waits */
        void (*asked)(void *owner); /* called when it has been put there; NULL: nobody asks */
        void *owner;
        uint64_t clock; /* cycles a second */
        struct irq_line irq;
    } wiring;
};

void pl031_init(struct pl031 *rtc, const struct pl031_wiring *wiring);
