/** Ten years of tricks: what each changes, what it is good for, and who showed it when. */
import { t } from "../kit/words.js";

/** The names are those of app/loaders/experiments.py; the oldest first. */
export const TRICKS = ["init", "untied", "zero", "rmsnorm", "bfloat16", "decay_off", "qknorm", "rotary", "relu2", "shift", "linear", "rate", "muon"];

/** {name, year, papers, lesson} */
export function trickOf(key) {
  return {
    init: { name: t("First weights by width"), year: 2015, papers: "He et al. 2015; Yang et al. 2022", lesson: t("First weights of size 1/√width keep a signal's size whatever the width; 0.02 for all suits wide models only.") },
    untied: { name: t("Two tables of tokens"), year: 2017, papers: "Press & Wolf 2017", lesson: t("One table for reading and for guessing tokens saved memory in 2017; with two, each does its own job.") },
    zero: { name: t("Blocks that start at zero"), year: 2019, papers: "Goyal et al. 2017; Zhang et al. 2019 (Fixup)", lesson: t("A block whose output starts at zero changes nothing until it has learned what to change.") },
    rmsnorm: { name: "RMSNorm", year: 2019, papers: "Zhang & Sennrich 2019", lesson: t("It divides by a vector's length and leaves its mean alone: the same good for less work.") },
    bfloat16: { name: "bfloat16", year: 2019, papers: "Micikevicius et al. 2018; Kalamkar et al. 2019", lesson: t("Products with two to three digits: quicker where the processor knows them, and training is too noisy to mind.") },
    decay_off: { name: t("No weight decay"), year: 2019, papers: "Loshchilov & Hutter 2019", lesson: t("Pulling weights towards 0 guards against learning by heart; a text that is read once or twice needs no guard.") },
    qknorm: { name: "QK-norm", year: 2020, papers: "Henry et al. 2020; Liu et al. 2022", lesson: t("Queries and keys of one length, and each head learns how sharply it compares them: no score runs away, so larger steps are safe.") },
    rotary: { name: t("Rotary positions"), year: 2021, papers: "Su et al. 2021", lesson: t("Turning queries and keys by their place makes attention know distances, not places.") },
    relu2: { name: "ReLU²", year: 2021, papers: "So et al. 2021 (Primer)", lesson: t("The square of ReLU, found by a search over programs, is sharper than GELU and cheap.") },
    shift: { name: t("Token shift"), year: 2023, papers: "Peng et al. 2023 (RWKV)", lesson: t("Each token gets a share of the one before it, so that pairs of letters cost no head.") },
    linear: { name: t("Straight down to zero"), year: 2023, papers: "Defazio et al. 2023", lesson: t("The learning rate starts at its height and falls in a straight line to 0: no warm-up, no remainder.") },
    rate: { name: t("A rate twenty times higher"), year: 2023, papers: "Wortsman et al. 2023", lesson: t("Larger steps learn sooner where nothing runs away; by itself, without the other tricks, it may do harm.") },
    muon: { name: "Muon", year: 2024, papers: "Jordan et al. 2024", lesson: t("It makes every direction of a matrix's update equally long, so that rare ones learn as fast as common ones.") },
  }[key];
}
