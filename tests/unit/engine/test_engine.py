"""The engine's contract, the same on both of its homes: memory beside SQLite, and PostgreSQL."""

import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction

from mailroom.base import engine
from mailroom.base.engine import registry
from mailroom.flows.watching import alerts
from mailroom.records.organisation import system_locales

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ran() -> Iterator[list[object]]:
    """What the tasks of these tests did; the tasks are known to the engine while a test runs."""
    known = dict(registry.TASKS)
    registry.TASKS.clear()
    yield []
    registry.TASKS.clear()
    registry.TASKS.update(known)


@pytest.fixture
def worker() -> Iterator[engine.Worker]:
    made = engine.Worker(concurrency=3)
    yield made
    if made.alive:
        assert made.stop(timeout=20)


def wait_until(true: Callable[[], object], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.02)


def start(worker: engine.Worker) -> None:
    """Start, and wait until the worker runs tasks."""
    ready = threading.Event()
    engine.task("test.ready")(ready.set)
    worker.start()
    wait_until(lambda: worker._library_worker is not None)
    engine.wake("test.ready")
    assert ready.wait(15)


def test_a_woken_task_runs_with_its_arguments(ran: list[object], worker: engine.Worker) -> None:
    engine.task("test.note")(lambda number: ran.append(number))
    start(worker)
    engine.wake("test.note", number=7)
    wait_until(lambda: ran == [7])


def test_of_tasks_with_one_lock_only_one_runs_at_a_time(ran: list[object], worker: engine.Worker) -> None:
    busy = threading.Lock()

    def note(number: int) -> None:
        assert busy.acquire(blocking=False), "two ran at once"
        time.sleep(0.1)
        busy.release()
        ran.append(number)

    engine.task("test.locked")(note)
    start(worker)
    for number in range(4):
        engine.wake("test.locked", lock="account:1", number=number)
    wait_until(lambda: sorted(map(str, ran)) == ["0", "1", "2", "3"], 30)


def test_like_wake_ups_that_wait_are_folded_into_one(ran: list[object], worker: engine.Worker) -> None:
    gate = threading.Event()

    def held() -> None:
        gate.wait(10)
        ran.append("held")

    engine.task("test.held")(held)
    start(worker)
    engine.wake("test.held", lock="account:1")
    time.sleep(1.5)
    for _ in range(5):
        engine.wake("test.held", lock="account:1")
    gate.set()
    wait_until(lambda: len(ran) == 2)
    time.sleep(1.5)
    assert ran == ["held", "held"]


def test_a_task_that_fails_does_not_end_the_worker(ran: list[object], worker: engine.Worker) -> None:
    def broken() -> None:
        raise ValueError("as the test wants it")

    engine.task("test.broken")(broken)
    engine.task("test.note")(lambda: ran.append("after"))
    start(worker)
    engine.wake("test.broken")
    engine.wake("test.note")
    wait_until(lambda: ran == ["after"])


def test_a_tick_comes_again_and_again(ran: list[object], worker: engine.Worker) -> None:
    engine.every(1, "test.tick")(lambda: ran.append("tick"))
    start(worker)
    wait_until(lambda: len(ran) >= 3)


def test_a_wake_up_of_a_rolled_back_transaction_never_comes(ran: list[object], worker: engine.Worker) -> None:
    engine.task("test.note")(lambda: ran.append("ghost"))
    start(worker)
    with transaction.atomic():
        engine.wake("test.note")
        transaction.set_rollback(True)
    time.sleep(1.5)
    assert ran == []


def test_a_stop_lets_the_running_task_end(ran: list[object], worker: engine.Worker) -> None:
    begun = threading.Event()

    def slow() -> None:
        begun.set()
        time.sleep(0.5)
        ran.append("ended")

    engine.task("test.slow")(slow)
    start(worker)
    engine.wake("test.slow")
    assert begun.wait(10)
    assert worker.stop(timeout=20)
    assert ran == ["ended"]


def test_waking_without_a_worker_is_no_error(ran: list[object]) -> None:
    engine.wake("test.nobody", number=1)


def test_finished_tasks_leave_no_memory_behind(ran: list[object], worker: engine.Worker) -> None:
    engine.task("test.count")(lambda number: ran.append(number))
    start(worker)
    for number in range(100):
        engine.wake("test.count", number=number)
    wait_until(lambda: len(ran) == 100, 60)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(300):
        engine.wake("test.count", number=number)
    wait_until(lambda: len(ran) == 400, 90)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 2_000_000


@pytest.mark.parametrize(
    ("seconds", "line"),
    [
        (5, "* * * * * */5"),
        (60, "*/1 * * * * 0"),
        (300, "*/5 * * * * 0"),
        (3600, "0 * * * * 0"),
        (86400, "30 3 * * * 0"),
    ],
)
def test_an_interval_becomes_a_cron_line(seconds: int, line: str) -> None:
    assert registry.cron(seconds) == line


@pytest.mark.parametrize("seconds", [0, -5, 7, 61, 420, 5000])
def test_an_interval_that_no_cron_line_can_say_is_refused(seconds: int) -> None:
    with pytest.raises(ValueError, match="divide"):
        registry.cron(seconds)


def test_long_work_is_told_that_its_worker_stops(ran: list[object], worker: engine.Worker) -> None:
    def long() -> None:
        ran.append("began")
        wait_until(engine.stopping)
        ran.append("ended")

    engine.task("test.long")(long)
    start(worker)
    engine.wake("test.long")
    wait_until(lambda: ran == ["began"])
    assert worker.stop(timeout=10)
    assert ran == ["began", "ended"]
    assert not engine.stopping()


def test_tasks_note_in_the_language_of_the_default_locale(ran: list[object], worker: engine.Worker) -> None:
    """What a worker writes for everybody to read, such as an alert."""
    system_locales.make_default(system_locales.save("nb", "Norsk bokmål"))
    engine.within(system_locales.speaking)
    engine.task("test.say")(lambda: ran.append(alerts.disk_full().words))
    start(worker)
    engine.wake("test.say")
    wait_until(lambda: ran == ["Disken er full: ingen e-post kan mottas."])
