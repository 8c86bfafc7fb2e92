/** A number of a tensor in, the places of the numbers that made it out, as rows and columns of the pictures beside it. */

/** The index of a number, from its row and column in the picture of one head. */
export function indexOf(made, head, row, column) {
  return made.shape.length === 3 ? [made.shape[0] === 1 ? 0 : head, row, column] : [row, column];
}

/** A key-value head serves several query heads. */
export const headOf = (made, head, sizes) => (made.shape.length === 3 ? Math.floor((head * made.shape[0]) / sizes.H) : null);

/** [{key, row, column}] where null stands for a whole row or column; `width`: numbers a head. */
export function regionsOf(made, row, column, sizes) {
  const [first, second] = made.reads;
  const both = (place) => made.reads.map((key) => ({ key, ...place }));
  switch (made.kind) {
    case "shift": return row > 0 ? [{ key: first, row: row - 1, column }] : [];
    case "unit": case "layernorm": case "linear": case "softmax": return [{ key: first, row, column: null }];
    case "turn": return [{ key: first, row, column }, { key: first, row, column: (column + sizes.D / 2) % sizes.D }];
    case "dot": return [{ key: first, row, column: null }, { key: second, row: column, column: null }];
    case "mix": return [{ key: first, row, column: null }, { key: second, row: null, column }];
    case "join": return [{ key: first, row, column: column % sizes.D }];
    default: return both({ row, column });
  }
}
