/** Which tokens share one character as people see it: an emoji of four bytes, a family of three emoji, a letter with its accent. */

const GRAPHEMES = typeof Intl.Segmenter === "function" ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;

/** Where characters as people see them begin, in UTF-16 units. */
function boundaries(text) {
  const found = new Set([text.length]);
  if (GRAPHEMES) for (const { index } of GRAPHEMES.segment(text)) found.add(index);
  else for (let place = 0; place < text.length; place += text.codePointAt(place) > 0xffff ? 2 : 1) found.add(place);
  return found;
}

/**
 * [{from, to, text}]: token indices and what they spell together. `starts` says where each token begins and the last
 * one ends, -1 inside a character; without it every token stands for itself.
 */
export function groupsOf(count, starts, text) {
  if (starts.length !== count + 1) return Array.from({ length: count }, (_none, from) => ({ from, to: from + 1, text: "" }));
  const end = Math.max(0, ...starts);
  const between = boundaries(text.slice(0, end));
  const clean = (index) => index === count || (starts[index] >= 0 && between.has(starts[index]));
  const groups = [];
  for (let from = 0; from < count;) {
    let to = from + 1;
    while (!clean(to)) to += 1;
    groups.push({ from, to, text: starts[from] < 0 ? "" : text.slice(starts[from], starts[to] < 0 ? end : starts[to]) });
    from = to;
  }
  return groups;
}
