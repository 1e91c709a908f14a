// Tells the reader when this page is older than the desk promises, or when something newer was published.
// A page that carries no time of its own (nothing goes on there) is judged by the heartbeat alone, and newer is it if
// the host gives it another mark. Without this script the foot of the page says the same in words.
"use strict";
(() => {
  const stale = document.getElementById("stale");
  const news = document.getElementById("news");
  if (!stale || !news) return;
  const limit = Number(stale.dataset.heartbeat) * 60000;
  const built = Number(stale.dataset.built || 0) * 1000;
  let first = null;

  const judge = (newest) => {
    stale.hidden = !newest || Date.now() - newest <= limit;
  };

  const changed = async () => {
    const answer = await fetch(location.href, { method: "HEAD", cache: "no-cache" });
    const mark = answer.ok && (answer.headers.get("etag") || answer.headers.get("last-modified"));
    first = first || mark;
    return Boolean(mark) && mark !== first;
  };

  const ask = async () => {
    let newest = built;
    try {
      const answer = await fetch(stale.dataset.heart, { cache: "no-store" });
      const heart = await answer.json();
      newest = Math.max(built, Date.parse(heart.built_at) || 0);
      news.hidden = !(built ? heart.news > Number(stale.dataset.news) : await changed());
    } catch {
      // No answer, or opened from a folder: the page's own time must do.
    }
    judge(newest);
  };

  const online = location.protocol !== "file:";
  judge(built);
  if (online && !built) ask();
  setInterval(online ? ask : () => judge(built), 60000);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    if (online && !built) ask();
    else judge(built);
  });
})();
