/* The queue by keyboard: j and k move, Enter opens (it is a link), x chooses, a takes, / searches, ? lists the keys. */
"use strict";

const form = document.querySelector("[data-queue]");
const rows = [...document.querySelectorAll("[data-row]")];

function current() {
  return rows.findIndex((row) => row.contains(document.activeElement));
}

function move(step) {
  const from = current();
  const to = from < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, from + step));
  const link = rows[to]?.querySelector("[data-open]");
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
}

function box(row) {
  return row?.querySelector("input[type=checkbox]");
}

function take(row) {
  const chosen = box(row);
  if (!chosen || !form) return;
  const button = document.createElement("button");
  button.name = "take";
  button.value = chosen.value;
  button.hidden = true;
  form.append(button);
  form.requestSubmit(button);
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  x: () => box(rows[current()])?.click(),
  a: () => take(rows[current()]),
  Enter: () => rows[current()]?.querySelector("[data-open]")?.click(),
  "/": () => document.querySelector("input[name=q]")?.focus(),
  "?": () => {
    const keys = document.querySelector("[data-keys]");
    keys?.toggleAttribute("open");
    keys?.scrollIntoView({ block: "nearest" });
  },
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  // Links and buttons know Enter themselves; in a box to tick it would press the form's first button.
  if (event.key === "Enter" && !event.target.matches("[type=checkbox]")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.querySelector("[data-all]")?.addEventListener("change", (event) => {
  rows.forEach((row) => (box(row).checked = event.target.checked));
});
