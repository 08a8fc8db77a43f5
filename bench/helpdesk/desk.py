"""A django-helpdesk as its documentation sets one up, and what a comparison asks of it. It runs in its own environment:
nothing of ours is imported here, and nothing of it there.

    desk.py migrate | fill COUNT | due COUNT | escalate        and for its pages: gunicorn desk:application

The database is named by HELPDESK_HOST (a socket's folder), HELPDESK_DATABASE and HELPDESK_USER.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

LOGIN = PASSWORD = "agent"
AT_ONCE = 2000

settings.configure(
    SECRET_KEY="only for the comparison",
    DEBUG=False,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    TIME_ZONE="UTC",
    LANGUAGE_CODE="en",
    SITE_ID=1,
    STATIC_URL="/static/",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    HELPDESK_TEAMS_MODE_ENABLED=False,
    HELPDESK_ACTIVATE_API_ENDPOINT=True,
    LOGIN_URL="helpdesk:login",
    INSTALLED_APPS=[
        *(
            f"django.contrib.{app}"
            for app in ("auth", "contenttypes", "sessions", "sites", "admin", "humanize")
        ),
        *("django.contrib.messages", "django.contrib.staticfiles", "rest_framework", "helpdesk"),
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["HELPDESK_DATABASE"],
            "USER": os.environ["HELPDESK_USER"],
            "HOST": os.environ["HELPDESK_HOST"],
            "CONN_MAX_AGE": None,
        }
    },
)
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils import timezone  # noqa: E402
from helpdesk.models import Queue, Ticket  # noqa: E402

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
application = get_wsgi_application()


def migrate() -> None:
    """Its tables, one queue and one member of the staff."""
    call_command("migrate", verbosity=0)
    get_user_model().objects.create_superuser(LOGIN, "agent@example.org", PASSWORD)
    Queue.objects.create(title="General", slug="general", allow_public_submission=True, escalate_days=1)


def fill(count: int) -> None:
    """So many open tickets, none of them to be escalated yet."""
    queue, now = Queue.objects.get(), timezone.now()
    for first in range(0, count, AT_ONCE):
        Ticket.objects.bulk_create(
            Ticket(
                title=f"路灯不亮 {number}",
                queue=queue,
                created=now,
                modified=now,
                last_escalation=now,
                submitter_email="citizen@example.org",
                status=Ticket.OPEN_STATUS,
                description="小区门口的路灯坏了三天，晚上看不清路，请尽快修理。",
                priority=3,
            )
            for number in range(first, min(first + AT_ONCE, count))
        )


def due(count: int) -> None:
    """Have so many tickets, the oldest, be due."""
    oldest = Ticket.objects.order_by("id").values("id")[:count]
    Ticket.objects.filter(id__in=oldest).update(
        priority=3, last_escalation=timezone.now() - timedelta(days=5)
    )


def escalate() -> None:
    """Its own sweep; writes how many seconds it took."""
    begun = time.perf_counter()
    call_command("escalate_tickets")
    sys.stdout.write(f"{time.perf_counter() - begun}\n")


if __name__ == "__main__":
    commands: dict[str, Callable[..., None]] = {
        "migrate": migrate,
        "fill": fill,
        "due": due,
        "escalate": escalate,
    }
    commands[sys.argv[1]](*map(int, sys.argv[2:]))
