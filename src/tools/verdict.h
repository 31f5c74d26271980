/* What came of a case: the run's files, judged by what the case asks for. */
#pragma once
#include "tools/case.h"

enum verdict_kind { VERDICT_PASSED, VERDICT_FAILED, VERDICT_MISMATCH /* the trace differs from the golden one */ };

struct outcome {
    char *place; /* a folder of its own, with console, errors, trace */
    int status;  /* as wait() has it */
};

struct verdict_report {
    enum verdict_kind kind;
    bool updated; /* a golden was written anew */
    char *text;   /* lines; NULL or empty: nothing to say */
    size_t size;
};

/* Judges; update: writes goldens that differ anew, and says what changes. False: no memory. */
bool verdict_of(const struct test_case *c, const struct outcome *outcome, bool update, struct verdict_report *report);
