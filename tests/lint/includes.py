"""Who may include whom: docs/ARCHITECTURE.md, Layout. A folder may include itself and what its row names: a folder, or a
header. Includes form no circle."""
import re
import tree

VOCABULARY = {"cpu/state.h", "cpu/sysreg/sysreg.h", "cpu/sysreg/sysreg.def", "base"}
MAY = {
    "base": set(),
    "bus": VOCABULARY,
    "timing": {"base"},
    "trace": VOCABULARY | {"trapeze.h"},
    "mmu": VOCABULARY | {"bus", "trace", "timing", "cpu/models/model.h"},
    "hyp": VOCABULARY | {"trace"},
    "gic": VOCABULARY | {"bus", "trace", "hyp/virq.h"},
    "timer": VOCABULARY | {"bus", "trace", "hyp/virq.h"},
    "cpu": VOCABULARY | {"bus", "timing", "trace", "mmu", "hyp"},
    "devices": VOCABULARY | {"bus", "trace"},
    "machine": VOCABULARY | {"bus", "timing", "trace", "mmu", "hyp", "gic", "timer", "cpu", "devices", "trapeze.h"},
    "gdbstub": VOCABULARY | {"trapeze.h"},
    "tools": VOCABULARY | {"trapeze.h", "trace/esr.h"},
    "cli": VOCABULARY | {"trapeze.h", "gdbstub", "tools"},
    "main.c": VOCABULARY | {"trapeze.h", "cli"},
}
VOCABULARY_FILES = {"cpu/state.h", "cpu/sysreg/sysreg.h", "cpu/sysreg/sysreg.def"}  # with cpu, but include only base


def includes(path):
    return re.findall(r'^#include "([^"]+)"', path.read_text(), re.M)


def owner(header):
    return header.split("/")[0]


def allowed(source, header):
    own = owner(source)
    if source in VOCABULARY_FILES:
        return header in VOCABULARY_FILES or owner(header) == "base"
    return owner(header) == own or owner(header) in MAY[own] or header in MAY[own]


def circles(graph):
    """The headers that include themselves, by whatever way."""
    def reach(start):
        seen, todo = set(), list(graph.get(start, ()))
        while todo:
            at = todo.pop()
            if at not in seen:
                seen.add(at)
                todo += graph.get(at, ())
        return seen
    return [f"{header} includes itself, by way of others" for header in graph if header in reach(header)]


def main():
    wrong, graph = [], {}
    for path in tree.files(".c", ".h", ".def", under="src"):
        source = tree.name(path)[len("src/"):]
        if owner(source) not in MAY:
            wrong.append(f"src/{source}: a folder that has no row in tests/lint/includes.py")
            continue
        graph[source] = includes(path)
        wrong += [f"src/{source} may not include {header}" for header in graph[source] if not allowed(source, header)]
    headers = {source: [h for h in list if h.endswith(".h")] for source, list in graph.items() if source.endswith(".h")}
    tree.report(wrong + circles(headers))


main()
