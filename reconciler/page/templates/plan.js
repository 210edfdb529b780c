
"use strict";
(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const selects = [...form.querySelectorAll("select")];
  const tiles = [...document.querySelectorAll("button.tile")];
  const boxes = [...document.querySelectorAll("details.box, section.part")];
  const MANY = 500; // a folded box with more hits stays folded
  const folded = new Map();

  // What is searched has neither case nor accents: "lopez" finds "López".
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const items = [...document.querySelectorAll(".item")].map((node) => ({
    node,
    rows: [...node.querySelectorAll("li[data-action]")],
    text: null,
  }));
  const textOf = (item) => (item.text ??= plain(`${item.node.textContent} ${item.node.dataset.router ?? ""}`));

  const isShown = (item, words, wanted, actions, cause) => {
    const data = item.node.dataset;
    for (const [name, value] of wanted) if ((data[name] ?? "") !== value) return false;
    if (words.length && !words.every((word) => textOf(item).includes(word))) return false;
    if (!actions.size && !cause) return true;
    let any = false;
    for (const row of item.rows) {
      const one = (!actions.size || actions.has(row.dataset.action)) && (!cause || row.dataset.cause === cause);
      row.hidden = !one;
      any ||= one;
    }
    return any;
  };

  const fold = (active) => {
    for (const box of boxes) {
      const hits = box.querySelectorAll(".item:not([hidden])").length;
      box.hidden = active && !hits;
      if (box.localName !== "details") continue;
      if (active) {
        if (!folded.has(box)) folded.set(box, box.open);
        box.open = hits <= MANY || folded.get(box);
      } else if (folded.has(box)) {
        box.open = folded.get(box);
      }
    }
    if (!active) folded.clear();
  };

  const update = () => {
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    const chosen = selects.filter((one) => one.value).map((one) => [one.dataset.filter, one.value]);
    const wanted = chosen.filter(([name]) => name !== "cause");
    const cause = chosen.find(([name]) => name === "cause")?.[1];
    const actions = new Set(tiles.filter((one) => one.ariaPressed === "true").map((one) => one.dataset.tile));
    const active = Boolean(words.length || chosen.length || actions.size);
    let shown = 0;
    let all = 0;
    for (const item of items) {
      for (const row of item.rows) row.hidden = false;
      item.node.hidden = !isShown(item, words, wanted, actions, cause);
      all += item.rows.length;
      if (!item.node.hidden) shown += item.rows.filter((row) => !row.hidden).length;
    }
    fold(active);
    found.hidden = !active;
    found.firstElementChild.value = `${shown} of ${all} changes`;
  };

  for (const tile of tiles) {
    tile.disabled = false;
    tile.addEventListener("click", () => {
      tile.ariaPressed = tile.ariaPressed === "true" ? "false" : "true";
      update();
    });
  }
  search.addEventListener("input", update);
  for (const select of selects) select.addEventListener("change", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    for (const tile of tiles) tile.ariaPressed = "false";
    setTimeout(update); // the fields are empty only after this event
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea");
    if (event.key === "/" && !typing) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      form.reset();
    }
  });
  form.hidden = false;
})();
