#include "cli/keyval.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct keyval keyval_next(char **rest)
{
    char *item = *rest, *from = item, *to = item;
    if (!item || !*item)
        return (struct keyval){NULL, NULL};
    while (*from && (*from != ',' || from[1] == ',')) {
        from += *from == ',';
        *to++ = *from++;
    }
    *rest = *from ? from + 1 : from;
    *to = '\0';
    char *equals = strchr(item, '=');
    if (!equals)
        return (struct keyval){"", item};
    *equals = '\0';
    return (struct keyval){item, equals + 1};
}

bool number_parse(const char *text, uint64_t *value)
{
    char *end;
    errno = 0;
    *value = strtoull(text, &end, 0);
    return isdigit((unsigned char)*text) && !*end && !errno;
}

bool size_parse(const char *text, uint64_t unit, uint64_t *bytes)
{
    static const char letters[] = "KMGT";
    char *end;
    errno = 0;
    const uint64_t number = strtoull(text, &end, 0);
    if (!isdigit((unsigned char)*text) || errno)
        return false;
    if (*end) {
        const char *letter = strchr(letters, toupper((unsigned char)*end));
        if (!letter || (end[1] && strcasecmp(end + 1, "b") && strcasecmp(end + 1, "ib")))
            return false;
        unit = UINT64_C(1) << 10 * (letter - letters + 1);
    }
    *bytes = number * unit;
    return number <= UINT64_MAX / unit;
}

bool switch_parse(const char *text, bool *on)
{
    static const char *const words[] = {"off", "on", "no", "yes", "false", "true"};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]))
            continue;
        *on = i % 2;
        return true;
    }
    return false;
}

unsigned edit_distance(const char *a, const char *b)
{
    enum { LETTERS = 64 };
    unsigned row[LETTERS];
    const size_t rows = strnlen(a, LETTERS - 1), columns = strnlen(b, LETTERS - 1);
    for (unsigned j = 0; j <= columns; j++)
        row[j] = j;
    for (unsigned i = 1; i <= rows; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= columns; j++) {
            const unsigned change = diagonal + (a[i - 1] != b[j - 1]);
            const unsigned shift = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = change < shift ? change : shift;
        }
    }
    return row[columns];
}
