#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A `criu swrk FD` that says what it was asked for and then that it failed.

Has every version and every feature. The options of each other request go to the file $FAKE_CRIU_LOG, a line
each: the field's number in CRIU's rpc.proto, and its value; what is in a message follows in brackets.
"""
import os
import socket
import sys

VERSION, FEATURE_CHECK = 10, 9


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


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
        sock.send(bytes([0x08, kind, 0x10, 0x00, 0x38, 0x05]))
