"""The state diagram of the documentation, made from the records in `actions`, so that it cannot differ from it."""

from collections.abc import Iterator

from subscriptions.rules.actions import ACTIONS, Record
from subscriptions.rules.states import Action, Status


def as_mermaid() -> str:
    lines = ["stateDiagram-v2"]
    for action, record in ACTIONS.items():
        lines += [f"    {source} --> {target}: {_label(action, record)}" for source, target in _arrows(record)]
    lines.append(f"    {Status.CANCELED} --> [*]")
    return "\n".join(lines)


def _arrows(record: Record) -> Iterator[tuple[str, str]]:
    if not record.sources:
        yield from (("[*]", str(target)) for target in sorted(record.targets))
    elif record.targets == record.sources:
        yield from ((str(status), str(status)) for status in sorted(record.sources))
    else:
        yield from (
            (str(source), str(target)) for source in sorted(record.sources) for target in sorted(record.targets)
        )


def _label(action: Action, record: Record) -> str:
    notes = []
    if record.by_date:
        notes.append("on its date")
    if record.needs_end:
        notes.append("while an end is scheduled")
    if record.refuses_end:
        notes.append("while no end is scheduled")
    return f"{action.label} ({', '.join(notes)})" if notes else str(action.label)
