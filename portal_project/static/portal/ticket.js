/* The page of a ticket tells that it is open and being written on, and shows which colleagues do the same and what they did. */
"use strict";

const EVERY = 20_000;

const here = document.querySelector("[data-presence]");
const written = document.querySelector("#answer textarea");
let hasTyped = false;
let toldOfTyping = 0;

async function tell() {
  if (document.hidden) return;
  const body = new URLSearchParams(hasTyped ? { writing: "1" } : {});
  body.append("seen", document.querySelector("#answer [name=seen]")?.value ?? "");
  if (hasTyped) toldOfTyping = Date.now();
  hasTyped = false;
  try {
    const headers = { "X-CSRFToken": here.dataset.token };
    // Whoever was signed out meanwhile is led elsewhere, and sees that when they send.
    const answer = await fetch(here.dataset.presence, { method: "POST", body, headers, redirect: "manual" });
    if (answer.ok) show(await answer.text());
  } catch {
    // The next time may work.
  }
}

function show(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").body;
  // What stays the same is not read out again.
  if (fresh.textContent.trim() !== here.textContent.trim()) here.replaceChildren(...fresh.childNodes);
}

if (here) {
  setInterval(tell, EVERY);
  document.addEventListener("visibilitychange", tell);
  written?.addEventListener("input", () => {
    hasTyped = true;
    if (Date.now() - toldOfTyping > EVERY) tell();
  });
}
