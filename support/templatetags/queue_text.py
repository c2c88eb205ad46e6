"""How the queue says what presses, for templates."""

from django import template

from support.queue.pressing import days_left, pressing

register = template.Library()
register.filter(days_left)
register.filter(pressing)
