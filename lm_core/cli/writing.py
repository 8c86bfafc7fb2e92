"""`generate`: a run, a prompt and every setting of the choice in, the model's continuation out."""

from __future__ import annotations

from typing import Annotated

import typer


def generate(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The id of a run, as `tokenarium runs` lists it.")],
    prompt: Annotated[
        str, typer.Option(metavar="TEXT", help="The text to go on from.", show_default="a new line")
    ] = "\n",
    tokens: Annotated[int, typer.Option(metavar="N", min=1, max=100_000, help="How many tokens to add.")] = 200,
    temperature: Annotated[float, typer.Option(metavar="T", help="0: always the likeliest; 1: as learned.")] = 0.8,
    top_k: Annotated[int | None, typer.Option(metavar="K", help="Choose among the K likeliest only.")] = None,
    top_p: Annotated[float, typer.Option(metavar="P", help="Choose among the likeliest that cover P.")] = 1.0,
    min_p: Annotated[float, typer.Option(metavar="P", help="Drop what is less likely than P times the top.")] = 0.0,
    repetition_penalty: Annotated[
        float, typer.Option(metavar="R", help="Divide scores above 0 of tokens that the text has already by R.")
    ] = 1.0,
    presence_penalty: Annotated[float, typer.Option(metavar="A", help="Take A off the same tokens' scores.")] = 0.0,
    frequency_penalty: Annotated[
        float, typer.Option(metavar="A", help="Take A off for each time that one stands there.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(metavar="S", help="Equal seeds write equal texts.")] = 0,
    stop: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="End where the model has written this; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON a step, with the candidates.")] = False,
) -> None:
    """Let a run's model write on from a prompt."""
    from lm_core.cli.inside import write_on

    sampling = {
        "repetition_penalty": repetition_penalty,
        "presence_penalty": presence_penalty,
        "frequency_penalty": frequency_penalty,
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "min_p": min_p,
        "seed": seed,
    }
    write_on(run, prompt, sampling, n_tokens=tokens, stop=stop or (), as_json=as_json)
