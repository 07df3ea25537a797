#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the C file that carries the agent in the runtime's file: os/agent_image.h.

    image.py AGENT OUTPUT.c

What is behind the last segment, names and headers of sections, is left out: nobody who runs it looks there.
"""
import hashlib
import struct
import sys

# Elf64_Ehdr, in the machine's byte order: e_phoff at 32, e_shoff at 40, e_phentsize to e_shstrndx from 54 on.
PH_OFFSET, SH_OFFSET, COUNTS = 32, 40, 54


def loaded(image):
    """The bytes of the file up to the end of the last segment."""
    order = "<" if image[5] == 1 else ">"
    start, = struct.unpack_from(order + "Q", image, PH_OFFSET)
    size, n = struct.unpack_from(order + "2H", image, COUNTS)
    end = start + size * n
    for at in range(start, end, size):
        offset, _, _, in_file = struct.unpack_from(order + "4Q", image, at + 8)
        end = max(end, offset + in_file)
    cut = bytearray(image[:end])
    struct.pack_into(order + "Q", cut, SH_OFFSET, 0)
    struct.pack_into(order + "2H", cut, COUNTS + 6, 0, 0)
    return bytes(cut)


def main(path, output):
    with open(path, "rb") as f:
        image = f.read()
    # ELFCLASS64; another one is carried as it is.
    image = loaded(image) if image[4] == 2 else image
    with open(output + ".bin", "wb") as f:
        f.write(image)
    name = hashlib.sha256(image).hexdigest()
    with open(output, "w", encoding="utf-8") as f:
        f.write(f'''#include "os/agent_image.h"

const char os_agent_id[OS_AGENT_ID_LEN + 1] = "{name}";

__asm__(".pushsection " OS_AGENT_SECTION ",\\"\\",%note\\n"
	".balign 4\\n"
	".long 7, 2f - 1f, 0x5354524b\\n"
	".asciz \\"strake\\"\\n"
	".balign 4\\n"
	"1: .ascii \\"{name}\\"\\n"
	".incbin \\"{output}.bin\\"\\n"
	"2: .balign 4\\n"
	".popsection\\n");
''')


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
