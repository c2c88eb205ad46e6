"""Whatever colour a merchant chooses, what is made of it can be read: text, links and buttons, light and dark."""

from itertools import product

import pytest

# Six steps of each part, from black over full colours to white.
LEVELS = (0, 51, 102, 153, 204, 255)
COLOURS = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in product(LEVELS, repeat=3)]
# Text on its ground: each as CSS has it, and how much it has to stand out (WCAG 2.2, 1.4.3 and 1.4.11).
PAIRS = [
    ("var(--accent)", "var(--card)", 4.5),
    ("var(--accent)", "var(--bg)", 4.5),
    ("var(--accent)", "var(--field)", 4.5),
    ("var(--on-accent)", "var(--accent)", 4.5),
    ("var(--accent)", "color-mix(in oklab, var(--accent), var(--card) 95%)", 4.5),
]
# The browser reckons each colour, and a canvas says which red, green and blue it is on the screen.
PAINTED = """
([colours, pairs]) => {
  const canvas = new OffscreenCanvas(1, 1), brush = canvas.getContext("2d", { willReadFrequently: true });
  const probe = document.body.appendChild(document.createElement("i"));
  const paint = (colour) => {
    probe.style.color = colour;
    brush.fillStyle = getComputedStyle(probe).color;
    brush.fillRect(0, 0, 1, 1);
    return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  return colours.map((colour) => {
    document.documentElement.style.setProperty("--brand", colour);
    return pairs.map(([ink, ground]) => [paint(ink), paint(ground)]);
  });
}
"""


def luminance(colour):
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_hundred_colours_can_be_read(page, live_server, db, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live_server.url}/accounts/login/")
    found = page.evaluate(PAINTED, [COLOURS, [pair[:2] for pair in PAIRS]])
    assert len(found) == 216
    faint = [
        (colour, ink, ground, round(contrast(*painted), 2))
        for colour, row in zip(COLOURS, found, strict=True)
        for (ink, ground, least), painted in zip(PAIRS, row, strict=True)
        if contrast(*painted) < least
    ]
    assert faint == []
