"""Charts that the server draws, without a script: what they show as rows of numbers, and where each mark stands.

Along the page everything is measured in percent and down the page in pixels, so that a chart fits any screen and its texts keep
their size. `tags` has the tag that places one with its title, its description and its numbers as a table.
"""

from portal_project.common.charts.drawing import Chart, Row

__all__ = ["Chart", "Row"]
