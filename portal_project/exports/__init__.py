"""CSV files of the admin's lists, as they are filtered: handed over at once, or made by the worker; and who took which.

A list has one by saying its `csv_columns` on its `ModelAdmin`; nothing here knows one by name
(`docs/design.md`, Files of lists).
"""
