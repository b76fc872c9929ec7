// Bar charts over time. The drawing is for the eye; the same numbers stand in a table for who listens.

import { h } from "./dom.js";
import { number } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
// The drawing's own units; it is stretched to the room that it gets, so text stands beside it.
const WIDTH = 1000;
const HEIGHT = 100;
/** Of a bucket's width, what stays free beside its bars. */
const GAP = 0.3;

/**
 * @typedef {{title: string, short: string}} Bucket a span of time, in full and for the axis
 * @typedef {{name: string, look: string, values: number[]}} Series `look` is a class of charts.css
 */

/**
 * @param {{title: string, buckets: Bucket[], series: Series[]}} chart
 * @returns {any} a figure
 */
export function chart({ title, buckets, series }) {
  const top = ceiling(Math.max(1, ...series.flatMap(({ values }) => values)));
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  return h("figure", { class: "chart" },
    h("figcaption", null,
      h("strong", null, title),
      h("span", { class: "legend", "aria-hidden": "true" }, series.map(({ name, look, values }) =>
        h("span", { class: `key ${look}` }, name, h("b", null, number(sum(values))))))),
    h("div", { class: "plot", "aria-hidden": "true" },
      h("div", { class: "scale" }, [top, top / 2, 0].map((each) => h("span", null, number(each)))),
      drawing(buckets, series, top),
      h("div", { class: "axis" }, ticks(buckets).map(({ short }) => h("span", null, short)))),
    h("table", { class: "sr" },
      h("caption", null, title),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Time"),
        series.map(({ name }) => h("th", { scope: "col" }, name)))),
      h("tbody", null, buckets.map((bucket, index) => h("tr", null,
        h("th", { scope: "row" }, bucket.title),
        series.map(({ values }) => h("td", null, number(values[index]))))))));
}

function drawing(buckets, series, top) {
  const svg = node("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" });
  for (const y of [0, HEIGHT / 2, HEIGHT]) {
    svg.append(node("line", { class: "grid", x1: 0, x2: WIDTH, y1: y, y2: y }));
  }
  const room = WIDTH / buckets.length;
  const width = room * (1 - GAP) / series.length;
  buckets.forEach((bucket, index) => {
    const group = node("g", {});
    const hint = node("title", {});
    hint.textContent = [bucket.title, ...series.map(({ name, values }) => `${name}: ${number(values[index])}`)].join("\n");
    // The whole column tells its numbers, not its bars alone.
    group.append(hint, node("rect", { class: "column", x: index * room, y: 0, width: room, height: HEIGHT }));
    series.forEach(({ look, values }, place) => {
      const height = values[index] / top * HEIGHT;
      if (height > 0) {
        group.append(node("rect", { class: `bar ${look}`, x: index * room + room * GAP / 2 + place * width,
          y: HEIGHT - height, width, height }));
      }
    });
    svg.append(group);
  });
  return svg;
}

function node(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** The even number of one leading digit, or 25, that is at least `value`. */
function ceiling(value) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return [2, 4, 6, 8, 10, 20].map((each) => each * unit).find((each) => each >= value) ?? value;
}

/** The first, some between, and the last. */
function ticks(buckets) {
  const last = buckets.length - 1;
  const places = [0, 1, 2, 3, 4].map((each) => Math.round(each * last / 4));
  return [...new Set(places)].map((place) => buckets[place]);
}
