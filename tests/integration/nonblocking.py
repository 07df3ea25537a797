#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A command with a standard stream that does not block, as a caller may have made it.

    nonblocking.py 1|2 COMMAND...   its stdout or stderr is a pipe of a page, full for half a second; what comes
                                    through goes to ours
    nonblocking.py 0 COMMAND...     its stdin is a pipe, empty for half a second; then it gets what ours has

Ends with the status of the command.
"""
import fcntl
import os
import subprocess
import sys
import time

PAGE = 4096


def main(number, command):
    r, w = os.pipe()
    fcntl.fcntl(w, fcntl.F_SETPIPE_SZ, PAGE)
    os.set_blocking(w if number else r, False)
    streams = {("stdin", "stdout", "stderr")[number]: w if number else r}
    if number:
        os.write(w, b"x" * PAGE)
    child = subprocess.Popen(command, **streams)
    os.close(w if number else r)
    time.sleep(0.5)
    if number:
        skip = PAGE
        while data := os.read(r, PAGE):
            os.write(number, data[skip:])
            skip -= min(skip, len(data))
    else:
        os.write(w, sys.stdin.buffer.read())
        os.close(w)
    return child.wait()


sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
