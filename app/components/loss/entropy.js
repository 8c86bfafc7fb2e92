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
