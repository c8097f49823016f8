"use strict";
// Filters and sums of a page. `totals`, `rowsOf`, `marks` and `shown` do what the functions of these names do in Python, for what is chosen.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("filters");
  const said = document.getElementById("said");
  const ALL = -1, UNKNOWN = "\u2013";
  const last = data.periods.length - 1;
  let drawing = null, views = [], drawn = 0;

  // What is chosen: the first and last period, and a word of each other filter or null.
  const chosen = { from: 0, until: last };
  const others = data.filters.filter((name) => name !== "period");

  // The filters that are set and that a cube does not know, and whether so many at once leave its count unknown.
  function limits(cube) {
    const set = others.filter((name) => chosen[name] !== null);
    if (chosen.from > 0 || chosen.until < last) set.unshift("period");
    const known = set.filter((name) => cube.dimensions.includes(name));
    const crossed = cube.distinct ? known.filter((name) => name !== "period") : [];
    return { off: set.filter((name) => !known.includes(name)), crossed: crossed.length > 1 ? crossed : [] };
  }

  function totals(cube, by, where) {
    const { columns, dimensions } = cube, timed = dimensions.includes("period");
    const fixed = { ...where };
    for (const name of others) if (chosen[name] !== null && dimensions.includes(name) && !(name in fixed)) fixed[name] = chosen[name];
    const words = Object.entries(fixed);
    if (cube.distinct && new Set([...words.map(([name]) => name), ...by.filter((name) => name !== "period")]).size > 1) return null;
    const overlapping = (cube.distinct ? dimensions.filter((name) => name !== "period") : cube.either).filter((name) => !(name in fixed));
    const byPeriod = by.includes("period");
    const kept = [];
    for (let row = 0; row < cube.length; row++) {
      const period = timed ? columns.period[row] : 0;
      if (timed && (period < chosen.from || period > chosen.until)) continue;
      if (words.some(([name, place]) => columns[name][row] !== place)) continue;
      if (overlapping.some((name) => (columns[name][row] === ALL) === by.includes(name))) continue;
      if (cube.distinct && !byPeriod && columns.previous[row] >= chosen.from) continue;
      kept.push(row);
    }
    const final = timed ? kept.reduce((most, row) => Math.max(most, columns.period[row]), ALL) : ALL;
    const sums = new Map();
    for (const row of kept) {
      const key = by.map((name) => columns[name][row]), name = key.join(" ");
      if (!sums.has(name)) sums.set(name, { key, met: 0, cell: {} });
      const sum = sums.get(name);
      sum.met++;
      for (const [measure, { kind }] of Object.entries(cube.measures)) {
        const value = columns[measure][row];
        if (kind === "figure" && sum.met > 1) sum.cell[measure] = null;
        else if (value !== null && (kind !== "last" || byPeriod || columns.period[row] === final)) sum.cell[measure] = (sum.cell[measure] ?? 0) + value;
      }
    }
    const rows = [...sums.values()].map(({ key, cell }) => ({ key, values: figures(cube, cell) }));
    return rows.sort((one, other) => byKey(one.key, other.key));
  }

  function byKey(one, other) {
    for (let place = 0; place < one.length; place++) if (one[place] !== other[place]) return one[place] - other[place];
    return 0;
  }

  function figures(cube, cell) {
    const values = {};
    for (const [name, { digits }] of Object.entries(cube.measures)) values[name] = cell[name] == null ? null : cell[name] / 10 ** digits;
    for (const [name, { of, per }] of Object.entries(cube.ratios)) values[name] = values[of] === null || !values[per] ? null : values[of] / values[per];
    return values;
  }

  const figureOf = (cube, name) => cube.measures[name] ?? cube.ratios[name];
  const wordOf = (cube, name, place) => (name === "period" ? data.labels[place] : cube.words[name][place]);

  function rowsOf(tile) {
    const cube = data.cubes[tile.cube], first = tile.measures[0];
    let rows = totals(cube, tile.by, tile.where);
    if (rows === null) return null;
    for (const [name, least] of Object.entries(tile.least)) rows = rows.filter((row) => (row.values[name] ?? 0) >= least);
    const isRest = (row) => tile.by.some((name, at) => name !== "period" && cube.words[name][row.key[at]] === data.rest);
    const value = (row) => row.values[first] ?? -Infinity;
    if (tile.kind === "bar" || tile.top !== null)
      rows.sort((one, other) => isRest(one) - isRest(other) || (value(other) === value(one) ? 0 : value(other) - value(one)) || byKey(one.key, other.key));
    if (tile.kind === "scatter") rows = rows.filter((row) => !isRest(row));
    return tile.top === null ? rows : rows.slice(0, tile.top);
  }

  function marks(tile, rows) {
    const cube = data.cubes[tile.cube], first = tile.measures[0], figure = figureOf(cube, first);
    const name = (row, place) => wordOf(cube, tile.by[place], row.key[place]);
    const told = (row) => tile.measures.map((one) => `${figureOf(cube, one).label} ${shown(row.values[one], figureOf(cube, one).unit)}`).join(", ");
    if (tile.kind === "line") {
      const known = new Set(cube.columns.period), values = new Map(rows.map((row) => [row.key.join(" "), row.values[first]])), points = [];
      for (const one of tile.series.length ? tile.series : [ALL])
        for (let place = chosen.from; place <= chosen.until; place++) {
          const key = tile.series.length ? `${place} ${one}` : `${place}`;
          const value = values.has(key) ? values.get(key) : figure.kind === "sum" && known.has(place) ? 0 : null;
          const mark = { at: `${data.periods[place]}T00:00:00`, value, told: shown(value, figure.unit) };
          points.push(tile.series.length ? { ...mark, series: cube.words[tile.by[1]][one] } : mark);
        }
      return points;
    }
    if (tile.kind === "funnel" || tile.kind === "drop_off")
      return rows.filter((row) => !row.key.length || tile.series.includes(row.key[0])).flatMap((row) => {
        const series = row.key.length ? { series: name(row, 0) } : {};
        const values = tile.measures.map((one) => row.values[one]), labels = tile.measures.map((one) => figureOf(cube, one).label);
        if (tile.kind === "funnel")
          return values.map((value, place) => {
            const share = value !== null && values[0] ? value / values[0] : null;
            return { name: labels[place], value, told: `${shown(value, "count")} (${shown(share, "percent")})`, ...series };
          });
        return values.slice(1).map((after, place) => {
          const share = after !== null && values[place] ? 1 - after / values[place] : null;
          return { name: labels[place], value: share, told: shown(share, "percent"), ...series };
        });
      });
    if (tile.kind === "scatter") {
      const [x, y] = tile.measures;
      return rows.filter((row) => row.values[x] !== null && row.values[y] !== null)
        .map((row) => ({ name: name(row, 0), x: row.values[x], y: row.values[y], told: told(row) }));
    }
    const some = rows.filter((row) => row.values[first] !== null && (row.key.length === 1 || tile.series.includes(row.key[1])));
    if (tile.kind === "interval") {
      const [low, middle, high] = tile.measures;
      return some.map((row) => ({ name: name(row, 0), low: row.values[low], value: row.values[middle], high: row.values[high], told: told(row) }));
    }
    return some.map((row) => ({
      name: name(row, 0), value: row.values[first], told: shown(row.values[first], figure.unit, true), ...(row.key.length > 1 ? { series: name(row, 1) } : {}),
    }));
  }

  function shown(value, unit, short = false) {
    if (value === null || value === undefined) return UNKNOWN;
    if (unit === "percent") return `${fixed(100 * value, 1)} %`;
    if (unit === "count") return short ? brief(value) : fixed(value, 0);
    if (unit === "money") return short && Math.abs(value) >= 1000 ? brief(value) : fixed(value, 2);
    return fixed(value, 2);
  }

  function brief(value) {
    if (Math.abs(value) >= 1e6) return `${fixed(value / 1e6, 2)} M`;
    return Math.abs(value) >= 1e4 ? `${fixed(value / 1000, 1)} k` : fixed(value, 0);
  }

  function fixed(value, digits) {
    const text = value.toFixed(digits);
    return (Number(text) === 0 ? text.replace("-", "") : text).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ",");
  }

  // What is shown.
  const labelOf = (name) => data.filterLabels[name] ?? name;

  function listed(names) {
    const words = names.map((name) => labelOf(name).toLowerCase());
    return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
  }

  function note(cube) {
    const { off, crossed } = limits(cube);
    if (crossed.length) return `Unknown for ${listed(crossed)} at once: choose one.`;
    return off.length ? `Not filtered by ${listed(off)}.` : "";
  }

  // Nothing of a word is zero where the cube has rows of the periods at all; else it is unknown.
  const isKnown = (cube) => !cube.dimensions.includes("period") || cube.columns.period.some((place) => place >= chosen.from && place <= chosen.until);

  function showKpis() {
    const told = [];
    for (const [number, kpi] of data.kpis.entries()) {
      const place = document.getElementById(`kpi-${number}`);
      if (!place) continue;
      const cube = data.cubes[kpi.cube], figure = figureOf(cube, kpi.measure);
      const rows = totals(cube, [], {});
      const value = rows === null ? null : rows.length ? rows[0].values[kpi.measure] : figure.kind === "sum" && isKnown(cube) ? 0 : null;
      place.textContent = shown(value, figure.unit, true);
      place.title = shown(value, figure.unit);
      place.dataset.value = value === null ? "" : String(value);
      document.getElementById(`kpi-note-${number}`).textContent = note(cube);
      told.push(`${kpi.label} ${shown(value, figure.unit, true)}`);
    }
    return told.join(", ");
  }

  function showTable(place, tile, rows) {
    const cube = data.cubes[tile.cube];
    const cell = (tag, text, isNumber) => {
      const made = document.createElement(tag);
      made.textContent = text;
      if (isNumber) made.className = "n";
      return made;
    };
    place.replaceChildren(...rows.slice(0, data.tableRows).map((row) => {
      const line = document.createElement("tr");
      tile.by.forEach((name, at) => {
        const head = cell("th", wordOf(cube, name, row.key[at]), false);
        head.scope = "row";
        line.append(head);
      });
      for (const name of tile.measures) line.append(cell("td", shown(row.values[name], figureOf(cube, name).unit), true));
      return line;
    }));
  }

  async function showTiles(turn) {
    for (const [number, tile] of data.tiles.entries()) {
      if (tile === null) continue;
      const place = document.getElementById(`tile-${number}`), cube = data.cubes[tile.cube];
      const rows = rowsOf(tile), picture = place.querySelector(".picture"), warned = place.querySelector(".warned");
      const made = rows === null ? [] : marks(tile, rows), isEmpty = !made.some((mark) => (mark.value ?? mark.x ?? null) !== null);
      warned.textContent = [note(cube), isEmpty && rows !== null ? "Nothing in what is chosen." : ""].filter(Boolean).join(" ");
      showTable(place.querySelector("tbody"), tile, rows ?? []);
      if (!picture) continue;
      picture.hidden = isEmpty;
      if (!isEmpty) await show(picture, tile, made, turn);
      if (turn !== drawn) return;
    }
  }

  async function show(place, tile, made, turn) {
    const embed = await drawing;
    if (turn !== drawn) return;
    if (embed === null) {
      place.hidden = isChosen();
      return;
    }
    const few = made.slice(0, 4).map((mark) => `${mark.name ?? mark.at.slice(0, 10)} ${mark.told}`).join("; ");
    place.setAttribute("aria-label", `${tile.title}: ${few}${made.length > 4 ? "; and more in the table" : ""}.`);
    const spec = { ...tile.spec, width: place.clientWidth, data: { values: made } };
    const next = document.createElement("div");
    const view = await embed(next, spec, { renderer: "svg", actions: false, logLevel: 1, tooltip: { disableDefaultStyle: true } });
    if (turn !== drawn) return view.finalize();
    place.replaceChildren(next);
    views.push(view);
  }

  const isChosen = () => chosen.from > 0 || chosen.until < last || others.some((name) => chosen[name] !== null);

  function choice() {
    const words = others.filter((name) => chosen[name] !== null).map((name) => `${labelOf(name)}: ${data.words[name][chosen[name]]}`);
    const one = data.labels[chosen.from], other = data.labels[chosen.until];
    return [one === other ? one : `${one} to ${other}`, ...words].join(", ");
  }

  async function update(prefix = "") {
    const turn = ++drawn;
    for (const view of views.splice(0)) view.finalize();
    const told = showKpis();
    said.textContent = `${prefix}${choice()}${told ? `: ${told}` : ""}.`;
    await showTiles(turn);
    if (turn === drawn) document.documentElement.dataset.shown = String(turn);
  }

  // What is chosen stands in the address, and goes along with the links to the other pages.
  function write() {
    const told = new URLSearchParams();
    if (chosen.from > 0) told.set("from", data.labels[chosen.from]);
    if (chosen.until < last) told.set("until", data.labels[chosen.until]);
    for (const name of others) if (chosen[name] !== null) told.set(name, data.words[name][chosen[name]]);
    const hash = told.size ? `#${told}` : "";
    history.replaceState(null, "", hash || location.pathname + location.search);
    link(hash);
  }

  function link(hash) {
    for (const one of document.querySelectorAll("nav a")) one.href = one.getAttribute("href").split("#")[0] + hash;
  }

  function read() {
    const told = new URLSearchParams(location.hash.slice(1)), strange = [];
    const place = (list, name, otherwise) => {
      if (!told.has(name)) return otherwise;
      const found = list.indexOf(told.get(name));
      if (found < 0) strange.push(`${labelOf(name)} ${told.get(name)}`);
      return found < 0 ? otherwise : found;
    };
    chosen.from = place(data.labels, "from", 0);
    chosen.until = Math.max(chosen.from, place(data.labels, "until", last));
    for (const name of others) chosen[name] = place(data.words[name], name, null);
    form.elements.from.value = String(chosen.from);
    form.elements.until.value = String(chosen.until);
    for (const name of others) form.elements[name].value = chosen[name] === null ? "" : String(chosen[name]);
    link(location.hash);
    return strange.length ? `Not in the data: ${strange.join(", ")}. ` : "";
  }

  form.addEventListener("change", (event) => {
    chosen.from = Number(form.elements.from.value);
    chosen.until = Number(form.elements.until.value);
    if (chosen.from > chosen.until) {
      if (event.target.name === "from") chosen.until = chosen.from;
      else chosen.from = chosen.until;
      form.elements.from.value = String(chosen.from);
      form.elements.until.value = String(chosen.until);
    }
    for (const name of others) chosen[name] = form.elements[name].value === "" ? null : Number(form.elements[name].value);
    write();
    update();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    history.replaceState(null, "", location.pathname + location.search);
    // The fields are emptied after this event.
    setTimeout(() => update(read()));
  });
  window.addEventListener("hashchange", () => update(read()));

  let width = window.innerWidth, waiting = 0;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(() => update(), 200);
  });

  // Vega comes packed, and runs in a scope of its own.
  async function unpacked() {
    try {
      const packed = Uint8Array.from(atob(document.getElementById("packed").textContent), (letter) => letter.charCodeAt(0));
      const text = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
      new Function(text)();
      return window.vegaEmbed;
    } catch (error) {
      console.warn("pictures stay as they are:", error);
      return null;
    }
  }

  form.hidden = false;
  drawing = unpacked();
  update(read());
})();
