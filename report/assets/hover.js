// Shows the <title> of what is under the pointer at once and in one style; without this script the
// browser shows it. Unfolds everything for print.
(() => {
  const box = document.createElement("div");
  box.id = "readout";
  box.hidden = true;
  document.body.append(box);
  for (const title of document.querySelectorAll("figure svg title")) {
    const owner = title.parentNode;
    owner.setAttribute("aria-label", title.textContent);
    if (owner.tagName === "rect") owner.dataset.tip = title.textContent;
    title.remove();
  }
  addEventListener("pointermove", (e) => {
    const owner = e.target.closest && e.target.closest("[data-tip]");
    box.hidden = !owner;
    if (!owner) return;
    box.textContent = owner.dataset.tip;
    const x = Math.min(e.clientX + 14, innerWidth - box.offsetWidth - 8);
    const y = Math.min(e.clientY + 14, innerHeight - box.offsetHeight - 8);
    box.style.transform = `translate(${Math.max(x, 4)}px, ${Math.max(y, 4)}px)`;
  });
  addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("details")) folded.open = true;
  });
})();
