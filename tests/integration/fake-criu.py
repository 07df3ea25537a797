#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A `criu swrk FD` that says what it was asked for and then that it failed.

Has every version and every feature. The options of each other request go to the file $FAKE_CRIU_LOG, a line
each: the field's number in CRIU's rpc.proto, and its value; what is in a message follows in brackets.

$FAKE_CRIU_DEATH has a restore bring up an init of a pid namespace with a child, and kill it. "slow": another
process traces the child, so that init ends only when that one does, after SLOW seconds; "stuck": this one does,
and waits for init.

$FAKE_CRIU_BUSY has a dump freeze the container on cgroup v1 and sleep for BUSY seconds as a disk lets sleep, and
is the file that then has the freezer's state.
"""
import ctypes
import os
import signal
import socket
import sys
import time

DUMP, RESTORE, VERSION, FEATURE_CHECK = 1, 2, 10, 9
FREEZE_CGROUP = 44


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def to_varint(value):
    data = b""
    while value >= 0x80:
        data += bytes([value & 0x7F | 0x80])
        value >>= 7
    return data + bytes([value])


def fields(data):
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        value, at = varint(data, at)
        if tag & 7 == 2:
            value, at = data[at : at + value], at + value
        yield tag >> 3, value


def show(value):
    if isinstance(value, int):
        return str(value)
    if value and value[0] == 0x0A and value[1] <= len(value) - 2:
        return "[" + " ".join(show(v) for _, v in fields(value)) + "]"
    return value.decode()


SLOW = 4  # longer than the runtime looks at what is stuck
CLONE_NEWPID, PTRACE_SEIZE = 0x20000000, 0x4206
libc = ctypes.CDLL(None, use_errno=True)


def check(ret):
    if ret < 0:
        raise OSError(ctypes.get_errno(), "call")


def fork(fn):
    pid = os.fork()
    if pid == 0:
        try:
            fn()
        finally:
            os._exit(0)
    return pid


def pause():
    while True:
        signal.pause()


def init_with_child(ready):
    fork(pause)
    os.write(ready, b"x")
    pause()


def trace_later(pids, ready):
    check(libc.ptrace(PTRACE_SEIZE, int(os.read(pids, 16)), 0, 0))
    os.write(ready, b"x")
    pause()


def die(sock, how):
    ready, done = os.pipe()
    pids, pid = os.pipe()
    tracer = fork(lambda: trace_later(pids, done)) if how == "slow" else 0
    check(libc.unshare(CLONE_NEWPID))
    init = fork(lambda: init_with_child(done))
    os.read(ready, 1)
    with open(f"/proc/{init}/task/{init}/children") as f:
        victim = f.read().split()[0]
    if tracer:
        os.write(pid, victim.encode())
        os.read(ready, 1)
    else:
        check(libc.ptrace(PTRACE_SEIZE, int(victim), 0, 0))
    notify = b"\x0a\x0cpost-restore\x10" + to_varint(init)
    sock.send(b"\x08\x06\x10\x01\x2a" + bytes([len(notify)]) + notify)
    sock.recv(65536)
    os.kill(init, signal.SIGKILL)
    if tracer:
        time.sleep(SLOW)
        os.kill(tracer, signal.SIGKILL)
        os.waitpid(tracer, 0)
    os.waitpid(init, 0)


BUSY = 2  # longer than it takes the runtime to have a look


def be_busy(state, report):
    with open(state, "w") as f:
        f.write("FROZEN")
    fifo = report + ".fifo"
    os.mkfifo(fifo)

    def watch():
        time.sleep(BUSY)
        try:
            with open(state) as f, open(report, "w") as out:
                out.write(f.read())
        finally:
            os.close(os.open(fifo, os.O_WRONLY))

    watcher = fork(watch)
    # Until it executes the program, which is when the FIFO is open, this process cannot be woken.
    opening = [(os.POSIX_SPAWN_OPEN, 9, fifo, os.O_RDONLY, 0)]
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}, file_actions=opening), 0)
    os.waitpid(watcher, 0)


sock = socket.socket(fileno=int(sys.argv[2]))
while True:
    data = sock.recv(65536)
    if not data:
        break
    request = list(fields(data))
    kind = dict(request)[1]
    if kind == VERSION:
        sock.send(b"\x08\x0a\x10\x01\x52\x04\x08\x04\x10\x02")
    elif kind == FEATURE_CHECK:
        sock.send(b"\x08\x09\x10\x01\x42\x04\x08\x01\x10\x01")
    else:
        with open(os.environ["FAKE_CRIU_LOG"], "w") as log:
            print("type", kind, file=log)
            for number, value in (f for n, o in request if n == 2 for f in fields(o)):
                print(number, show(value), file=log)
        if kind == DUMP and "FAKE_CRIU_BUSY" in os.environ:
            cgroup = next(v for n, o in request if n == 2 for f, v in fields(o) if f == FREEZE_CGROUP)
            be_busy(cgroup.decode() + "/freezer.state", os.environ["FAKE_CRIU_BUSY"])
        if kind == RESTORE and "FAKE_CRIU_DEATH" in os.environ:
            die(sock, os.environ["FAKE_CRIU_DEATH"])
        sock.send(bytes([0x08, kind, 0x10, 0x00, 0x38, 0x05]))
