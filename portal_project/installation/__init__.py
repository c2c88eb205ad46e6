"""Whether the installation is in order: one function per check, read by the first steps on the admin's home, the page "System"
and `manage.py check` alike (`docs/design.md`, System).
"""
