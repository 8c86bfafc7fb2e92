"""A sentence in front of a model in; the logit lens, who wrote a score, and gradients on it out: plain values."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.loaders.probing import TOP, Question, Reading, rounded, whole_number


def lens(reading: Reading, question: Question) -> dict[str, Any]:
    """What the model would say after each layer, at every place: {"rows": [{"top", "rank", "share", …}]}."""
    from lm_core.interpret.lens import logit_lens

    seen = logit_lens(reading.model, reading.ids, TOP)
    names = [[reading.token_names(cell) for cell in row] for row in seen.top_ids.tolist()]
    rows = [
        {
            "top": [list(map(list, zip(*cell, strict=True))) for cell in zip(*found, strict=True)],
            "share": rounded(seen.next_probability[row]),
            "rank": seen.next_rank[row].tolist(),
            "entropy": rounded(seen.entropy[row]),
            "distance": rounded(seen.distance[row]),
        }
        for row, found in enumerate(zip(names, rounded(seen.top_probabilities), seen.top_ids.tolist(), strict=True))
    ]
    return {"rows": rows, "vocabulary": reading.model.vocab_size}


def attribution(reading: Reading, question: Question) -> dict[str, Any]:
    """What each part adds to the score of a token (`token`, an id; the likeliest) as the follower of `position`, less
    that of another one (`against`); and how long what each part adds is, at every place.
    """
    from lm_core.interpret.attribution import attribute, components_of, stream_norms

    position = reading.position(question)
    components = components_of(reading.model, reading.ids)
    logits = components.logits[position]
    best = logits.argsort(descending=True, stable=True)[:TOP].tolist()
    token = whole_number(question, "token", best[0])
    against = whole_number(question, "against", -1)
    said = attribute(reading.model, components, position, token, None if against < 0 else against)
    lengths, whole = stream_norms(components)
    shares = logits.softmax(-1)
    ids = list(dict.fromkeys([*best, token, *([against] if against >= 0 else [])]))
    return {
        "position": position,
        "token": token,
        "against": against,
        "candidates": [
            {"id": i, "text": name, "share": rounded(float(shares[i])), "logit": rounded(float(logits[i]))}
            for i, name in zip(ids, reading.token_names(ids), strict=True)
        ],
        "parts": [
            {"kind": part.kind, "layer": part.layer, "head": part.head, "value": value, "length": length}
            for part, value, length in zip(said.parts, rounded(said.values), rounded(said.lengths), strict=True)
        ],
        "direction": rounded(said.direction),
        "logit": rounded(said.logit),
        "norms": rounded(lengths),
        "stream": rounded(whole),
    }


def gradients(reading: Reading, question: Question) -> dict[str, Any]:
    """Gradient x input of each token on ln p of `token` (an id; the likeliest) after `position`; the attention of that
    place, mean over all heads; and how long the gradient of the loss is at each layer's stream, at every place.
    """
    from lm_core.interpret.forward import run_traced
    from lm_core.interpret.gradients import gradient_times_input, loss_gradients

    position = reading.position(question)
    logits, kept = run_traced(reading.model, reading.ids, keep=lambda site: site.endswith("attn.pattern"))
    best = logits[0, position].argsort(descending=True, stable=True)[:TOP].tolist()
    token = whole_number(question, "token", best[0])
    scores, lengths = gradient_times_input(reading.model, reading.ids, position, token)
    at_sites = loss_gradients(reading.model, reading.ids, lambda site: site.endswith(("resid_pre", "resid_post")))
    sites = ["blocks.0.resid_pre", *(f"blocks.{layer}.resid_post" for layer in range(reading.model.config.n_layers))]
    shares = logits[0, position].softmax(-1)
    ids = list(dict.fromkeys([*best, token]))
    looks = np.mean([pattern[0, :, position].numpy(force=True).mean(0) for pattern in kept.values()], axis=0)
    return {
        "position": position,
        "token": token,
        "candidates": [
            {"id": i, "text": name, "share": rounded(float(shares[i]))}
            for i, name in zip(ids, reading.token_names(ids), strict=True)
        ],
        "scores": rounded(scores),
        "lengths": rounded(lengths),
        "attention": rounded(looks),
        "sites": [rounded(np.linalg.norm(at_sites[site], axis=-1)) for site in sites],
    }
