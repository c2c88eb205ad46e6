/* A form with `data-passkey` asks the browser for a passkey before it is sent: to `create` one, or to `get` what one says. */
"use strict";

async function challenge(form) {
  // The sign-in page asks for one only when somebody presses the button, because each begins a session.
  const kept = document.getElementById("passkey-options");
  if (kept) return JSON.parse(kept.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options;
}

function say(form, error) {
  const failed = form.querySelector("[data-passkey-failed]");
  const known = error?.name === "InvalidStateError" && failed.dataset.known;
  failed.textContent = known || failed.dataset.passkeyFailed;
  failed.hidden = false;
}

async function send(form) {
  const button = form.querySelector("[data-passkey-button]");
  button.disabled = true;
  form.querySelector("[data-passkey-failed]").hidden = true;
  try {
    const said = await webauthnJSON[form.dataset.passkey](await challenge(form));
    form.elements.credential.value = JSON.stringify(said);
    form.submit();
  } catch (error) {
    say(form, error);
    button.disabled = false;
  }
}

document.querySelectorAll("form[data-passkey]").forEach((form) => {
  const usable = webauthnJSON.supported();
  const missing = form.querySelector("[data-passkey-missing]");
  // Until now it says that this script did not run.
  missing.textContent = missing.dataset.passkeyMissing;
  missing.hidden = usable;
  form.querySelector("[data-passkey-button]").hidden = !usable;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (usable) send(form);
  });
});

addEventListener("pageshow", () => {
  document.querySelectorAll("[data-passkey-button]").forEach((button) => (button.disabled = false));
});
