// What pages do beyond HTML and htmx: moving times, keys, theme, one submit per click. Nothing here is needed to work.
(() => {
  "use strict";
  const words = document.body.dataset;
  const shift = words.now ? Date.parse(words.now) - Date.now() : 0; // the server's clock counts, not this screen's
  const nbsp = "\u00a0";
  const pad = (number) => String(number).padStart(2, "0");
  const fill = (pattern, text) => (pattern || "{}").replace("{}", text);
  const store = (key, value) => {
    try {
      if (value === undefined) return localStorage.getItem(key);
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch { /* storage refused: remembered for this page only */ }
    return null;
  };

  // --- times: the same rules as timewords.py ---
  function span(seconds) {
    if (seconds < 60) return `${seconds}${nbsp}s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)}${nbsp}min`;
    if (seconds < 86400) {
      const minutes = Math.floor((seconds % 3600) / 60);
      return `${Math.floor(seconds / 3600)}${nbsp}h` + (minutes ? `${nbsp}${pad(minutes)}` : "");
    }
    const days = Math.floor(seconds / 86400);
    const hours = Math.floor((seconds % 86400) / 3600);
    if (days >= 3 || (!hours && days > 1)) return fill(words.days, days);
    return hours ? `${days}${nbsp}${words.day}${nbsp}${hours}${nbsp}h` : fill(words.days1, days);
  }
  const remaining = (seconds) =>
    seconds < 3600 ? `${pad(Math.floor(seconds / 60))}:${pad(seconds % 60)}` : span(seconds);
  const set = (node, text) => { if (node.textContent !== text) node.textContent = text; };

  function tick() {
    const now = Date.now() + shift;
    for (const node of document.querySelectorAll("time.countdown")) {
      const gap = Date.parse(node.dateTime) - now;
      const late = gap < 0;
      set(node, fill(late ? words.over : words.due, remaining(Math.floor(Math.abs(gap) / 1000))));
      node.classList.toggle("is-over", late);
      node.classList.toggle("is-soon", !late && gap <= 600_000);
      node.classList.toggle("is-calm", !late && gap > 600_000);
    }
    for (const node of document.querySelectorAll("time.moment > .rel")) {
      const gap = Date.parse(node.parentNode.dateTime) - now;
      const length = Math.floor(Math.abs(gap) / 1000);
      set(node, length < 60 ? words.justNow : fill(gap > 0 ? words.in : words.ago, span(length)));
    }
    for (const node of document.querySelectorAll("time.moment .long"))
      set(node, span(Math.max(0, Math.floor((now - Date.parse(node.closest("time").dateTime)) / 1000))));
    for (const node of document.querySelectorAll("time[data-clock] > .hand")) {
      const parts = new Intl.DateTimeFormat("en-GB", { timeZone: node.parentNode.dataset.clock, hour: "2-digit", minute: "2-digit" })
        .format(now).split(":");
      set(node, document.documentElement.lang.startsWith("fr") ? `${Number(parts[0])}${nbsp}h${nbsp}${parts[1]}` : parts.join(":"));
    }
  }
  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:afterSettle", tick);

  // --- theme ---
  function showTheme() {
    const theme = document.documentElement.dataset.theme || "auto";
    for (const button of document.querySelectorAll("[data-theme-set]"))
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === theme));
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-set]");
    if (button) {
      const theme = button.dataset.themeSet;
      if (theme === "auto") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = theme;
      store("vigie-theme", theme === "auto" ? null : theme);
      showTheme();
    }
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(event.target)) menu.open = false;
  });
  showTheme();

  // --- keys: an element says its own with data-key="n" or "g d"; the reader may switch them off (WCAG 2.1.4) ---
  let before = "";
  let forget = 0;
  const silent = () => store("vigie-keys") === "off";
  const writing = (node) => node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) && !/^(checkbox|radio|button|submit)$/.test(node.type);
  function press(keys) {
    const named = `[data-key="${CSS.escape(keys)}"]`;
    const node = document.querySelector(`main ${named}`) || document.querySelector(named);
    if (!node || node.disabled) return false;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName)) { node.focus(); node.scrollIntoView({ block: "nearest" }); }
    else node.click();
    return true;
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = event.target.closest?.("details.menu[open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
      else if (writing(event.target) && event.target.dataset.key) event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target) || document.querySelector("dialog[open]") || silent()) return;
    const pair = before ? `${before} ${event.key}` : "";
    before = "";
    if (pair && press(pair)) return event.preventDefault();
    if (press(event.key)) return event.preventDefault();
    if (event.key === "g") {
      before = "g";
      clearTimeout(forget);
      forget = setTimeout(() => { before = ""; }, 1500);
    }
  });
  const keysOff = document.querySelector("[data-keys-off]");
  if (keysOff) {
    keysOff.checked = silent();
    keysOff.addEventListener("change", () => store("vigie-keys", keysOff.checked ? "off" : null));
  }

  // --- one submit per click; htmx forms are stopped by htmx itself and only lose their button for the while ---
  const busy = new Set();
  function hold(button) {
    if (!button || button.disabled) return;
    busy.add(button);
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
  }
  function free() {
    for (const button of busy) { button.disabled = false; button.removeAttribute("aria-busy"); }
    busy.clear();
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.method === "get" || form.target === "_blank") return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => hold(event.submitter), 0); // after the browser has read the button's own value
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const source = event.detail.elt;
    if (source.tagName === "FORM") hold(event.detail.requestConfig.triggeringEvent?.submitter);
    else if (source.tagName === "BUTTON") hold(source);
  });
  document.addEventListener("htmx:afterRequest", free);
  addEventListener("pageshow", (event) => { if (event.persisted) free(); });

  // --- a fragment that was refused or lost says so on top of the page; what was typed stays where it is ---
  function complain(title, text) {
    if (document.getElementById("stale")) return; // a screen that nobody touches says it in its own way, see stale.js
    const main = document.getElementById("main");
    let box = document.getElementById("complaint");
    if (!box) {
      box = document.createElement("div");
      box.id = "complaint";
      box.className = "message refused";
      box.setAttribute("role", "alert");
      box.tabIndex = -1;
      main.prepend(box);
    }
    const mark = document.createElement("span");
    mark.className = "status-down word";
    mark.textContent = "■";
    mark.setAttribute("aria-hidden", "true");
    const body = document.createElement("div");
    for (const [tag, words] of [["strong", title], ["p", text]]) {
      const node = document.createElement(tag);
      node.textContent = words || "";
      if (words) body.append(node);
    }
    box.replaceChildren(mark, body);
    box.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("htmx:responseError", (event) => {
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    const title = page.querySelector("h1")?.textContent.trim();
    complain(title || `${event.detail.xhr.status}`, page.querySelector(".what")?.textContent.trim().replace(/\s+/g, " "));
  });
  document.addEventListener("htmx:sendError", () => complain(words.lost, ""));
  document.addEventListener("htmx:timeout", () => complain(words.lost, ""));
  document.addEventListener("htmx:afterSwap", () => document.getElementById("complaint")?.remove());

  // --- a refused form brings its reader to the summary of what to correct ---
  document.querySelector("[data-take-focus]")?.focus();
})();
