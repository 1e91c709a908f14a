// A screen that nobody touches: when what it shows has become old, it says so, loudly, and takes it back when the desk answers.
(() => {
  "use strict";
  const band = document.getElementById("stale");
  if (!band) return;
  const nbsp = "\u00a0";
  let read = Date.now(); // by this screen's own clock: only how long ago counts
  const span = (seconds) => seconds < 3600 ? `${Math.floor(seconds / 60)}${nbsp}min` : `${Math.floor(seconds / 3600)}${nbsp}h${nbsp}${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")}`;
  function look() {
    const after = Number(band.dataset.after || 0);
    const age = (Date.now() - read) / 1000;
    const stale = after > 0 && age > after;
    band.hidden = !stale;
    document.documentElement.classList.toggle("is-stale", stale);
    const words = stale ? band.dataset.words.replace("{}", span(age)) : "";
    if (band.textContent !== words) band.textContent = words;
  }
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "main" || event.detail.elt?.id === "main") { read = Date.now(); look(); }
  });
  setInterval(look, 1000);
})();
