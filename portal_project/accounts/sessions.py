"""Where people are signed in: `allauth.usersessions` notes each browser; whether it still is signed in, its session tells."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.core.internal.httpkit import HTTP_USER_AGENT_MAX_LENGTH
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from portal_project.accounts.models import User

PAUSE = timedelta(minutes=5)
"""For so long after it was noted that somebody was here, it is not noted again."""


def note(request: HttpRequest) -> None:
    """That somebody is here: one write, unless another process was first. A session that began without is noted from then on."""
    if not request.user.is_authenticated:
        return
    now, row = timezone.now(), UserSession.objects.filter(session_key=request.session.session_key)
    seen = {
        "last_seen_at": now,
        "ip": get_adapter().get_client_ip(request),
        "user_agent": request.META.get("HTTP_USER_AGENT", "")[:HTTP_USER_AGENT_MAX_LENGTH],
    }
    if not row.filter(last_seen_at__lte=now - PAUSE).update(**seen) and not row.exists():
        UserSession.objects.create_from_request(request)


def signed_in(person: User) -> list[UserSession]:
    """Where the person is signed in, the latest first, in two queries however many there are."""
    noted = list(UserSession.objects.filter(user=person).order_by("-last_seen_at", "-pk"))
    keys = [each.session_key for each in noted]
    running = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    hashes = [person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()]
    alive = {each.session_key for each in running if _opens(each, hashes)}
    return [each for each in noted if each.session_key in alive]


def end_others(request: HttpRequest, person: User) -> None:
    """Sign the person out everywhere but here."""
    _end(UserSession.objects.filter(user=person).exclude(session_key=request.session.session_key))


def end(person: User) -> None:
    """Sign the person out everywhere."""
    _end(UserSession.objects.filter(user=person))


def clear() -> None:
    """Forget the sessions that are over, and what was noted of them."""
    Session.objects.filter(expire_date__lte=timezone.now()).delete()
    UserSession.objects.exclude(Exists(Session.objects.filter(session_key=OuterRef("session_key")))).delete()


def _end(noted: QuerySet[UserSession]) -> None:
    Session.objects.filter(session_key__in=noted.values("session_key")).delete()
    noted.delete()


def _opens(session: Session, hashes: list[str]) -> bool:
    """Whether Django lets a person with these hashes in by it: not any more once they have another password."""
    sent = session.get_decoded().get(HASH_SESSION_KEY, "")
    return any(constant_time_compare(sent, each) for each in hashes)
