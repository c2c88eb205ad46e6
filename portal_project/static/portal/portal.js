/* Makes pages that work without it quicker: what will happen follows the form, a double click sends once, Escape closes the menu. */
"use strict";

let latest = new AbortController();

async function preview(form) {
  const shown = document.querySelector("[data-effect]");
  if (!shown) return;
  latest.abort();
  const current = (latest = new AbortController());
  const body = new FormData(form);
  body.append("preview", "1");
  shown.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.getAttribute("action") || location.href, { method: "POST", body, signal: current.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    // The element itself stays, because only a live region that was there before is read out.
    const fresh = page.querySelector("[data-effect], main > .empty");
    if (fresh) shown.replaceChildren(...fresh.childNodes);
  } catch {
    // What is shown may now be stale; the server compares it on submit and shows the page again.
  } finally {
    if (current === latest) shown.removeAttribute("aria-busy");
  }
}

function setSending(form, sending) {
  form.toggleAttribute("data-sending", sending);
  for (const control of form.elements) {
    if (control.type === "submit") control.disabled = sending;
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-live-preview]")) return;
  // Without a marked control, every one counts.
  if (event.target.matches("[data-live]") || !form.querySelector("[data-live]")) preview(form);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.matches("[data-sending]")) event.preventDefault();
  // A moment later, so that the button that was pressed is still part of what is sent.
  else setTimeout(() => setSending(form, true));
});

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector(".menu[open]");
  if (event.key !== "Escape" || !menu) return;
  if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  menu.open = false;
});

addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-once]").forEach((form) => setSending(form, false));
  document.querySelector("[aria-invalid=true]")?.focus();
});
