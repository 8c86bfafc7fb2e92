/** What the cache holds after each step, put together from the columns that came. Nothing here draws. */

/** The window after row `at`: {start, fresh, columns: [{place, row, column, keys, values}]}; `fresh`: how many just came.
 *  A row brings one column, or all of the window anew where it slid. */
export function contentsAt(rows, at) {
  const { tokens, start } = rows[at];
  let first = at;
  while (first > 0 && rows[first].keys[0].length < rows[first].tokens - start) first -= 1;
  const columns = [];
  for (let row = first; row <= at; row += 1) {
    const { keys, values } = rows[row];
    keys[0].forEach((_key, column) => columns.push({
      place: rows[row].tokens - keys[0].length + column, row, column, keys: keys.map((layer) => layer[column]), values: values.map((layer) => layer[column]),
    }));
  }
  return { tokens, start, fresh: rows[at].keys[0].length, columns };
}

/** The texts of all tokens up to the one that row `at` chose; those of a long prompt that are not sent are "". */
export function tokensUpTo({ prompt, promptTokens }, rows, at) {
  const unsent = Array(promptTokens - prompt.length).fill("");
  return [...unsent, ...prompt, ...rows.slice(0, at + 1).map(({ token }) => token)];
}

/** Of each layer the number farthest from 0 in all rows: 1 on its scale. {keys: [L], values: [L]}. */
export function largestOf(rows) {
  const most = (name) => rows[0][name].map((_layer, at) => rows.reduce((found, row) => row[name][at].flat().reduce((top, value) => Math.max(top, Math.abs(value)), found), 1e-9));
  return { keys: most("keys"), values: most("values") };
}

/** 59392 -> "59.4 kB"; the number and its unit. */
export function bytesWords(bytes, number) {
  if (bytes >= 1e6) return `${number(bytes / 1e6)}\u00a0MB`;
  return bytes >= 1e3 ? `${number(bytes / 1e3)}\u00a0kB` : `${bytes}\u00a0B`;
}
