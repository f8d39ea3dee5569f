"""Whether the process lives, is ready, and how it does: /livez, /readyz, /metrics."""

import math
from collections import Counter
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from mailroom.base import clock
from mailroom.flows.watching import looking, thread_check
from mailroom.records.emails.models import Email, Status
from mailroom.records.organisation import sign_in
from mailroom.records.organisation.models.people import Role

LOOPBACK = {"127.0.0.1", "::1"}
READERS = {Role.ADMINISTRATOR, Role.SUPERVISOR, Role.API}


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and has the tables of this version, and the data folder can be written."""
    problems = []
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            problems.append("The database waits for mailroom migrate.")
    except Exception:  # whatever ails the database, the answer is that it does not answer
        problems.append("The database does not answer.")
    if not settings.DATA.is_dir():
        problems.append("The data folder is missing.")
    answer = JsonResponse(
        {"status": "not ready" if problems else "ok", "problems": problems}, status=503 if problems else 200
    )
    answer._has_been_logged = True  # type: ignore[attr-defined]  # a start is no error: Django would log each 503 as one
    return answer


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: to loopback, and to whoever has a token that may read them."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    user = sign_in.user_of_token(token, clock.now()) if token else None
    if request.META.get("REMOTE_ADDR") not in LOOPBACK and (user is None or user.role not in READERS):
        return HttpResponse("A token is needed from other machines.\n", status=401, content_type="text/plain")
    registry = CollectorRegistry()
    pending = Gauge("mailroom_pending_emails", "Emails in the queue", ["account", "direction"], registry=registry)
    oldest = Gauge(
        "mailroom_oldest_pending_seconds", "Age of the oldest due email", ["account", "direction"], registry=registry
    )
    failed = Gauge("mailroom_failed_emails", "Emails that failed", ["account", "direction"], registry=registry)
    heartbeat = Gauge("mailroom_worker_heartbeat_seconds", "Age of the last sign of life", registry=registry)
    open_alerts = Gauge("mailroom_alerts", "Alerts that stand", ["kind"], registry=registry)
    outside = Gauge(
        "mailroom_answers_outside_their_thread",
        "Answers of the last day sent without In-Reply-To or References",
        registry=registry,
    )
    now = clock.now()
    outside.set(thread_check.outside_their_thread(now))
    last = looking.newest_beat()
    heartbeat.set(math.nan if last is None else max(0.0, (now - last).total_seconds()))
    for kind, count in Counter(looking.standing(now).values_list("kind", flat=True)).items():
        open_alerts.labels(kind).set(count)
    for account, direction, has_failed, count, first in _counts(now):
        labels = (account, direction)
        if has_failed:
            failed.labels(*labels).set(count)
        else:
            pending.labels(*labels).set(count)
            oldest.labels(*labels).set(max(0.0, (now - first).total_seconds()))
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4")


def _counts(now: datetime) -> list[tuple[str, str, bool, int, datetime]]:
    """By account, direction and whether it failed how many, and since when the oldest is due."""
    rows = Email.objects.filter(looking.waits(now) | Q(status=Status.FAILED)).order_by()
    rows = rows.annotate(has_failed=Q(status=Status.FAILED))
    grouped = rows.values_list("account__email_account_id", "direction", "has_failed")
    return list(grouped.annotate(count=Count("id"), first=Min(Coalesce("start_at", "created_at"))))
