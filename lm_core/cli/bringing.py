"""`bring-in`, `to-huggingface`: a pretrained model among one's own runs, a model of one's own for other programs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer


def bring_in(
    model: Annotated[str, typer.Argument(metavar="MODEL", help='"smollm2", a folder, a .gguf file, or a hub id.')],
    context: Annotated[
        int | None, typer.Option(metavar="N", min=4, max=2048, help="Tokens it sees at once; empty: up to 512.")
    ] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="What to call it; empty: as its makers do.")] = "",
    look: Annotated[bool, typer.Option("--look", help="Only say what it would take.")] = False,
) -> None:
    """Add a pretrained model of GPT-2's or Llama's family to your runs, to look inside and let it write."""
    from lm_core.cli.output import one_line
    from lm_core.interop.sources import find_pretrained, must_fetch

    size = must_fetch(model)
    if size:
        print(f"{one_line(model)} is not on this machine: {size / 1e6:,.0f} MB come from huggingface.co.", flush=True)
        if look:
            return
    found = find_pretrained(model, context_length=context)
    import torch

    from lm_core.jobs.bringing import bring_in as add
    from lm_core.jobs.bringing import estimate
    from lm_core.jobs.store import open_store
    from lm_core.settings import read_settings

    takes = estimate(found)
    print(
        f"{one_line(takes.title)}, {one_line(takes.licence) or 'no licence named'}, from {one_line(takes.source)}: "
        f"{takes.parameters:,} parameters, {takes.layers} layers of {takes.heads} heads, sees {takes.context_length} "
        f"of {takes.trained_context} tokens.\nIt takes about {takes.disk_bytes / 1e6:,.0f} MB on the disk "
        f"({takes.precision}), up to {takes.memory_bytes / 1e6:,.0f} MB of memory while a page has it open, and "
        f"{takes.seconds_per_100_tokens:.1f} s to read 100 tokens.",
        flush=True,
    )
    if look:
        return
    settings, began = read_settings(), time.monotonic()
    torch.set_num_threads(1)  # runs that train need the other cores
    run_id = add(found, settings, open_store(settings.store_url), name=name)
    print(f"It is here as run {run_id}, after {time.monotonic() - began:.0f} s.")
    print(f'Let it write: tokenarium generate {run_id} --prompt "The capital of France is"')


def to_huggingface(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The id of a run, as `tokenarium runs` lists it.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder.")],
) -> None:
    """Write a run's model as a folder that Hugging Face's transformers loads (AutoModelForCausalLM)."""
    from lm_core.cli.output import printable
    from lm_core.errors import RunError
    from lm_core.interop.huggingface import write_folder
    from lm_core.runs.checkpoint import load_model
    from lm_core.runs.run import find_run
    from lm_core.settings import read_settings
    from lm_core.tokenizers.export import to_huggingface as tokenizer_json
    from lm_core.tokenizers.registry import load_tokenizer

    shown = printable(str(folder))
    if folder.exists():
        raise RunError(f'"{shown}" exists already. Choose another name, or remove it first.')
    found = find_run(run, read_settings())
    model, step = load_model(found)
    write_folder(model, folder, tokenizer_json(load_tokenizer(found.tokenizer_folder)))
    print(f"The model of run {run} after {step} steps is in {shown}.")
    print(f'In Python: AutoModelForCausalLM.from_pretrained("{shown}"), AutoTokenizer.from_pretrained("{shown}")')
