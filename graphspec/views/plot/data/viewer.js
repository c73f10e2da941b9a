"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const stage = byId("stage"), panel = byId("panel"), details = byId("details");
  const search = byId("search"), said = byId("said");
  const views = [...stage.children].map((element, at) => {
    const svg = element.querySelector("svg");
    const cards = new Map([...svg.querySelectorAll("g[data-card]")].map((card) => [card.dataset.card, card]));
    const box = svg.viewBox.baseVal;
    return { element, svg, cards, links: data.views[at].links, width: box.width, height: box.height };
  });
  let current = data.start, at = null, picked = null, hits = [], hit = -1, elsewhere = -1;

  const view = () => views[current];
  const element = (name, text, parent) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  };

  // The place on screen: x and y of the picture at the top left corner, and pixels to a unit.
  const draw = () => {
    const size = stage.getBoundingClientRect();
    view().svg.setAttribute("viewBox", [at.x, at.y, size.width / at.scale, size.height / at.scale].join(" "));
  };
  const fit = () => {
    const size = stage.getBoundingClientRect(), { width, height } = view();
    const scale = Math.min(size.width / width, size.height / height, 1.6);
    at = { scale, x: (width - size.width / scale) / 2, y: (height - size.height / scale) / 2 };
    draw();
  };
  const zoom = (factor, left, top) => {
    const size = stage.getBoundingClientRect();
    const dx = left === undefined ? size.width / 2 : left - size.left, dy = top === undefined ? size.height / 2 : top - size.top;
    const scale = Math.min(Math.max(at.scale * factor, 0.02), 12);
    at = { scale, x: at.x + dx / at.scale - dx / scale, y: at.y + dy / at.scale - dy / scale };
    draw();
  };
  const pan = (dx, dy) => { at = { ...at, x: at.x - dx / at.scale, y: at.y - dy / at.scale }; draw(); };
  const center = (card) => {
    const box = card.getBBox(), size = stage.getBoundingClientRect();
    const scale = Math.max(at.scale, 0.8);
    const room = panel.hidden ? size.width : Math.max(size.width - panel.offsetWidth, size.width / 3);
    at = { scale, x: box.x + box.width / 2 - room / 2 / scale, y: box.y + box.height / 2 - size.height / 2 / scale };
    draw();
  };

  // Everything that feeds a card, and the lines on the way.
  const trace = (path) => {
    const { svg, cards, links } = view();
    const reached = new Set([path]), used = new Set(), waiting = [path];
    const feeding = new Map();
    links.forEach((link, number) => {
      if (!feeding.has(link[1])) feeding.set(link[1], []);
      feeding.get(link[1]).push(number);
    });
    while (waiting.length) {
      for (const number of feeding.get(waiting.pop()) || []) {
        used.add(String(number));
        const source = links[number][0];
        if (!reached.has(source)) { reached.add(source); waiting.push(source); }
      }
    }
    cards.forEach((card, name) => card.classList.toggle("path", reached.has(name)));
    svg.querySelectorAll("path[data-links]").forEach((line) =>
      line.classList.toggle("path", line.dataset.links.split(" ").some((number) => used.has(number))));
    svg.classList.add("traced");
  };
  const untrace = () => views.forEach(({ svg }) => svg.classList.remove("traced"));

  const neighbours = (title, names) => {
    if (!names.length) return;
    element("p", title, details);
    const list = element("ul", undefined, details);
    for (const [name, label] of names) {
      const item = element("li", undefined, list), button = element("button", data.cards[name].name, item);
      button.addEventListener("click", () => pick(name, true));
      if (label) item.append(" " + label);
    }
  };
  const describe = (path) => {
    const card = data.cards[path], { links } = view();
    details.replaceChildren();
    element("h2", card.name, details);
    element("p", card.type, details);
    const list = element("dl", undefined, details);
    for (const [name, value] of card.facts) { element("dt", name, list); element("dd", value, list); }
    if (card.arguments.length) {
      element("p", "arguments", details);
      const given = element("dl", undefined, details);
      for (const [name, value] of card.arguments) { element("dt", name, given); element("dd", value, given); }
    }
    for (const number of card.mistakes) element("p", data.mistakes[number - 1], details).className = "wrong";
    neighbours("fed by", links.filter((link) => link[1] === path).map((link) => [link[0], link[2]]));
    neighbours("feeds", links.filter((link) => link[0] === path).map((link) => [link[1], link[2]]));
    panel.hidden = false;
  };
  const drop = () => {
    if (picked) views.forEach(({ cards }) => cards.get(picked) && cards.get(picked).classList.remove("picked"));
    picked = null;
    panel.hidden = true;
    untrace();
  };
  const pick = (path, moves) => {
    const card = view().cards.get(path);
    if (!card) return;
    drop();
    picked = path;
    card.classList.add("picked");
    describe(path);
    trace(path);
    if (moves) center(card);
  };

  const matches = (number, wanted) => [...views[number].cards.keys()].filter((path) => {
    const card = data.cards[path];
    return `${path} ${card.name} ${card.type}`.toLowerCase().includes(wanted);
  });
  // What is inside a closed card is found where it is open: further down first.
  const find = () => {
    const wanted = search.value.trim().toLowerCase();
    view().cards.forEach((card) => card.classList.remove("hit"));
    hits = wanted ? matches(current, wanted) : [];
    hit = elsewhere = -1;
    hits.forEach((path) => view().cards.get(path).classList.add("hit"));
    said.textContent = wanted ? `${hits.length} found` : "";
    if (!wanted || hits.length) return;
    const others = [...views.keys()].map((number) => (current + 1 + number) % views.length);
    elsewhere = others.findIndex((number) => matches(number, wanted).length);
    if (elsewhere < 0) return;
    elsewhere = others[elsewhere];
    said.textContent = `${matches(elsewhere, wanted).length} found at depth ${data.views[elsewhere].depth}, Enter shows them`;
  };
  const next = (step) => {
    if (!hits.length && elsewhere >= 0) show(elsewhere);
    if (!hits.length) return;
    hit = (hit + step + hits.length) % hits.length;
    said.textContent = `${hit + 1} of ${hits.length}`;
    pick(hits[hit], true);
  };

  const show = (number) => {
    if (number < 0 || number >= views.length) return;
    drop();
    views.forEach(({ element: holder }, index) => { holder.hidden = index !== number; });
    current = number;
    byId("less").disabled = number === 0;
    byId("more").disabled = number === views.length - 1;
    byId("depth").textContent = views.length > 1 ? `depth ${data.views[number].depth}` : "";
    for (const id of ["less", "more"]) byId(id).hidden = views.length < 2;
    find();
    fit();
  };
  // What is inside a closed card is open one level further down.
  const open = (path) => {
    if (!data.cards[path].closed || current >= views.length - 1) return;
    show(current + 1);
    const inner = [...view().cards.keys()].find((name) => data.cards[name].around.includes(path));
    if (inner) center(view().cards.get(inner));
  };

  const cardOf = (target) => target.closest("g[data-card]");
  let held = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    held = { x: event.clientX, y: event.clientY, far: false, card: cardOf(event.target) };
  });
  stage.addEventListener("pointermove", (event) => {
    if (!held) return;
    const dx = event.clientX - held.x, dy = event.clientY - held.y;
    if (!held.far && Math.hypot(dx, dy) < 4) return;
    if (!held.far) stage.setPointerCapture(event.pointerId);
    stage.classList.add("held");
    pan(dx, dy);
    held = { ...held, x: event.clientX, y: event.clientY, far: true };
  });
  const release = () => {
    if (held && !held.far) { if (held.card) pick(held.card.dataset.card, false); else drop(); }
    held = null;
    stage.classList.remove("held");
  };
  stage.addEventListener("pointerup", release);
  stage.addEventListener("pointercancel", () => { held = null; stage.classList.remove("held"); });
  stage.addEventListener("dblclick", (event) => { const card = cardOf(event.target); if (card) open(card.dataset.card); });
  stage.addEventListener("pointerover", (event) => { const card = cardOf(event.target); if (card && !picked && !held) trace(card.dataset.card); });
  stage.addEventListener("pointerout", () => { if (!picked) untrace(); });
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.04 : 0.0016)), event.clientX, event.clientY);
  }, { passive: false });
  stage.addEventListener("keydown", (event) => {
    const card = cardOf(event.target);
    if (card && event.key === "Enter") { if (picked === card.dataset.card) open(picked); else pick(card.dataset.card, true); }
  });

  search.addEventListener("input", find);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") next(event.shiftKey ? -1 : 1);
    if (event.key === "Escape") { search.value = ""; find(); search.blur(); }
  });
  byId("in").addEventListener("click", () => zoom(1.3));
  byId("out").addEventListener("click", () => zoom(1 / 1.3));
  byId("fit").addEventListener("click", fit);
  byId("less").addEventListener("click", () => show(current - 1));
  byId("more").addEventListener("click", () => show(current + 1));
  byId("close").addEventListener("click", drop);
  const keys = {
    "+": () => zoom(1.3), "=": () => zoom(1.3), "-": () => zoom(1 / 1.3), "0": fit, "f": fit, "Escape": drop,
    "n": () => next(1), "N": () => next(-1), "[": () => show(current - 1), "]": () => show(current + 1),
    "ArrowLeft": () => pan(60, 0), "ArrowRight": () => pan(-60, 0), "ArrowUp": () => pan(0, 60), "ArrowDown": () => pan(0, -60),
  };
  document.addEventListener("keydown", (event) => {
    if (event.target === search || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") { event.preventDefault(); search.focus(); return; }
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  window.addEventListener("resize", draw);
  views.forEach(({ cards }) => cards.forEach((card, path) => {
    card.setAttribute("tabindex", "0");
    card.setAttribute("role", "button");
    card.setAttribute("aria-label", `${data.cards[path].name}, ${data.cards[path].type}`);
  }));
  show(current);
})();
