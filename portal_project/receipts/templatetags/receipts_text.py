from django import template

from portal_project.receipts.words import given_in_words

register = template.Library()
register.filter("given", given_in_words)
