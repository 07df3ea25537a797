#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Parts the program into what its children need and the parent's: a script for the linker (os/exe_parts.h).

    parts.py READELF PROGRAM MAP SCRIPT

PROGRAM: the whole of it, linked with --emit-relocs; MAP: the linker's map of that. Needed is what can be reached by
relocations from a function that clones (os_clone) or leaves the program's file (os_exe_leave): the child goes
on in there. What is called by a pointer that only the parent knows would be missed: tests/lint/parts has the list of
the calls by pointer.

Tables of pointers are needed where they are reached, or beside a function that is. Of the other constants all are
needed, for the parent hands texts over that it took from its own, but for those of PARENTS, where no function
is needed either.
"""
import bisect
import collections
import os
import re
import subprocess
import sys

ROOTS = ("os_clone", "os_exe_leave")
PARENTS = re.compile(r"lib(seccomp|yajl_s|c)\.a\(|/cmd_\w+\.c\.o|/[a-z]\w*\.c\.o|/\.\._(api|checkpoint|json)_\w+\.c\.o")
# An instruction's distance is counted from its end, four bytes behind the place that is relocated.
FROM_ITS_END = re.compile(r"R_X86_64_(PC32|PLT32|\w*GOTPCREL\w*)$")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout


def loaded_sections(readelf, path):
    """Names of the program's sections that are mapped: all others begin at address 0 as well."""
    return set(re.findall(r"^\s*\[\s*\d+\] (\S+)\s+\w+\s+(?:[0-9a-f]+ ){4}\s*\w*A\w*\s", output(readelf, "-SW", path), re.M))


def sections_of_files(path, loaded):
    """(address, size, section, file) of all that was linked into a section of loaded, by address."""
    found, name, into = set(), None, None
    with open(path, encoding="utf-8") as f:
        for line in f:
            m = re.match(r"^(\.\S+)", line)
            into = m[1] if m else into
            m = re.match(r"^ (\.\S+)?\s*(?:0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*))?$", line)
            if not m or into not in loaded:
                continue
            name = m[1] or name  # a long one has a line of its own
            # What was discarded is at 0.
            if m[2] and int(m[2], 16) and int(m[3], 16):
                found.add((int(m[2], 16), int(m[3], 16), name, m[4]))
    return sorted(found)


class Program:
    def __init__(self, readelf, path, linker_map):
        loaded = loaded_sections(readelf, path)
        self.sections = sections_of_files(linker_map, loaded)
        self.starts = [s[0] for s in self.sections]
        self.symbols, self.shared, self.uses = {}, {}, collections.defaultdict(set)
        lines = output(readelf, "-srW", path).splitlines()
        for line in lines:
            m = re.match(r"^\s*\d+: ([0-9a-f]+)\s+\d+ FUNC\s+(\w+)\s+\w+\s+\d+ (\S+)$", line)
            if m:
                self.symbols[m[3]] = self.at(int(m[1], 16))
                if m[2] == "GLOBAL":
                    self.shared[m[3]] = self.symbols[m[3]]
        within = None
        for line in lines:
            m = re.match(r"^Relocation section '(?:\.rela)?(\S+)'", line)
            within = m[1] if m else within
            m = re.match(r"^([0-9a-f]+)\s+[0-9a-f]+ (R_\w+)\s+([0-9a-f]{8,}) (\S+)(?: ([+-]) ([0-9a-f]+))?$", line)
            if m and within in loaded:
                self.add_use(int(m[1], 16), m[2], m[4], int(m[3], 16), int((m[5] or "") + (m[6] or "0"), 16))
        self.add_unlikely()

    def at(self, address):
        """Number of the section in which the address is, or None."""
        i = bisect.bisect_right(self.starts, address) - 1
        return i if i >= 0 and address < self.starts[i] + self.sections[i][1] else None

    def add_use(self, place, kind, name, symbol, addend):
        # What has a name may be named by an address beside it; what has none is an address in a whole section.
        user = self.at(place)
        code = user is not None and self.sections[user][2].startswith(".text")
        target = symbol + addend + (4 if code and FROM_ITS_END.match(kind) else 0)
        self.uses[user].add(self.at(target if name.startswith(".") else symbol))

    def add_unlikely(self):
        """What the compiler moved out of a function may be known to a table of jumps alone, which counts from its start."""
        parts = {(file, name): i for i, (_, _, name, file) in enumerate(self.sections)}
        for (file, name), i in parts.items():
            rest = parts.get((file, name.replace(".text", ".text.unlikely", 1)))
            if name.startswith(".text") and rest is not None:
                self.uses[i].add(rest)

    def reached(self, roots):
        seen, todo = {None}, list(roots)
        while todo:
            i = todo.pop()
            if i not in seen:
                seen.add(i)
                todo += self.uses[i]
        return seen - {None}


def pattern(section, file):
    """As a linker script names it: the directory is another one for another link."""
    m = re.match(r"^(?:.*/)?([^/(]+)(?:\((.*)\))?$", file)
    return f"*{m[1]}:{m[2]}({section})" if m[2] else f"*/{m[1]}({section})"


def script(program, needed):
    text = [program.sections[i] for i in sorted(needed) if program.sections[i][2].startswith(".text")]
    files = {s[3] for s in text}
    others = [s for i, s in enumerate(program.sections) if s[3] not in files and i not in needed]
    constants = [s for s in others if s[2].startswith(".rodata") and PARENTS.search(s[3])]
    tables = [s for s in others if s[2].startswith(".data.rel.ro")]
    known = sorted(name for name, i in program.shared.items() if i in needed)
    page = "ALIGN(CONSTANT(MAXPAGESIZE))"

    def lines(some):
        return "\n\t\t".join(pattern(*s[2:]) for s in some)

    checks = "\n".join(f'ASSERT({name} >= needed_start && {name} < needed_text_end, "{name} is not where children have it");' for name in known)
    return f"""/* Made by parts.py: what is the parent's alone first, then what children need, to the end. */
SECTIONS
{{
	.parents_rodata : {page} {{
		{lines(constants)}
	}}
	.parents_relro : {page} {{
		{lines(tables)}
		. = {page};
	}}
	/* Nothing is unwound: that would stand between needed constants and variables. */
	/DISCARD/ : {{ *(.eh_frame) }}
}}
INSERT BEFORE .init;
SECTIONS
{{
	.needed_text : {page} {{
		needed_start = .;
		{lines(text)}
		needed_text_end = .;
		. = {page};
	}}
}}
INSERT AFTER .fini;
/* Files of other names, as LTO makes them, would not be parted at all. */
{checks}
"""


def main(readelf, path, linker_map, output):
    program = Program(readelf, path, linker_map)
    roots = {program.symbols.get(name) for name in ROOTS}
    if None in roots:
        sys.exit(f"{path}: not every one of {', '.join(ROOTS)} is there")
    callers = [i for i, uses in list(program.uses.items()) if i is not None and uses & roots
               and program.sections[i][2].startswith(".text")]
    with open(output, "w", encoding="utf-8") as f:
        f.write(script(program, program.reached(callers)))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
