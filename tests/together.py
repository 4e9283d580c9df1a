"""Requests at the same moment, and processes killed at a chosen point."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from django.db import connection, connections
from django.test import Client

from governance.accounts.models import User

Call = Callable[[Client], object]
PATIENCE = 60.0


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def together(users: list[User], calls: list[Call]) -> list[object]:
    """What each call answers, in the order of the calls; all begin at the same moment, each with a connection
    and a session of its own."""
    clients = [signed_in(user) for user in users]
    start = threading.Barrier(len(calls))
    answers: list[object] = [None] * len(calls)

    def run(place: int) -> None:
        try:
            start.wait()
            answers[place] = calls[place](clients[place])
        except Exception as problem:  # an answer like any other: the test tells what it expected
            answers[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


Pause = Callable[[], None]


def _child(told: Connection, work: Callable[[Pause], Any]) -> None:
    def pause() -> None:
        told.send("here")
        time.sleep(PATIENCE)

    work(pause)
    told.send("ended")


def kill_at(work: Callable[[Pause], Any]) -> None:
    """Run `work(pause)` in a process of its own and end it by SIGKILL where it calls `pause`."""
    connections.close_all()  # a connection of this process must not be used, nor closed, by the child
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_child, args=(there, work), daemon=True)
    process.start()
    there.close()
    try:
        assert here.poll(PATIENCE), "the child came nowhere"
        assert here.recv() == "here", "the child ended without a pause"
    finally:
        process.kill()
        process.join(PATIENCE)
    assert process.exitcode == -9
