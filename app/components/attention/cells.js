/** Where the weights of a map lie in one array, row by row: `wide` is 0 for a lower triangle, where no token looks ahead, or
 *  the number of tokens for a whole square.
 *
 *      wide 0   00          wide 3   00 01 02
 *               10 11                10 11 12
 *               20 21 22             20 21 22
 */
export const rowStart = (query, wide = 0) => (wide ? query * wide : (query * (query + 1)) / 2);
export const cellIndex = (query, key, wide = 0) => rowStart(query, wide) + key;

/** How many keys a row has, and how many cells all rows of a map. */
export const keysOf = (query, wide = 0) => wide || query + 1;
export const cellCount = (size, wide = 0) => rowStart(size, wide);
