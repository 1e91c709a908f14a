// Narrow a long list of boxes to the words typed above it; what is ticked stays in sight.
(() => {
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  for (const field of document.querySelectorAll("input[data-narrows]")) {
    const list = document.getElementById(field.dataset.narrows);
    const nothing = list.nextElementSibling;
    const narrow = () => {
      const words = plain(field.value).split(/\s+/).filter(Boolean);
      for (const item of list.children) {
        const fits = words.every((word) => plain(item.textContent).includes(word));
        item.hidden = !fits && !item.querySelector(":checked");
      }
      nothing.hidden = [...list.children].some((item) => !item.hidden);
    };
    field.addEventListener("input", narrow);
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    narrow();
  }
})();
