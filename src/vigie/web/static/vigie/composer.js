// The composer's two comforts: counters that move with the typing, and a word before unsaved text is left behind.
(() => {
  "use strict";
  const form = document.querySelector("form.composer");
  if (!form) return;

  function count() {
    for (const counter of form.querySelectorAll("[data-counts]")) {
      const text = document.getElementById(counter.dataset.counts).value.trim().split(/\s+/).join(" ");
      const length = text ? [...text].length : Number(counter.dataset.made); // characters, as the server counts them
      counter.textContent = `${length}/${counter.dataset.limit}`;
      counter.classList.toggle("is-over", length > Number(counter.dataset.limit));
    }
  }

  let dirty = Boolean(document.querySelector(".message.refused"));
  form.addEventListener("input", (event) => {
    count();
    if (event.target.name !== "look") dirty = true;
  });
  form.addEventListener("submit", () => { dirty = false; });
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  count();
})();
