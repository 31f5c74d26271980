/* What `trapeze test` says: lines for people, progress on a terminal, TAP, JUnit XML. */
#pragma once
#include "tools/verdict.h"

struct suite_item {
    struct test_case c;
    struct verdict_report report;
    double seconds; /* of the wall clock */
    bool done;
};

struct suite_report {
    bool tap, terminal;
    unsigned count, done, failed, mismatched, updated;
    double seconds; /* of the whole suite */
};

void suite_report_begin(struct suite_report *report, unsigned count, bool tap);
void suite_report_item(struct suite_report *report, const struct suite_item *item);
void suite_report_end(struct suite_report *report);

/* False: it could not be written. */
bool suite_report_junit(const struct suite_report *report, const char *file, const struct suite_item *item);
