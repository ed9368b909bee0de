/* Draws a report from the figures that the page holds. Nothing is fetched. */
"use strict";
const report = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("main");
const COLOURS = ["#1f6feb", "#c2410c", "#15803d", "#9333ea", "#b45309", "#0e7490", "#be185d", "#64748b"];
const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross"];
const HELP = [
  ["none", "Network alone"], ["latents", "Several latents; the rules choose among the boards"],
  ["rules", "No digit that a peer holds"], ["propagate", "Singles filled between calls"], ["search", "Complete search, guided by the network"],
];
const help = (arm) => arm.setting.constraints !== "none" ? arm.setting.constraints : arm.setting.latents > 1 ? "latents" : "none";
const per = (share, digits = 2) => share === null || share === undefined ? "–" : `${(100 * share).toFixed(digits)} %`;
const whole = (n) => n.toLocaleString("en-GB");
const chance = (p) => p < 1e-4 ? p.toExponential(1) : p.toPrecision(2);

function make(tag, text = "", attributes = {}, parent = main) {
  const node = document.createElement(tag);
  if (text) node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent.append(node);
  return node;
}

function table(head, rows, label, parent = main) {
  const frame = make("div", "", { class: "wide", tabindex: "0", role: "region", "aria-label": label }, parent);
  const body = make("table", "", {}, frame);
  const top = make("tr", "", {}, make("thead", "", {}, body));
  head.forEach((name) => make("th", name, { scope: "col" }, top));
  const inside = make("tbody", "", {}, body);
  for (const row of rows) {
    const line = make("tr", "", {}, inside);
    row.forEach((cell, place) => make(place ? "td" : "th", String(cell), place ? {} : { scope: "row" }, line));
  }
}

const charts = [];
function chart(label, traces, layout) {
  const box = make("div", "", { class: "chart", role: "img", "aria-label": label });
  charts.push([box, traces, layout]);
}

function drawCharts() {
  const style = getComputedStyle(document.documentElement);
  const [ink, hair] = ["--ink", "--hair"].map((name) => style.getPropertyValue(name).trim());
  const axis = { gridcolor: hair, zerolinecolor: hair, linecolor: hair, automargin: true };
  for (const [box, traces, layout] of charts) {
    const base = {
      font: { color: ink, size: 13 }, paper_bgcolor: "transparent", plot_bgcolor: "transparent", margin: { l: 56, r: 16, t: 16, b: 48 },
      legend: { orientation: "h", y: -0.25 }, hovermode: "closest",
    };
    // `react` draws anew in place when the colours of the page change.
    Plotly.react(box, traces, { ...base, ...layout, xaxis: { ...axis, ...layout.xaxis }, yaxis: { ...axis, ...layout.yaxis } },
      { responsive: true, displayModeBar: false });
  }
}

function intro() {
  const done = report.runs.reduce((sum, run) => sum + run.puzzles_done, 0);
  const bad = report.runs.reduce((sum, run) => sum + run.files.reduce((n, file) => n + file.bad_lines, 0), 0);
  const lead = `${whole(done)} puzzles, ${report.arms.length} arm${report.arms.length > 1 ? "s" : ""}, ${whole(bad)} lines without a puzzle. Version ${report.version}.`;
  document.getElementById("lead").textContent = lead;
  for (const run of report.runs.filter((one) => one.parts_done < one.parts)) {
    make("p", `${run.name} is not finished: ${run.parts_done} of ${run.parts} parts are counted here.`, { class: "notice" });
  }
}

function arms() {
  make("h2", "Whole boards");
  make("p", "Solved: full, legal and true to every clue. Brackets hold 95 % intervals (Wilson). Cells: blanks filled rightly, of puzzles with one solution. Calls, rounds and ms are means for a puzzle; ms are those of one process.", { class: "soft" });
  const head = ["arm", "puzzles", "solved", "accuracy", "95 % interval", "legal", "clue-true", "cells", "as stored", "calls", "rounds", "backtracks", "ms", "puzzles/s"];
  for (const [kind, words] of HELP) {
    const mine = report.arms.filter((arm) => help(arm) === kind);
    if (!mine.length) continue;
    make("h3", words);
    table(head, mine.map((arm) => {
      const f = arm.figures, n = f.boards;
      return [arm.label, whole(n), whole(f.solved), per(f.accuracy), `${per(f.interval[0])} to ${per(f.interval[1])}`, per(f.legal / n), per(f.clue_true / n),
        per(f.cell_accuracy, 3), f.stored ? per(f.as_stored / f.stored) : "–", f.mean_calls, f.mean_rounds, f.mean_backtracks, f.ms.toFixed(2), f.puzzles_per_s];
    }), words);
  }
}

const bars = (pairs) => ({
  type: "data", symmetric: false, thickness: 1,
  array: pairs.map(([rate, ends]) => 100 * (ends[1] - rate)), arrayminus: pairs.map(([rate, ends]) => 100 * (rate - ends[0])),
});

function cost() {
  make("h2", "What accuracy costs");
  for (const [name, words] of [["mean_calls", "calls of the network"], ["mean_rounds", "rounds of the network"]]) {
    make("h3", `Accuracy against ${words}`);
    chart(`Accuracy against ${words}; the table above has the same figures`, report.arms.map((arm, i) => ({
      x: [arm.figures[name]], y: [100 * arm.figures.accuracy], error_y: bars([[arm.figures.accuracy, arm.figures.interval]]), name: arm.label,
      mode: "markers", marker: { size: 11, color: COLOURS[i % 8], symbol: SYMBOLS[HELP.findIndex(([kind]) => kind === help(arm))] },
    })), { xaxis: { title: { text: `mean ${words} for a puzzle` }, type: "log" }, yaxis: { title: { text: "solved, %" } } });
  }
}

function groups(kind, title, words) {
  const names = [];
  for (const arm of report.arms) for (const one of arm.by[kind]) if (!names.includes(one.group)) names.push(one.group);
  if (kind === "clues") names.sort((a, b) => a - b);
  if (kind === "rating") names.sort((a, b) => parseFloat(a) - parseFloat(b));
  // With one group the figures are those of the table above.
  if (names.length < 2) return;
  make("h2", title);
  if (words) make("p", words, { class: "soft" });
  chart(`Accuracy ${title.toLowerCase()}; the table below has the same figures`, report.arms.map((arm, i) => {
    const mine = arm.by[kind];
    return {
      x: mine.map((one) => one.group), y: mine.map((one) => 100 * one.solved / one.puzzles),
      error_y: bars(mine.map((one) => [one.solved / one.puzzles, one.interval])), name: arm.label,
      mode: kind === "clues" || kind === "rating" ? "lines+markers" : "markers", line: { color: COLOURS[i % 8] },
    };
  }), { xaxis: { type: "category", categoryorder: "array", categoryarray: names, title: { text: kind === "clues" ? "clues" : "" } }, yaxis: { title: { text: "solved, %" } } });
  const more = make("details");
  make("summary", `${title}: solved of puzzles`, {}, more);
  table(["", ...report.arms.map((arm) => arm.label)], names.map((name) => [name, ...report.arms.map((arm) => {
    const one = arm.by[kind].find((group) => group.group === name);
    return one ? `${whole(one.solved)} of ${whole(one.puzzles)}` : "–";
  })]), title, more);
}

function pairs() {
  if (!report.pairs.length) return;
  make("h2", "Arms against each other");
  make("p", "McNemar's exact test on the puzzles that both arms judged; p corrected by Holm for all pairs. Pairs that agree on every puzzle say nothing.", { class: "soft" });
  const most = 200, shown = report.pairs.slice().sort((a, b) => a.p - b.p).slice(0, most);
  table(["first", "second", "puzzles", "only first", "only second", "p", "p (Holm)"], shown.map((pair) => [
    report.arms[pair.first].label, report.arms[pair.second].label, whole(pair.puzzles), whole(pair.only_first), whole(pair.only_second), chance(pair.p), chance(pair.p_holm),
  ]), "Arms against each other");
  if (report.pairs.length > most) make("p", `The ${most} smallest p of ${whole(report.pairs.length)}; report.json has all.`, { class: "soft" });
}

function reliability() {
  const some = report.arms.filter((arm) => arm.reliability.bins.length);
  if (!some.length) return;
  make("h2", "Is 0.9 confident 90 % right?");
  make("p", "Cells that were filled, of puzzles with one solution, by the probability that the network gave their digit at that moment. On the diagonal confidence is as it should be.", { class: "soft" });
  chart("Reliability: part of cells that are right against confidence; the table below has the same figures", [
    { x: [0, 1], y: [0, 1], mode: "lines", line: { dash: "dot", color: "#64748b" }, name: "as it should be" },
    ...some.map((arm, i) => ({
      x: arm.reliability.bins.map((bin) => bin.confidence), y: arm.reliability.bins.map((bin) => bin.right), name: arm.label, mode: "lines+markers",
      line: { color: COLOURS[report.arms.indexOf(arm) % 8] }, text: arm.reliability.bins.map((bin) => `${whole(bin.cells)} cells`),
    })),
  ], { xaxis: { title: { text: "confidence" }, range: [0, 1.02] }, yaxis: { title: { text: "right" }, range: [0, 1.02] } });
  const more = make("details");
  make("summary", "Reliability in figures", {}, more);
  for (const arm of some) {
    make("h3", `${arm.label}: mean gap ${per(arm.reliability.error)}`, {}, more);
    table(["mean confidence", "right", "cells"], arm.reliability.bins.map((bin) => [bin.confidence.toFixed(4), bin.right.toFixed(4), whole(bin.cells)]), `Reliability of ${arm.label}`, more);
  }
}

const SVG = "http://www.w3.org/2000/svg";
function draw(failure, parent) {
  const svg = document.createElementNS(SVG, "svg");
  const put = (tag, attributes, text) => {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    if (text) node.textContent = text;
    svg.append(node);
  };
  const wrong = new Map(failure.wrong.map((cell, i) => [cell, failure.wrong_confidence[i]]));
  const blanks = [...failure.board].filter((digit) => digit === ".").length;
  svg.setAttribute("viewBox", "-1 -1 182 182");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${failure.puzzle}, filled as ${failure.board}; ${wrong.size} wrong cells, ${blanks} blank`);
  put("rect", { x: 0, y: 0, width: 180, height: 180, fill: "none", stroke: "var(--ink)", "stroke-width": 2 });
  for (let cell = 0; cell < 81; cell++) {
    const x = 20 * (cell % 9), y = 20 * Math.floor(cell / 9), digit = failure.board[cell], clue = failure.puzzle[cell] !== ".";
    if (wrong.has(cell)) put("rect", { x, y, width: 20, height: 20, fill: "var(--wash)" });
    if (digit === ".") continue;
    const fill = wrong.has(cell) ? "var(--wrong)" : clue ? "var(--ink)" : "var(--filled)";
    put("text", { x: x + 10, y: y + 15, "text-anchor": "middle", "font-size": 13, "font-weight": clue ? 700 : 400, "text-decoration": wrong.has(cell) ? "underline" : "none", fill }, digit);
  }
  for (let line = 1; line < 9; line++) {
    const box = line % 3 === 0, style = { stroke: box ? "var(--ink)" : "var(--hair)", "stroke-width": box ? 1.5 : 0.75 };
    put("line", { x1: 20 * line, x2: 20 * line, y1: 0, y2: 180, ...style });
    put("line", { y1: 20 * line, y2: 20 * line, x1: 0, x2: 180, ...style });
  }
  parent.append(svg);
}

function failures() {
  make("h2", "Boards that were not solved");
  if (!report.failures.length) {
    make("p", "There are none.");
    return;
  }
  make("p", "The first of each arm. Bold: clues. Underlined on red: wrong cells; where there is not one solution, cells that clash.", { class: "soft" });
  const box = make("div", "", { class: "gallery" });
  for (const failure of report.failures) {
    const figure = make("figure", "", {}, box);
    draw(failure, figure);
    const sure = failure.wrong_confidence.length ? `, up to ${Math.max(...failure.wrong_confidence).toFixed(2)} sure` : "";
    const solutions = { 0: "; it has no solution", 2: "; it has several solutions" }[failure.solutions] ?? "";
    make("figcaption", `${failure.file}, line ${failure.line}${failure.name ? ` (${failure.name})` : ""}: ${failure.wrong.length} wrong${sure}${solutions}. ${report.arms[failure.arm].label}.`, {}, figure);
  }
}

function record() {
  make("h2", "What was measured");
  for (const run of report.runs) {
    make("h3", run.name);
    make("pre", run.command.map((word) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`).join(" "));
    table(["file", "puzzles", "lines without a puzzle", "sha256"], run.files.map((file) => [file.name, whole(file.puzzles), whole(file.bad_lines), file.sha256]), `Files of ${run.name}`);
    const { machine, version, date, batch_size, part_size, threads, compiled, limit } = run;
    make("p", `Version ${version}, begun ${date}; ${machine.gpu ?? machine.processor}, ${machine.system}, Python ${machine.python}, torch ${machine.torch}${machine.bfloat16 ? ", bfloat16" : ""}. Batches of ${batch_size} boards, parts of ${part_size} puzzles, ${threads} thread${threads > 1 ? "s" : ""} a worker${compiled ? ", compiled" : ""}${limit ? `, first ${limit} puzzles of each file` : ""}.`, { class: "soft" });
  }
  for (const arm of report.arms) {
    const more = make("details");
    make("summary", arm.label, {}, more);
    make("p", `model ${arm.model}, sha256 ${arm.sha256}; ${arm.figures.first_rounds} and ${arm.figures.rounds} rounds at most`, { class: "soft" }, more);
    make("pre", JSON.stringify(arm.setting, null, 1), {}, more);
  }
  if (report.bad_lines.length) {
    const more = make("details");
    make("summary", "Lines without a puzzle", {}, more);
    table(["file", "line", "why"], report.bad_lines.map((line) => [line.file, line.line, line.reason]), "Lines without a puzzle", more);
    make("p", "The first of them; bad_lines.jsonl of the run has all.", { class: "soft" }, more);
  }
}

async function unpacked(id) {
  const packed = Uint8Array.from(atob(document.getElementById(id).textContent.trim()), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

intro();
arms();
pairs();
cost();
groups("clues", "By clues", "");
const raters = [...new Set(report.runs.map((run) => run.rater || "the source"))].join(" and ");
groups("rating", "By rating", `The rating is that of ${raters}, on its own scale; higher is harder.`);
groups("technique", "By the human technique needed", "The hardest one that a person needs, if easier ones are always tried first.");
groups("solutions", "By number of solutions", "");
reliability();
failures();
record();
unpacked("plotly").then((code) => {
  const script = document.createElement("script");
  script.textContent = code;
  document.head.append(script);
  drawCharts();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
}).catch((error) => make("p", `The charts cannot be drawn here (${error}); the tables hold the same figures.`, { class: "notice" }));
