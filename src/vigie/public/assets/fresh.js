// Tells the reader when this page is older than the desk promises, or when something newer was published.
// Without this script the foot of the page says the same in words.
"use strict";
(() => {
  const stale = document.getElementById("stale");
  const news = document.getElementById("news");
  if (!stale || !news) return;
  const limit = Number(stale.dataset.heartbeat) * 60000;
  const built = Number(stale.dataset.built) * 1000;

  const judge = (newest) => {
    stale.hidden = Date.now() - newest <= limit;
  };

  const ask = async () => {
    let newest = built;
    try {
      const answer = await fetch(stale.dataset.heart, { cache: "no-store" });
      const heart = await answer.json();
      newest = Math.max(built, Date.parse(heart.built_at) || 0);
      news.hidden = !(heart.news > Number(stale.dataset.news));
    } catch {
      // No answer, or opened from a folder: the page's own time must do.
    }
    judge(newest);
  };

  judge(built);
  if (location.protocol !== "file:") setInterval(ask, 60000);
  else setInterval(() => judge(built), 60000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) judge(built);
  });
})();
