/* Whoever fills in what belongs to one of several choices has chosen it; without this, the form asks. */
"use strict";

document.addEventListener("input", (event) => {
  const radio = event.target.closest("[data-choice]")?.querySelector("input[type=radio]");
  if (radio && event.target !== radio && event.target.value) radio.checked = true;
});
