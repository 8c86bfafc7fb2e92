/** q over k over their products, number by number, in blocks that fit the width. */
import { element, setText } from "../kit/dom.js";
import { fixed } from "../kit/format.js";
import { inkOn } from "../kit/theme.js";

const WIDE = 16;
const NARROW = 8;
const NARROW_BELOW = 560;

/** `asks(node, row, index)` makes a cell a number to press. */
export function createStrips(asks) {
  const box = element("div", { class: "strips" });
  let cells = [];

  /** Blocks of q over k over q×k, so that each product stands under its factors. */
  function build(size, perBlock) {
    cells = Array.from({ length: size }, () => ({}));
    const blocks = [];
    for (let start = 0; start < size; start += perBlock) {
      const block = element("div", { class: "block" });
      block.style.setProperty("--columns", Math.min(perBlock, size));
      for (const row of ["q", "k", "product"]) {
        block.append(element("span", { class: "row-label", text: row === "product" ? "q×k" : row }));
        for (let index = start; index < Math.min(start + perBlock, size); index += 1) {
          cells[index][row] = asks(element("span", { class: `cell ${row}` }), row, index);
          block.append(cells[index][row]);
        }
      }
      blocks.push(block);
    }
    box.dataset.plan = `${size}/${perBlock}`;
    box.replaceChildren(...blocks);
  }

  /** `reach(step)` is how far (0..1) a step has come; step 1 multiplies, step 2 adds. */
  function draw(work, reach, palette) {
    const perBlock = box.clientWidth < NARROW_BELOW * palette.scale ? NARROW : WIDE;
    if (box.dataset.plan !== `${work.size}/${perBlock}`) build(work.size, perBlock);
    const vectorLimit = largestOf(work.q, work.keyVector);
    const productLimit = largestOf(work.products);
    const multiplied = reach(1) * work.size;
    const added = reach(2) * work.size;
    cells.forEach((cell, index) => {
      paint(cell.q, work.q[index], vectorLimit, palette);
      paint(cell.k, work.keyVector[index], vectorLimit, palette);
      if (index < multiplied) paint(cell.product, work.products[index], productLimit, palette);
      else clear(cell.product);
      const multiplying = reach(1) < 1 && index === Math.floor(multiplied);
      const adding = reach(2) > 0 && reach(2) < 1 && index === Math.floor(added);
      cell.product.classList.toggle("now", multiplying || adding);
      cell.product.classList.toggle("added", reach(2) > 0 && index < added);
    });
  }

  return { box, draw };
}

function largestOf(...lists) {
  return Math.max(1e-9, ...lists.map((list) => list.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)));
}

function paint(node, value, limit, palette) {
  const colour = palette.signed.at(((value / limit) * 0.8 + 1) / 2);
  setText(node, fixed(value));
  node.style.background = colour;
  node.style.color = inkOn(colour);
}

function clear(node) {
  setText(node, "");
  node.style.background = "";
}
