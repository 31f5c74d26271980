/* The arguments of a command: options by table, and what is left. */
#pragma once
#include "trapeze.h"

enum argument_type { ARGUMENT_FLAG, ARGUMENT_NUMBER, ARGUMENT_TEXT };

struct argument {
    const char *name; /* with its dashes */
    enum argument_type type;
    void *to; /* bool, uint64_t or const char * */
};

struct arguments {
    const struct argument *option;
    unsigned options;
    const char **operand; /* what is no option, in order */
    unsigned room;        /* of operand: more are refused */
    unsigned operands;
};

/* Parses up to the end or "--"; *rest: where the arguments behind it begin. False: *error says which is wrong. */
bool arguments_parse(struct arguments *arguments, char **argv, char ***rest, struct trapeze_error *error);
