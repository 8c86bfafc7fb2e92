/** What follows from the levels of a search. Nothing here draws. */
import { givenIds } from "../inside/numbers.js";

export const ROWS = 12; // nodes of a column that a picture has room for

/** All nodes that have come up to a level, by id, each with its depth. */
export const nodesUpTo = (rows, at) => new Map(rows.slice(0, at + 1).flatMap(({ nodes }, place) => nodes.map((node) => [node.id, { ...node, depth: place + 1 }])));

/** From the first token after the prompt to this node. */
export function pathTo(nodes, id) {
  const path = [];
  for (let node = nodes.get(id); node; node = nodes.get(node.parent)) path.unshift(node);
  return path;
}

/** The nodes of the tree that are greedy's text, as far as the beam kept it; the last of them may be cut. */
export function greedyInTree(rows, at) {
  const found = [];
  let parent = 0;
  for (const { nodes, greedy } of rows.slice(0, at + 1)) {
    const next = greedy && nodes.find((node) => node.parent === parent && node.token === greedy.token);
    if (!next) break;
    found.push(next.id);
    parent = next.id;
  }
  return found;
}

/** What is given along to ask where the numbers of a text came from, and the place of its last token. */
export function askedPath({ promptIds, step, counts, penalty }, tokens) {
  const ids = [...promptIds, ...tokens.map(({ token }) => token)];
  return { given: counts ? null : givenIds(ids, "writing", step, { first: promptIds.length, penalty }), at: ids.length - 1 };
}

/** The tokens of the greedy or the drawn text up to a level. */
export const textOf = (rows, at, name) => rows.slice(0, at + 1).map((row) => row[name]).filter(Boolean);

export const totalOf = (tokens) => tokens.at(-1)?.total ?? 0;
export const bitsEach = (tokens) => -totalOf(tokens) / Math.LN2 / Math.max(1, tokens.length);
export const sameText = (one, other) => one.length === other.length && one.every(({ token }, place) => token === other[place].token);

/** The nodes of a level that are drawn, likeliest first, and how many of the cut ones are not. */
export function drawnOf({ nodes }) {
  let room = ROWS - nodes.filter(({ fate }) => fate !== "cut").length;
  const drawn = nodes.filter(({ fate }) => fate !== "cut" || (room -= 1) >= 0);
  return { drawn, hidden: nodes.length - drawn.length };
}
