/** Which steps are on, in which order: lists of names in, new lists out. */

/** Switch a step on, where the usual order has it among those that are on, or off. */
export function switched(chosen, name, names) {
  if (chosen.includes(name)) return chosen.filter((other) => other !== name);
  const rank = names.indexOf(name);
  const before = chosen.findIndex((other) => names.indexOf(other) > rank);
  return before < 0 ? [...chosen, name] : [...chosen.slice(0, before), name, ...chosen.slice(before)];
}

/** Move a step up (-1) or down (1); at the end of the list it stays. */
export function moved(chosen, name, by) {
  return placed(chosen, name, chosen.indexOf(name) + by);
}

/** Put a step at a place. */
export function placed(chosen, name, place) {
  const from = chosen.indexOf(name);
  if (from < 0 || place < 0 || place >= chosen.length || place === from) return chosen;
  const others = chosen.filter((other) => other !== name);
  return [...others.slice(0, place), name, ...others.slice(place)];
}
