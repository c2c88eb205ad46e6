"""Whom a request came from, in words: the browser by what it calls itself, and the address."""

from django.utils.translation import gettext as _

NOWHERE = "0.0.0.0"
"""The address of all whose address the proxy does not tell; nobody else has it."""
# What stands in the name that a browser sends, in the order in which it decides: most also name those that came before them.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Vivaldi/": "Vivaldi",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Windows": "Windows",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Macintosh": "macOS",
    "Linux": "Linux",
}


def browser(user_agent: str) -> str:
    """Such as "Firefox on Windows"."""
    name, system = _found(BROWSERS, user_agent), _found(SYSTEMS, user_agent)
    if name and system:
        return _("%(browser)s on %(system)s") % {"browser": name, "system": system}
    if system:
        return _("A browser on %(system)s") % {"system": system}
    return name or _("An unknown browser")


def address(ip: str) -> str:
    return _("unknown") if ip == NOWHERE else ip


def _found(table: dict[str, str], user_agent: str) -> str:
    return next((name for mark, name in table.items() if mark in user_agent), "")
