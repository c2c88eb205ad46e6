from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from portal_project.accounts import clients, languages, limits

if TYPE_CHECKING:
    from portal_project.accounts.models import User


WAYS_TO_SHOW_WHO_ONE_IS = {
    "reauthenticate": gettext_lazy("Use your password"),
    "mfa_reauthenticate": gettext_lazy("Use a code from your app or a recovery code"),
    "mfa_reauthenticate:webauthn": gettext_lazy("Use a passkey"),
}

# Of the mails by which allauth tells of a password: title and sentence of the receipt in their place.
PASSWORDS = {
    "account/email/password_changed": (
        gettext_lazy("Your password is changed"),
        gettext_lazy("The password of your account was changed. Other browsers are signed out."),
    ),
    "account/email/password_set": (
        gettext_lazy("Your password is set"),
        gettext_lazy("A password was set for your account."),
    ),
    "account/email/password_reset": (
        gettext_lazy("Your password is reset"),
        gettext_lazy("The password of your account was reset. Whoever was signed in is signed out."),
    ),
}


class AccountAdapter(DefaultAccountAdapter):
    """Signing in, as this portal wants it: strangers sign up only if invited to, guessing has limits of our own, and all
    mail goes through the outbox.
    """

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": gettext_lazy("That was the wrong code too often. Ask for a new one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.ALLOW_SIGNUP

    def get_client_ip(self, request: HttpRequest) -> str:
        """For the limits, the mails and the list of sessions. All whose address the proxy does not tell count as one, and may
        still sign in.
        """
        found = get_client_ip(request)
        if not found:
            return clients.NOWHERE
        address = ip_address(found)
        if isinstance(address, IPv6Address):
            # A server that listens on both writes IPv4 as ::ffff:192.0.2.1; limits count networks of 64 bits.
            address = address.ipv4_mapped or IPv6Address(int(address))
        return str(address)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> "User | None":
        """Whose credentials these are. Counted first, so that many attempts at once do not pass the limits together."""
        limits.consume(request, "sign-in", "")
        attempt = limits.consume(request, "password", credentials.get("email", ""))
        user = super().authenticate(request, **credentials)
        if user:
            attempt.rollback()
        return user

    def post_login(self, request: HttpRequest, user: "User", **kwargs: Any) -> HttpResponse:
        limits.clear(request, user.email, limits.HERE)
        return super().post_login(request, user, **kwargs)

    def get_reauthentication_methods(self, user: "User") -> list[dict[str, Any]]:
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method | {"description": WAYS_TO_SHOW_WHO_ONE_IS[method["id"]]} for method in methods]

    def set_password(self, user: "User", password: str) -> None:
        """What others have guessed until now says nothing about the new one."""
        user.set_password(password)
        # Nothing else, because the address may have been changed since the user was read.
        user.save(update_fields=["password"])
        limits.clear(self.request, user.email, limits.HERE, limits.ACCOUNT)

    def send_notification_mail(
        self, template_prefix: str, user: "User", context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """With the browser and the address in words; about a password it is a receipt."""
        # Imported here for the same reason as below.
        from portal_project.accounts import changes

        seen = {
            "ip": clients.address(self.get_client_ip(self.request)),
            "user_agent": clients.browser(self.get_http_user_agent(self.request)),
        }
        if template_prefix in PASSWORDS:
            title, summary = PASSWORDS[template_prefix]
            kind = template_prefix.rpartition("/")[2]
            facts = [(_("Address"), seen["ip"]), (_("Browser"), seen["user_agent"])]
            changes.tell(changes.Change(user, kind, str(title), str(summary), facts))
            return
        super().send_notification_mail(template_prefix, user, seen | (context or {}), email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        # Imported here because allauth loads its adapter while the apps are still loading.
        from portal_project.accounts.models import Merchant, User
        from portal_project.mail import outbox
        from portal_project.mail.models import OutgoingMail

        now, lifetime = timezone.now(), _lifetime(context)
        # Who is not known by the address is named, or is nobody here.
        person = context.get("user") or User.objects.filter(email=email).first()
        # Whoever chose no language, and read nothing here yet, has asked for the mail on a page in one.
        language = (person and languages.known(person)) or get_language()
        with override(language):
            defaults = {"email": email, "merchant_name": Merchant.load().name, "valid_for": _in_words(lifetime)}
            message = self.render_mail(template_prefix, email, defaults | _at_portal_url(context))
        outbox.add(
            OutgoingMail(
                key=f"account:{uuid4()}",
                recipient=email,
                template=OutgoingMail.READY_MADE,
                context={"subject": message.subject, "text": message.body},
                language=language,
                expires_at=now + lifetime if lifetime else None,
            )
        )


def _lifetime(context: dict[str, Any]) -> timedelta | None:
    """How long the code or link works that a mail is made from; None where it is made from none."""
    lifetimes = {
        "code": timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT),
        "activate_url": timedelta(days=settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS),
        "confirm_address_url": timedelta(seconds=settings.ADDRESS_CONFIRM_TIMEOUT),
        "undo_address_url": timedelta(seconds=settings.ADDRESS_UNDO_TIMEOUT),
        # Only what resets a password has one; other mails link to the page that asks for such a mail.
        "uid": timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    }
    return next((lifetime for name, lifetime in lifetimes.items() if name in context), None)


def _in_words(lifetime: timedelta | None) -> str:
    """Such as "15 minutes", or empty."""
    now = timezone.now()
    return timesince(now, now + lifetime).replace("\xa0", " ") if lifetime else ""


def _at_portal_url(context: dict[str, Any]) -> dict[str, Any]:
    """With each address at PORTAL_URL. allauth makes them from the request, whose Host is whatever somebody wrote there."""
    links = {name: urlsplit(value) for name, value in context.items() if name.endswith("_url")}
    return context | {
        name: settings.PORTAL_URL + link._replace(scheme="", netloc="").geturl() for name, link in links.items()
    }
