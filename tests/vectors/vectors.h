/* Golden vectors: lines of JSON from compressed files (data/README.md says how they look), a scanner for them, the machine
 * that runs them, and the account of what was run, what was not and why. */
#pragma once
#include "cpu/cluster.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* ---- files ---- */

struct vectors;

/* NULL, with the reason on stderr: the file cannot be read. */
struct vectors *vectors_open(const char *path);
void vectors_close(struct vectors *v);

/* The next line, without its end; NULL after the last. It stays until the next call. Aborts on broken data. */
const char *vectors_next(struct vectors *v);

/* ---- values ---- */

/* A value inside a line: [at, end). at NULL: absent. */
struct json {
    const char *at, *end;
};

struct json json_line(const char *line);

/* The value of a key of an object; absent when it has none (or is absent itself). */
struct json json_get(struct json object, const char *key);

static inline bool json_has(struct json object, const char *key)
{
    return json_get(object, key).at;
}

/* Walks through an object (key and value) or an array (value; key absent): start with *place = {0}. False: no more. */
bool json_each(struct json container, struct json *place, struct json *key, struct json *value);

/* The element of an array; absent when it is shorter. */
struct json json_element(struct json array, unsigned index);

/* Hexadecimal if quoted, else decimal; `absent` when absent. */
uint64_t json_number(struct json value, uint64_t absent);

/* A string, or the text of any other value, compared and copied (cut to size - 1 characters, NUL-terminated). */
bool json_is(struct json value, const char *text);
void json_copy(struct json value, char *to, size_t size);

/* Bytes as hex in address order; returns how many (at most `size`). */
size_t json_bytes(struct json value, uint8_t *to, size_t size);

/* ---- the machine ---- */

/* One CPU of a core model, memory at every address. */
struct vector_machine {
    struct bus bus;
    struct cluster cluster;
    struct cpu *cpu;
};

void vector_machine_init(struct vector_machine *m, const char *model, bool has_el2);
void vector_machine_free(struct vector_machine *m);

/* Memory zero, nothing remembered of it, registers after reset. */
void vector_machine_reset(struct vector_machine *m);

/* Sets a system register as state, without its write hook. False: this machine has none of that name. */
bool vector_set_register(struct cpu *cpu, struct json name, uint64_t value);

/* -1: no such register. */
int vector_find_register(struct json name);

/* Sets PSTATE.{EL, SP}, with x[SP] from the SP_ELx that it selects. */
void vector_set_el(struct cpu *cpu, unsigned el, bool sp);

/* After the last register is set: what acts (armed traps, context) is worked out anew. */
void vector_ready(struct cpu *cpu);

void vector_poke(struct vector_machine *m, uint64_t address, const void *from, size_t size);
void vector_peek(struct vector_machine *m, uint64_t address, void *to, size_t size);

/* ---- the account ---- */

enum { ACCOUNT_REASONS = 64, ACCOUNT_SHOWN = 20 };

struct account {
    unsigned passed, failed, excepted;
    unsigned reasons;
    struct {
        char why[80];
        unsigned count;
    } reason[ACCOUNT_REASONS];
};

/* A vector that is not run. */
void account_skip(struct account *a, const char *why);

/* A vector that differs: the first ones are shown. */
void account_fail(struct account *a, const char *line, const char *what);

/* Prints the sums; the exit status of the program: 0 when nothing differs and something was run. */
int account_close(const struct account *a, const char *set);
