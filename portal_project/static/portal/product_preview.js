/* The preview beside a product's form follows it as it is filled in; without this a button shows it. */
"use strict";

const box = document.querySelector("[data-preview]");
const frame = box?.querySelector("iframe");
const button = box?.querySelector("button");
const QUIET = 400;
const FOLLOWS = "[data-follows]";
let latest = new AbortController();
let waiting;

function makeRoom() {
  const page = frame.contentDocument?.querySelector("main");
  if (page) frame.style.setProperty("--tall", `${page.scrollHeight}px`);
}

function offer(shown) {
  button.hidden = !shown;
  // Enter in a field presses the first button that sends the form, also a hidden one.
  button.type = shown ? "submit" : "button";
}

async function follow() {
  latest.abort();
  const current = (latest = new AbortController());
  frame.setAttribute("aria-busy", "true");
  try {
    const body = new FormData(button.form);
    const answer = await fetch(button.formAction, { method: "POST", body, signal: current.signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll(FOLLOWS);
    // The page in the frame stays, and so do the place to which it is scrolled and what is read out when it changes.
    const shown = frame.contentDocument.querySelectorAll(FOLLOWS);
    if (fresh.length) shown.forEach((part, place) => part.replaceChildren(...fresh[place].childNodes));
    makeRoom();
  } catch (error) {
    // What is shown is stale now; pressing the button shows what became of it.
    if (error.name !== "AbortError") offer(true);
  } finally {
    if (current === latest) frame.removeAttribute("aria-busy");
  }
}

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(follow, QUIET);
}

frame?.addEventListener("load", () => {
  // As light or dark as the admin around it.
  const isDark = document.documentElement.classList.contains("dark");
  frame.contentDocument.documentElement.dataset.appearance = isDark ? "dark" : "light";
  makeRoom();
});
if (button) {
  offer(false);
  button.form.addEventListener("input", later);
  button.form.addEventListener("change", later);
  for (const event of ["formset:added", "formset:removed"]) document.addEventListener(event, later);
  // A form that came back unsaved, and one that the browser filled in again after going back.
  addEventListener("pageshow", () => {
    const [arrival] = performance.getEntriesByType("navigation");
    if (box.matches("[data-unsaved]") || arrival.type === "back_forward") later();
  });
}
