// Loaded before the first paint: the theme that this browser's reader chose, and the news that scripts run here.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("vigie-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch { /* storage refused: the system's theme it is */ }
})();
