/** Entropy, cross-entropy and divergence of small distributions, in nats; 0 · ln 0 is 0, and p · ln 0 is infinite. */

/** One outcome's part of the cross-entropy: −p ln q. */
export const surpriseShare = (p, q) => (p === 0 ? 0 : -p * Math.log(q) || 0);

/** H(p, q) = −Σ p ln q: the mean surprise of one who expects q where p is true. */
export const crossEntropy = (p, q) => p.reduce((sum, share, index) => sum + surpriseShare(share, q[index]), 0);

export const entropy = (p) => crossEntropy(p, p);

/** KL(p‖q) = H(p, q) − H(p), never below 0. */
export const divergence = (p, q) => Math.max(0, crossEntropy(p, q) - entropy(p));

/** Give one outcome a new share; the others keep their proportions and the sum stays 1. */
export function withShare(shares, index, wanted) {
  const value = Math.min(1, Math.max(0, wanted));
  const others = 1 - shares[index];
  const rest = shares.length - 1;
  return shares.map((share, at) => {
    if (at === index) return value;
    return others > 1e-12 ? (share / others) * (1 - value) : (1 - value) / rest;
  });
}

/** Label smoothing: a share ε of the truth goes to all outcomes alike (Szegedy et al. 2016, section 7). */
export const smoothed = (truth, epsilon) => truth.map((share) => (1 - epsilon) * share + epsilon / truth.length);

/** e^(z / T), divided by the sum of them. */
export function softmax(logits, temperature = 1) {
  const top = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp((logit - top) / temperature));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Logits whose softmax at this temperature is q, around 0; −∞ where q is 0. */
export function logitsOf(q, temperature = 1) {
  const logits = q.map((share) => temperature * Math.log(share));
  const finite = logits.filter(Number.isFinite);
  const mean = finite.reduce((sum, logit) => sum + logit, 0) / finite.length;
  return logits.map((logit) => logit - mean);
}

/** ∂H(p, softmax(z / T)) / ∂z = (q − p) / T. */
export const slope = (p, q, temperature = 1) => p.map((share, index) => (q[index] - share) / temperature);

/** One step of gradient descent of that size. */
export const descended = (logits, gradient, size) => logits.map((logit, index) => logit - size * gradient[index]);

/** Of guesses between two answers, {accuracy, loss}: each gave the right one this share, and it is right above one half. */
export const marked = (shares) => ({
  accuracy: shares.filter((share) => share > 0.5).length / shares.length,
  loss: shares.reduce((sum, share) => sum - Math.log(share), 0) / shares.length,
});

/** The truth and the guess as the bars show them. */
export const distributions = ({ truth, smoothing, logits, temperature }) => ({
  p: smoothed(truth, smoothing), q: softmax(logits, temperature),
});
