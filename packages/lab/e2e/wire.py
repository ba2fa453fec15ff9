"""Raw frames out of and into the eth0 of all machines.

Arguments: JSON, machine -> namespace. Input: lines [machine, [frame, ...]], which are sent in order. Output:
lines [machine, frame] for all that arrives. Frames are in hexadecimal.
"""
import json
import os
import select
import socket
import sys

from namespaces import socket_in

ALL_PROTOCOLS = 3
SO_RCVBUFFORCE = 33
BUFFER_BYTES = 1 << 24


def open_wire(namespace):
    wire = socket_in(namespace, socket.AF_PACKET, socket.SOCK_RAW)
    wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    wire.bind(('eth0', ALL_PROTOCOLS))
    wire.setblocking(False)
    return wire


def arrived(wire):
    while True:
        try:
            frame, address = wire.recvfrom(65536)
        except BlockingIOError:
            return
        if address[2] != socket.PACKET_OUTGOING:
            yield frame


def main():
    wires = {machine: open_wire(namespace) for machine, namespace in json.loads(sys.argv[1]).items()}
    pending = b''
    while True:
        readable, _, _ = select.select([0, *wires.values()], [], [])
        lines = [
            json.dumps([machine, frame.hex()])
            for machine, wire in wires.items()
            if wire in readable
            for frame in arrived(wire)
        ]
        if lines:
            print('\n'.join(lines), flush=True)
        if 0 in readable:
            chunk = os.read(0, 1 << 20)
            if not chunk:
                return
            *complete, pending = (pending + chunk).split(b'\n')
            for machine, frames in map(json.loads, complete):
                for frame in frames:
                    try:
                        wires[machine].send(bytes.fromhex(frame))
                    except BlockingIOError:
                        select.select([], [wires[machine]], [])
                        wires[machine].send(bytes.fromhex(frame))


main()
