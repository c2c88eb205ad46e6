"""The worker's own pages, in the look of the rest."""

from django.contrib import admin
from django_q import admin as django_q
from django_q.models import Failure, OrmQ, Schedule, Success

from portal_project.common.admin import ModelAdmin

PAGES = {
    Schedule: django_q.ScheduleAdmin,
    Success: django_q.TaskAdmin,
    Failure: django_q.FailAdmin,
    OrmQ: django_q.QueueAdmin,
}

for model, page in PAGES.items():
    if admin.site.is_registered(model):
        admin.site.unregister(model)
    admin.site.register(model, type(page.__name__, (page, ModelAdmin), {}))
