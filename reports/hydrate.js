{
  // Draws each picture of the page anew over the static one, in the colours that hold now, so that it answers a pointer.
  const { configs, pictures } = JSON.parse(document.getElementById("specs").textContent);
  const views = new Map();
  const drawn = async (place) => {
    const style = getComputedStyle(document.documentElement);
    const picture = pictures[place.dataset.spec];
    const text = JSON.stringify({ ...picture, config: configs[picture.config] });
    const spec = JSON.parse(
      text.replace(/"@(\w+)"/g, (_, name) => JSON.stringify(style.getPropertyValue("--" + name).trim())),
    );
    const old = place.querySelector("svg");
    const fresh = document.createElement("div");
    const result = await window.vegaEmbed(fresh, spec, { renderer: "svg", actions: false, mode: "vega-lite" });
    const svg = fresh.querySelector("svg");
    svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
    for (const name of ["width", "height", "style"]) svg.removeAttribute(name);
    for (const name of ["role", "aria-label"]) svg.setAttribute(name, old.getAttribute(name));
    // What stands within the picture is told by its label and its table.
    for (const inner of svg.children) inner.setAttribute("aria-hidden", "true");
    views.get(place)?.finalize();
    views.set(place, result);
    place.replaceChildren(...fresh.childNodes);
  };
  const draw = async () => {
    for (const place of document.querySelectorAll("[data-spec]")) await drawn(place);
    document.body.dataset.ready = views.size;
  };
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
