/* The page of what the worker does stays up to date, part by part; without this, “Look again” does it. */
"use strict";

const EVERY = 3_000;

const page = document.querySelector("[data-follow]");
const choice = document.querySelector("[data-follow-choice]");
const box = choice?.querySelector("input");

function later() {
  setTimeout(look, EVERY);
}

async function look() {
  if (document.hidden || !box.checked) return later();
  let text;
  try {
    const answer = await fetch(location.href, { redirect: "manual" });
    // Whoever was signed out meanwhile, or whose page is gone, is led elsewhere, and sees that when they press something.
    if (answer.type === "opaqueredirect") return;
    if (!answer.ok) return later();
    text = await answer.text();
  } catch {
    // The next time may work.
    return later();
  }
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const parts = [...page.querySelectorAll("[data-part]")].map((part) => replace(part, fresh));
  if (fresh.querySelector("[data-follow]") || parts.includes(false)) later();
  else choice.hidden = true;
}

function replace(part, fresh) {
  const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
  // What stays the same is not read out again, and keeps its place. Each answer has tokens of its own, which are no text.
  if (!other || part.textContent === other.textContent) return true;
  // Nothing is taken from under the finger of whoever is about to press it; it is replaced once they have left it.
  if (part.contains(document.activeElement) || part.querySelector(":is(a, button):hover")) return false;
  part.replaceChildren(...other.childNodes);
  return true;
}

if (box) {
  choice.hidden = false;
  later();
}
