// Search, filters and sorting for a table that is whole without them.
(() => {
  "use strict";
  const table = document.querySelector("table.index");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const column = name => heads.findIndex(head => head.textContent === name);
  const keyOf = cell => cell.dataset.key ?? cell.textContent;
  const rows = [...body.rows].map((row, place) => ({
    row, place, words: row.textContent.toLowerCase(), keys: [...row.cells].map(keyOf),
  }));

  const controls = document.createElement("div");
  controls.className = "controls";
  controls.setAttribute("role", "search");
  const labelled = (name, control) => {
    const label = document.createElement("label");
    const words = document.createElement("span");
    words.textContent = name;
    label.append(words, control);
    controls.append(label);
    return control;
  };
  const box = document.createElement("input");
  box.type = "search";
  labelled("Find words", box);
  const kinds = {
    State: one => one.keys[column("State")],
    Analyst: one => one.keys[column("Analyst")],
    Topic: one => one.row.dataset.topic ?? "",
  };
  const filters = Object.entries(kinds).flatMap(([name, valueOf]) => {
    const values = [...new Set(rows.map(valueOf))].filter(Boolean).sort();
    if (values.length < 2) return [];
    const select = document.createElement("select");
    select.append(new Option("all", ""), ...values.map(value => new Option(value, value)));
    labelled(name, select);
    return [{ select, valueOf }];
  });
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  controls.append(said);

  const show = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const one of rows) {
      const kept = words.every(word => one.words.includes(word))
        && filters.every(({ select, valueOf }) => !select.value || valueOf(one) === select.value);
      if (one.row.hidden === kept) one.row.hidden = !kept;
      count += kept;
    }
    said.textContent = count === rows.length
      ? `${count} judgments` : `${count} of ${rows.length} judgments`;
  };
  // One pass when the typing rests: with thousands of rows each pass takes a moment.
  let waiting = 0;
  box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
  for (const { select } of filters) select.addEventListener("change", show);

  const numeric = new Set(["Stated", "Live"]);
  const compare = (place, name) => (a, b) => {
    const [left, right] = [a.keys[place], b.keys[place]];
    if (!numeric.has(name)) return left < right ? -1 : left > right ? 1 : 0;
    return Number(left) - Number(right);
  };
  const known = (one, place, name) =>
    numeric.has(name) ? one.row.cells[place].dataset.key !== undefined : one.keys[place] !== "";
  heads.forEach((head, place) => {
    const name = head.textContent;
    if (head.tagName !== "TH") return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const order = compare(place, name);
      // What has no value stays last, whichever way the others run.
      const sorted = [...rows].sort((a, b) =>
        known(b, place, name) - known(a, place, name)
        || (down ? order(b, a) : order(a, b)) || a.place - b.place);
      body.append(...sorted.map(one => one.row));
    });
  });

  table.closest(".scroll").before(controls);
  show();
})();
