"""The pages on which people change their e-mail address, and those to which the links in its mails lead."""

from http import HTTPStatus

from allauth.account.decorators import reauthentication_required
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal_project.accounts import address, limits
from portal_project.accounts.forms import AddressForm
from portal_project.accounts.models import AddressChange
from portal_project.accounts.models.address_change import CONFIRM, UNDO
from portal_project.accounts.people import person


@require_http_methods(["GET", "POST"])
@reauthentication_required
def change_address(request: HttpRequest) -> HttpResponse:
    """Where one asks for another address."""
    user = person(request)
    form = AddressForm(request.POST or None, person=user, request=request)
    if form.is_valid():
        address.ask(user, form.cleaned_data["new_email"], now=timezone.now())
        _say_sent(request, form.cleaned_data["new_email"])
        return redirect("account")
    status = HTTPStatus.TOO_MANY_REQUESTS if limits.refused(form) else HTTPStatus.OK
    return TemplateResponse(request, "account/change_address.html", {"form": form}, status=status)


@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    change = _pending(request)
    try:
        limits.consume(request, "address", change.new_email)
        limits.consume(request, "change-address", person(request).email)
        address.send_again(change, now=timezone.now())
    except limits.TooManyAttempts as error:
        messages.error(request, error.message)
    except address.LinkGone:
        # Confirmed, or dropped, a moment ago; the page shows which.
        pass
    else:
        _say_sent(request, change.new_email)
    return redirect("account")


@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    AddressChange.objects.pending().filter(user=person(request)).delete()
    messages.success(request, _("Your e-mail address stays as it is."))
    return redirect("account")


@require_http_methods(["GET", "POST"])
@login_not_required
def confirm_address(request: HttpRequest, secret: str) -> HttpResponse:
    """Whoever opens the link shows that they read the new address; that is enough, in any browser."""
    change, now, page = AddressChange.of(secret, CONFIRM), timezone.now(), "account/confirm_address.html"
    if change is None or not change.user.is_active or not (change.can_be_confirmed(now) or change.is_in_force):
        return _gone(request)
    if request.method != "POST":
        return TemplateResponse(request, page, {"change": change})
    # Asked before, because the change ends the sessions of this person, and this one only goes on below.
    is_here = request.user.pk == change.user_id
    try:
        user = address.confirm(change, now=now)
    except address.LinkGone:
        return _gone(request)
    except address.AddressTaken:
        return _taken(request, change.new_email)
    if is_here:
        update_session_auth_hash(request, user)
        messages.success(request, _("Your e-mail address is now %(email)s.") % {"email": user.email})
        return redirect("account")
    return redirect(request.path)


@require_http_methods(["GET", "POST"])
@login_not_required
def undo_address(request: HttpRequest, secret: str) -> HttpResponse:
    """Whoever opens the link shows that they read the old address, and goes on to a new password."""
    change, now = AddressChange.of(secret, UNDO), timezone.now()
    if change is None or not change.user.is_active or not (change.can_be_undone(now) or change.undone_at):
        return _gone(request)
    if request.method != "POST" or change.undone_at:
        return TemplateResponse(request, "account/undo_address.html", {"change": change})
    try:
        user = address.undo(change, now=now)
    except address.LinkGone:
        # Undone by another click, at the same moment.
        return redirect(request.path)
    except address.AddressTaken:
        return _taken(request, change.old_email)
    # Also here, because the page of the new password keeps its key in a session.
    logout(request)
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    messages.success(request, _("%(email)s is back. Choose a new password.") % {"email": user.email})
    return redirect("account_reset_password_from_key", **key)


def _pending(request: HttpRequest) -> AddressChange:
    return get_object_or_404(AddressChange.objects.pending(), user=person(request))


def _say_sent(request: HttpRequest, email: str) -> None:
    """The same whether somebody has the address or not."""
    text = _("We have sent a mail to %(email)s. Nothing changes until you open the link in it.")
    messages.success(request, text % {"email": email})


def _gone(request: HttpRequest) -> HttpResponse:
    """A page like any other, because what is refused by its status is logged with its address, in which the link stands."""
    return TemplateResponse(request, "account/address_refused.html")


def _taken(request: HttpRequest, email: str) -> HttpResponse:
    return TemplateResponse(request, "account/address_refused.html", {"taken": email})
