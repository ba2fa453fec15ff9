"""Real TCP and UDP sockets in the namespaces of all machines, and pings from there.

Argument: JSON, machine -> namespace. Input: lines [number, action, seconds, arguments]. Output: lines [number, result], which is null
for what did not succeed within the seconds.
"""
import asyncio
import itertools
import json
import socket
import struct
import sys

from namespaces import socket_in

NAMESPACES = json.loads(sys.argv[1])
CHUNK = b'x' * 1000
connections = {}
numbers = itertools.count(1)


class Connection:
    """The near end of a TCP connection whose far end echoes."""

    def __init__(self, sock):
        self.sock = sock
        self.said = 0
        self.heard = 0
        self.transfer = None

    async def say(self):
        """Waits until all that was ever said is echoed."""
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self.sock, CHUNK)
        self.said += len(CHUNK)
        while self.heard < self.said:
            chunk = await loop.sock_recv(self.sock, 65536)
            if not chunk:
                raise ConnectionError('closed')
            self.heard += len(chunk)

    async def go_on(self):
        while True:
            await self.say()
            await asyncio.sleep(0.001)


def in_machine(machine, kind, protocol=0):
    sock = socket_in(NAMESPACES[machine], socket.AF_INET, kind, protocol)
    sock.setblocking(False)
    return sock


async def listen(machine, protocol, port):
    loop = asyncio.get_running_loop()
    sock = in_machine(machine, socket.SOCK_STREAM if protocol == 'tcp' else socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(('0.0.0.0', port))
    if protocol == 'tcp':
        sock.listen(1024)
        asyncio.ensure_future(accept(loop, sock))
    else:
        asyncio.ensure_future(answer(loop, sock))


async def accept(loop, sock):
    while True:
        far, _ = await loop.sock_accept(sock)
        asyncio.ensure_future(echo(loop, far))


async def echo(loop, far):
    try:
        while chunk := await loop.sock_recv(far, 65536):
            await loop.sock_sendall(far, chunk)
    except OSError:
        pass
    far.close()


async def answer(loop, sock):
    while True:
        data, address = await loop.sock_recvfrom(sock, 65536)
        await loop.sock_sendto(sock, data, address)


async def connect(machine, address, port):
    sock = in_machine(machine, socket.SOCK_STREAM)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    number = next(numbers)
    connections[number] = Connection(sock)
    return number


async def tcp(machine, address, port):
    connection = connections.pop(await connect(machine, address, port))
    try:
        await connection.say()
    finally:
        connection.sock.close()
    return True


async def udp(machine, address, port):
    loop = asyncio.get_running_loop()
    sock = in_machine(machine, socket.SOCK_DGRAM)
    try:
        await loop.sock_sendto(sock, CHUNK, (address, port))
        return (await loop.sock_recvfrom(sock, 65536))[0] == CHUNK
    finally:
        sock.close()


def checksum(data):
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


async def icmp(machine, address, _port):
    """An echo request, with a number of its own as identifier."""
    loop = asyncio.get_running_loop()
    sock = in_machine(machine, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    number = 0x4000 + next(numbers)
    request = struct.pack('!BBHHHQ', 8, 0, 0, number, 1, 0)
    request = request[:2] + struct.pack('!H', checksum(request)) + request[4:]
    try:
        await loop.sock_sendto(sock, request, (address, 0))
        while True:
            packet = (await loop.sock_recvfrom(sock, 65536))[0]
            kind, identifier = packet[20], struct.unpack('!H', packet[24:26])[0]
            if kind == 0 and identifier == number:
                return True
    finally:
        sock.close()


async def say(connection):
    await connections[connection].say()
    return True


async def transfer(connection):
    each = connections[connection]
    each.transfer = asyncio.ensure_future(each.go_on())


async def echoed(connection):
    return connections[connection].heard // len(CHUNK)


async def close(connection):
    each = connections.pop(connection)
    if each.transfer:
        each.transfer.cancel()
    each.sock.close()


ACTIONS = {each.__name__: each for each in (listen, connect, tcp, udp, icmp, say, transfer, echoed, close)}


async def perform(number, action, timeout, arguments):
    try:
        result = await asyncio.wait_for(ACTIONS[action](*arguments), timeout)
    except (OSError, asyncio.TimeoutError):
        result = None
    print(json.dumps([number, result]), flush=True)


async def main():
    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        asyncio.ensure_future(perform(*json.loads(line)))


asyncio.run(main())
