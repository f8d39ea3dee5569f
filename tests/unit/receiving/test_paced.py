"""Patience that ends: silence and drips are time-outs, a fast server is left alone however long it takes."""

import socket
import threading
import time

import pytest

from mailroom.flows.receiving.servers import paced

PATIENCE = 0.05


def test_a_drip_is_a_time_out() -> None:
    """T23: a server that sends a few bytes at a time never keeps a worker for ever."""
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE)
    stopped = threading.Event()

    def drip() -> None:
        while not stopped.wait(PATIENCE / 5):
            theirs.send(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        _raw, file = paced.reader(ours)
        with pytest.raises(TimeoutError, match="only"):
            file.read(1_000_000)
    finally:
        stopped.set()
        thread.join()
        ours.close()
        theirs.close()


def test_silence_is_a_time_out() -> None:
    """T23: so is a stop in the middle."""
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE)
    theirs.send(b"half")
    with ours, theirs, pytest.raises(TimeoutError):
        paced.reader(ours)[1].read(10)


def test_each_command_has_time_of_its_own() -> None:
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE)
    with ours, theirs:
        raw, file = paced.reader(ours)
        for _command in range(3):
            raw.begin()
            theirs.send(b"x\n")
            assert file.readline() == b"x\n"
            time.sleep(PATIENCE * 2)  # our own work between commands is not the server's fault
