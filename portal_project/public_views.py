from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from portal_project.accounts.models import Merchant
from portal_project.common.uploads import image_type


@require_safe
@login_not_required
@cache_control(max_age=300, public=True)
def brand_css(request: HttpRequest) -> HttpResponse:
    """The merchant's accent colour for the portal's stylesheet; a file of its own, because the policy allows no inline style."""
    return HttpResponse(f":root {{ --brand: {Merchant.load().accent_color}; }}\n", content_type="text/css")


@require_safe
@login_not_required
@cache_control(max_age=31_536_000, public=True, immutable=True)
def logo(request: HttpRequest, name: str) -> HttpResponseBase:
    """The merchant's logo. A new one has another name, and an older mail that asks by its old one gets the new."""
    stored = Merchant.load().logo
    if not stored or not stored.storage.exists(str(stored)):
        raise Http404
    content_type = image_type(stored.file)
    if content_type is None:
        raise Http404
    return FileResponse(stored.open(), content_type=content_type)


def closed(request: HttpRequest) -> HttpResponse:
    raise Http404


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """The admin's own sign-in has no limits on attempts, so it is the portal's; a customer who is signed in stays out."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect(f"{reverse('account_login')}?{request.GET.urlencode()}")
