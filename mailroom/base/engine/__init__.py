"""The background engine: it only wakes. What must happen is always a row with a state and a lease.

A lost wake-up costs one tick, a doubled one finds the claim taken. This package alone knows the library underneath.

    @engine.task("receiving.receive")
    def receive(account_id: int) -> None: ...

    @engine.every(5, "receiving.tick")
    def tick() -> None: ...

    engine.wake("receiving.receive", lock="account:7", account_id=7)
    worker = engine.Worker(concurrency=2); worker.start(); worker.stop()
"""

from mailroom.base.engine.registry import every, task
from mailroom.base.engine.running import stopping, within
from mailroom.base.engine.wake import wake
from mailroom.base.engine.worker import Worker

__all__ = ["Worker", "every", "stopping", "task", "wake", "within"]
