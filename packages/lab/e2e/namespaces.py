"""Sockets in the network namespaces of other machines, for one program that acts for all of them."""
import ctypes
import os
import socket

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _enter(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        if _libc.setns(fd, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f'setns {path}')
    finally:
        os.close(fd)


def socket_in(namespace, *kind):
    """A socket keeps the namespace in which it was made; this program goes back to its own."""
    _enter(f'/var/run/netns/{namespace}')
    try:
        return socket.socket(*kind)
    finally:
        _enter(_HOME)


_HOME = f'/proc/self/fd/{os.open("/proc/self/ns/net", os.O_RDONLY)}'
