from django import template

from portal_project.accounts import clients

register = template.Library()
register.filter("browser", clients.browser)
register.filter("address", clients.address)
