/* Trace files.
 *
 * The magic number, then blocks, each of which can be read without the others:
 *
 *     u32 magic 'TPZB', u32 type, u32 size (bytes, uncompressed), u32 stored (bytes that follow the head), u32 events in it,
 *     u32 CRC-32 of the other fields of the head and of what follows, u64 number of its first event
 *
 * and what is stored is a zstd frame. All is little-endian. The first block is the header, lines of text:
 *
 *     trapeze-trace 1
 *     machine TEXT                       what was run, for people
 *     register NAME 0xVALUE              of CPU 0 at the beginning
 *     trap ROW NAME CONTROL MASK ARMED TO FROM REACHABLE      trap.def as it was
 *     kind NUMBER NAME FIELD:TYPE ...    how events are written; TYPE is n (number) or t (text); kind "common" first
 *
 * so that a later reader, whose events have other fields, knows what there is. Blocks of events hold, for each event:
 *
 *     varint kind, varint set of the fields that differ from those of the event before (the common fields: of any kind; the
 *     others: of this kind; in a new block: from zero and nothing), and for each of them in order, the common ones first,
 *     numbers: zigzag varint of the difference; texts: varint 0 for none, n > 0 for the n-th text of the block; the first
 *     use of a number is followed by a varint length and the bytes.
 *
 * The last block, of type END, has no content and says how many events there were: without it the file was cut. */
#pragma once
#include "tools/record.h"

enum { BLOCK_HEADER, BLOCK_EVENTS, BLOCK_END };

enum {
    TRACE_VERSION = 1,
    BLOCK_MAGIC = 0x425a5054,
    BLOCK_HEAD = 32,
    BLOCK_FULL = 64 << 10, /* bytes: a block is written once it has as many */
    BLOCK_MAX = 16 << 20,
    TEXTS_MAX = 1 << 12, /* of a block */
    TRAPS_MAX = 128
};

#define TRACE_MAGIC "TRAPEZE\n"

/* CRC-32 (IEEE 802.3) of some bytes after others, of which it was `crc`; 0: after none. */
uint32_t trace_crc(uint32_t crc, const uint8_t *bytes, size_t size);

/* ---- writing ---- */

struct trace_writer;

/* Creates the file, with what there is to say of the machine; `machine` is a line for people. NULL: *error says why. */
struct trace_writer *trace_writer_open(const char *file, const struct trapeze *t, const char *machine,
                                       struct trapeze_error *error);

/* Adds an event; r->number is not used. False: something could not be written; what is in the file stays. */
bool trace_writer_add(struct trace_writer *w, const struct record *r);

/* Writes what is left. False: not everything could be written, and *error says why. NULL is allowed, and true. */
bool trace_writer_close(struct trace_writer *w, struct trapeze_error *error);

/* ---- reading ---- */

struct trace_reader;

/* A row of trap.def at the time of the recording. */
struct trace_trap {
    const char *name;    /* NULL: no such row */
    const char *control; /* NULL: a rule */
    uint64_t mask, armed;
    unsigned to, from;
    bool reachable;
};

/* NULL: *error says why. */
struct trace_reader *trace_reader_open(const char *file, struct trapeze_error *error);

/* The next event; its strings are good until the next call. False: there is none. */
bool trace_reader_next(struct trace_reader *reader, struct record *r);

/* After the last event: why the file ends before its end, a line; NULL: it does not. */
const char *trace_reader_damage(const struct trace_reader *reader);

const char *trace_reader_machine(const struct trace_reader *reader);
const struct trace_trap *trace_reader_trap(const struct trace_reader *reader, unsigned row); /* NULL: no such row */

/* The value of a register of CPU 0 at the beginning, that the header has. False: it has not. */
bool trace_reader_register(const struct trace_reader *reader, const char *name, uint64_t *value);

void trace_reader_close(struct trace_reader *reader); /* NULL is allowed */

/* Whether a file begins like a trace file. */
bool trace_is_one(const char *file);
