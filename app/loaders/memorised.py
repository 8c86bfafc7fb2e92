"""A run and the token ids of a text in; which stretches of it stand in the run's training text, and where, out.

The training text is made ready to be searched beside everything else, one text at a time; until then the answer says
so.
"""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from app.loaders import dataset, runs
from app.loaders.writing import token_ids
from lm_core.corpora.memorised import Stretch, TrainingText, longest_at, spelled, usual_stretch
from lm_core.errors import ConfigError
from lm_core.tokenizers.base import Tokenizer
from lm_core.tokenizers.registry import load_tokenizer

MOST_INDEXED = 6_000_000  # tokens: two seconds and some 250 MB while it is made, 50 MB after
KEPT = 4
MOST_ASKED = 600  # tokens of a text
UNSEEN = 2_000  # tokens of the validation text, which no model has learned from
AROUND = 160  # tokens shown on either side of a stretch

_builder = ThreadPoolExecutor(max_workers=1, thread_name_prefix="index")
_indexes: OrderedDict[tuple[int, int], Future[tuple[TrainingText, int]]] = OrderedDict()
_lock = threading.Lock()


def memorised(values: Mapping[str, Any]) -> dict[str, Any]:
    """{"run", "ids", "from"}: for each token from number `from` on the longest stretch that it stands in.

    ready      False while the text is being indexed
    usual      how long a stretch is in most of a text that no model has seen; longer ones deserve a look
    at         for each token the number of its stretch in `stretches`, -1 for none
    stretches  start and end in the ids, how often it stands there, and the first place with what is around it

    Raises:
        LMError: no such run, its text is not here, or it is too long to be indexed.
    """
    run_id, ids, first = str(values.get("run", "")), token_ids(values.get("ids")), values.get("from", 0)
    if len(ids) > MOST_ASKED or not isinstance(first, int) or isinstance(first, bool) or not 0 <= first <= len(ids):
        raise ConfigError(f"At most {MOST_ASKED} tokens can be looked for at once.")
    index = _index_of(run_id)
    if not index.done():
        return {"ready": False}
    training, usual = index.result()
    stretches = training.stretches(spelled(ids))
    longest = longest_at(stretches, len(ids))[first:]
    used = {int(number): place for place, number in enumerate(dict.fromkeys(longest[longest >= 0].tolist()))}
    tokenizer = load_tokenizer(runs.open_run(run_id).tokenizer_folder)
    about = [_about(tokenizer, stretches[number], training) for number in used]
    return {"ready": True, "usual": usual, "at": [used.get(int(each), -1) for each in longest], "stretches": about}


def _index_of(run_id: str) -> Future[tuple[TrainingText, int]]:
    """Begun at the first question; runs that learned from the same ids share one."""
    found = dataset.dataset_of(run_id)
    if len(found.train) > MOST_INDEXED:
        raise ConfigError(f"This text has {len(found.train)} tokens; at most {MOST_INDEXED} can be searched.")
    key = (len(found.train), zlib.crc32(np.ascontiguousarray(found.train)))
    with _lock:
        if key not in _indexes:
            _indexes[key] = _builder.submit(_made, found.train, found.validation[:UNSEEN])
        _indexes.move_to_end(key)
        while len(_indexes) > KEPT:
            _indexes.popitem(last=False)
        return _indexes[key]


def _made(train: Any, unseen: Any) -> tuple[TrainingText, int]:
    training = TrainingText(spelled(train.tolist()))
    return training, usual_stretch(training, spelled(unseen.tolist()))


def _about(tokenizer: Tokenizer, stretch: Stretch, training: TrainingText) -> dict[str, Any]:
    """Its first place in the training text, with some lines around it."""
    place = stretch.places[0]
    end = place + len(stretch)
    parts = training.text[max(0, place - AROUND) : place], training.text[place:end], training.text[end : end + AROUND]
    before, inside, after = (tokenizer.decode(_ids(part)) for part in parts)
    shown = {"before": before, "inside": inside, "after": after, "place": place, "of": len(training.text)}
    return {"start": stretch.start, "end": stretch.end, "count": stretch.count, **shown}


def _ids(spelling: str) -> Sequence[int]:
    return [ord(sign) for sign in spelling]
