/** What was explored from one prompt: branches that leave one another, each with the choices that are its own.
 *
 *  A branch is {id, parent, from, own, sampling, end}: its text is that of its parent up to choice `from`, then its
 *  own choices. The first branch has no parent. A new branch begins with a token that the reader put in. */
import { ranked, readStep } from "./sampling.js";

/** An empty tree; `begin` is what the server told of the prompt. */
export const createTree = (begin) => ({ begin: { ...begin, texts: { ...begin.texts } }, branches: [] });

export function addBranch(tree, { parent = null, from = 0, sampling }) {
  const branch = { id: tree.branches.length, parent, from, own: [], sampling, end: null };
  tree.branches.push(branch);
  return branch;
}

/** All choices of a branch, those of the text that it left before its own. */
export function stepsOf(tree, branch) {
  const before = branch.parent === null ? [] : stepsOf(tree, tree.branches[branch.parent]).slice(0, branch.from);
  return [...before, ...branch.own];
}

/** Put a choice that the server made under the settings at the end of a branch. */
export function append(tree, branch, event, sampling) {
  Object.assign(tree.begin.texts, event.texts);
  const before = [...tree.begin.promptIds, ...stepsOf(tree, branch).map(({ id }) => id)];
  const step = { ...event, ranking: ranked(event), seen: before, sampling, branch: branch.id };
  branch.own.push({ ...step, written: readWritten(step) });
}

/** A step as it was written. A token put in, or one that is not among those sent, has the slice that it would have had. */
function readWritten(step) {
  const read = readStep(step, step.sampling);
  if (read.chosen.id === step.id) return read;
  const named = read.candidates.find(({ id }) => id === step.id);
  return { ...read, drawn: read.chosen, chosen: { ...read.chosen, ...named, probability: step.probability, id: step.id } };
}

/** How likely the model itself finds the text, in nats: the sum of ln p at temperature 1, nothing cut. */
export function logProbability(steps) {
  const sum = steps.reduce((total, step) => total + step.logProbability, 0);
  return { sum, mean: steps.length ? sum / steps.length : 0 };
}

/** The branches in drawing order, each right below the text that it leaves, those that leave later first: then no
 *  connecting line crosses another. */
export function inRows(tree) {
  const below = (branch) => {
    const children = tree.branches.filter(({ parent }) => parent === branch.id).sort((one, other) => other.from - one.from || one.id - other.id);
    return [branch, ...children.flatMap(below)];
  };
  return tree.branches.length ? below(tree.branches[0]) : [];
}
