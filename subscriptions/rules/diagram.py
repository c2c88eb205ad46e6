"""The state diagram of the documentation, made from the table in `states`, so that it cannot differ from it."""

from collections.abc import Iterator

from subscriptions.rules.states import TABLE, Action, Status, Transition

# Done by the calendar rather than by a person.
BY_DATE = {Action.START_PAUSE, Action.CONVERT_TRIAL, Action.RENEW}


def as_mermaid() -> str:
    lines = ["stateDiagram-v2"]
    for action, line in TABLE.items():
        lines += [f"    {source} --> {target}: {_label(action, line)}" for source, target in _arrows(line)]
    lines.append(f"    {Status.CANCELED} --> [*]")
    return "\n".join(lines)


def _arrows(line: Transition) -> Iterator[tuple[str, str]]:
    if not line.sources:
        yield from (("[*]", str(target)) for target in sorted(line.targets))
    elif line.targets == line.sources:
        yield from ((str(status), str(status)) for status in sorted(line.sources))
    else:
        yield from ((str(source), str(target)) for source in sorted(line.sources) for target in sorted(line.targets))


def _label(action: Action, line: Transition) -> str:
    notes = []
    if action in BY_DATE:
        notes.append("on its date")
    if line.needs_end:
        notes.append("while an end is scheduled")
    if line.refuses_end:
        notes.append("while no end is scheduled")
    return f"{action.label} ({', '.join(notes)})" if notes else str(action.label)
