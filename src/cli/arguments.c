#include "cli/arguments.h"
#include "cli/keyval.h"
#include <stdio.h>
#include <string.h>

static bool wrong(struct trapeze_error *error, const char *what, const char *why)
{
    snprintf(error->text, sizeof error->text, "%.300s: %s", what, why);
    return false;
}

static bool take(const struct argument *option, const char *value, struct trapeze_error *error)
{
    if (option->type == ARGUMENT_FLAG)
        return *(bool *)option->to = true;
    if (!value)
        return wrong(error, option->name, "needs an argument");
    if (option->type == ARGUMENT_NUMBER && !number_parse(value, option->to))
        return wrong(error, option->name, "needs a number");
    if (option->type == ARGUMENT_TEXT)
        *(const char **)option->to = value;
    return true;
}

static const struct argument *find(const struct arguments *a, const char *name)
{
    for (unsigned i = 0; i < a->options; i++)
        if (!strcmp(a->option[i].name, name))
            return &a->option[i];
    return NULL;
}

bool arguments_parse(struct arguments *a, char **argv, char ***rest, struct trapeze_error *error)
{
    a->operands = 0;
    for (; *argv && strcmp(*argv, "--") != 0; argv++) {
        const struct argument *option = find(a, *argv);
        if (option) {
            if (!take(option, argv[1], error))
                return false;
            argv += option->type != ARGUMENT_FLAG;
            continue;
        }
        if (**argv == '-' && (*argv)[1])
            return wrong(error, *argv, "no such option of this command");
        if (a->operands == a->room)
            return wrong(error, *argv, "one argument too many");
        a->operand[a->operands++] = *argv;
    }
    *rest = *argv ? argv + 1 : argv;
    return true;
}
