"""The commands in the order in which a newcomer meets them; each reads its words and hands on to the file that acts."""

from __future__ import annotations

import os
import sys
from importlib import metadata
from pathlib import Path
from typing import Annotated, Literal

import typer

from lm_core.cli.bringing import bring_in, to_huggingface
from lm_core.cli.writing import generate
from lm_core.errors import LMError

TOUR = """Train a small language model, watch it learn, and look inside it.

A first tour:

- `tokenarium app` opens the app in the browser
- `tokenarium train` trains a model on Shakespeare in about a minute and prints the id of its RUN
- `tokenarium generate RUN --prompt "To be"` lets that model write
- `tokenarium tokenize RUN "To be"` shows the text as that model sees it

Training happens in processes of its own: closing the terminal or the browser never stops it.
"""

app = typer.Typer(
    help=TOUR,
    add_completion=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

START, TRAIN, INSIDE = "1. Begin here", "2. Train", "3. Look inside"
KEEP, MAKE = "4. Keep order", "5. For those who build Tokenarium"

CTRL_C = 130  # what typer makes of a KeyboardInterrupt

RunId = Annotated[str, typer.Argument(metavar="RUN", help="The id of a run, as `tokenarium runs` lists it.")]
ArchiveFile = Annotated[Path, typer.Argument(metavar="FILE.zip", help="A zip file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


@app.callback(invoke_without_command=True)
def welcome(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    if version:
        print(metadata.version("tokenarium"))
    elif context.invoked_subcommand is None:
        print(context.get_help())


@app.command("app", rich_help_panel=START)
def open_app(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The next free one is taken if it is in use.")] = 8501,
    address: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in.")] = "127.0.0.1",
    headless: Annotated[bool, typer.Option("--headless", envvar="HEADLESS", help="Open no browser.")] = False,
) -> None:
    """Open the app in the browser."""
    from lm_core.cli.serve import serve_app

    serve_app(port, address, headless=headless)


@app.command(rich_help_panel=START)
def corpora() -> None:
    """List the texts that a model can learn from here."""
    from lm_core.cli.report import print_corpora

    print_corpora()


@app.command(rich_help_panel=TRAIN)
def train(
    corpus: Annotated[
        str | None, typer.Option(metavar="NAME", help="A text from `tokenarium corpora`; else comedies.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="A text of your own instead.")] = None,
    tokenizer: Annotated[
        Literal["char", "byte", "bpe", "sentencepiece-bpe", "unigram", "word", "gpt2", "cl100k", "o200k"],
        typer.Option(help="How text becomes numbers."),
    ] = "char",
    vocab_size: Annotated[int | None, typer.Option(metavar="N", help="Tokens that bpe, unigram or word learn.")] = None,
    preset: Annotated[
        Literal["tiny", "small", "medium", "counts"], typer.Option(help="Its size; counts: no network.")
    ] = "tiny",
    recipe: Annotated[
        Literal["classic", "modern"],
        typer.Option(help="Today's way, or the textbook's of 2019: same size, other parts, optimizer and precision."),
    ] = "modern",
    steps: Annotated[int | None, typer.Option(metavar="N", help="Updates in all; empty: the preset's.")] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Equal seeds give equal runs on one machine.")] = 1,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Any setting, e.g. model.n_layers=2.")
    ] = None,
    more_assignments: Annotated[list[str] | None, typer.Argument(metavar="NAME=VALUE", hidden=True)] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return at once; the run trains on.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as a last line of JSON.")] = False,
) -> None:
    """Train a model, with a progress bar; Ctrl-C leaves it training in the background."""
    from lm_core.cli.training import experiment, train_run

    train_run(
        lambda settings: experiment(
            preset,
            recipe=recipe,
            corpus=corpus,
            file=file,
            tokenizer={"kind": tokenizer} | ({} if vocab_size is None else {"vocab_size": vocab_size}),
            seed=seed,
            steps=steps,
            assignments=[*(assignments or ()), *(more_assignments or ())],
            settings=settings,
        ),
        detach=detach,
        as_json=as_json,
    )


runs_app = typer.Typer(context_settings={"help_option_names": ["-h", "--help"]})
app.add_typer(runs_app, name="runs", rich_help_panel=TRAIN)


@runs_app.callback(invoke_without_command=True)
def runs(context: typer.Context, as_json: AsJson = False) -> None:
    """List your runs, newest first, and the finished ones that came with the app; or go on from one of them."""
    from lm_core.cli.report import print_runs

    if context.invoked_subcommand is None:
        print_runs(as_json=as_json)


@runs_app.command("continue")
def go_on(
    run: RunId,
    step: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="From its model of this step; empty: its newest.")
    ] = None,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A setting of train, or name or probe.")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return at once; the run trains on.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as a last line of JSON.")] = False,
) -> None:
    """Go on from a step of a run as a new run, with another learning rate, say; the first one stays as it is."""
    from lm_core.cli.training import continuation, train_run

    train_run(lambda settings: continuation(run, step, assignments or [], settings), detach=detach, as_json=as_json)


@app.command(rich_help_panel=TRAIN)
def show(run: RunId, as_json: AsJson = False) -> None:
    """Show how a run stands, what it learns from, and how large its model is."""
    from lm_core.cli.report import print_run

    print_run(run, as_json=as_json)


@app.command(rich_help_panel=TRAIN)
def pause(run: RunId) -> None:
    """Let a run rest after its current step."""
    _control(run, "pause")


@app.command(rich_help_panel=TRAIN)
def resume(run: RunId) -> None:
    """Let a paused or stopped run go on."""
    _control(run, "resume")


@app.command(rich_help_panel=TRAIN)
def stop(run: RunId) -> None:
    """End a run where it is; what it learned is kept."""
    _control(run, "stop")


@app.command(rich_help_panel=TRAIN)
def step(
    run: RunId, count: Annotated[int, typer.Option(metavar="N", min=1, help="How many steps to make.")] = 1
) -> None:
    """Let a run make one more step, or N, and hold still."""
    from lm_core.cli.steering import step_on

    step_on(run, count)


@app.command("set-lr", rich_help_panel=TRAIN)
def set_lr(
    run: RunId,
    rate: Annotated[str, typer.Argument(metavar="RATE", help='A number such as 0.001, or "schedule".')],
) -> None:
    """Let a run go on at a learning rate of your own, or at its schedule's again."""
    from lm_core.cli.steering import set_rate

    set_rate(run, rate)


@app.command(rich_help_panel=TRAIN)
def reset(
    run: RunId, yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you are sure.")] = False
) -> None:
    """Take a run back to step 0 and the same first weights; what it measured and learned is deleted."""
    from lm_core.cli.steering import reset as take_back

    take_back(run, sure=yes)


def _control(run: str, wish: Literal["pause", "resume", "stop"]) -> None:
    from lm_core.cli.steering import control

    control(run, wish)


app.command(rich_help_panel=INSIDE)(generate)


@app.command(rich_help_panel=INSIDE)
def tokenize(run: RunId, text: Annotated[str, typer.Argument(metavar="TEXT")], as_json: AsJson = False) -> None:
    """Show a text as a run's model sees it: pieces and their numbers."""
    from lm_core.cli.inside import print_tokens

    print_tokens(run, text, as_json=as_json)


@app.command(rich_help_panel=KEEP)
def rename(run: RunId, name: Annotated[str, typer.Argument(metavar="NAME", help="Up to 120 letters.")]) -> None:
    """Give a run another name."""
    from lm_core.cli import shelf

    shelf.rename(run, name)


@app.command(rich_help_panel=KEEP)
def tag(
    run: RunId,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="A short label, such as baseline.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take the label off again.")] = False,
) -> None:
    """Put a label on a run, to find it again."""
    from lm_core.cli import shelf

    shelf.tag(run, label, remove=remove)


@app.command(rich_help_panel=KEEP)
def delete(run: RunId) -> None:
    """Delete a run that has ended; it can be restored for a week."""
    from lm_core.cli import shelf

    shelf.delete(run)


@app.command(rich_help_panel=KEEP)
def restore(run: RunId) -> None:
    """Bring a deleted run back."""
    from lm_core.cli import shelf

    shelf.restore(run)


@app.command(rich_help_panel=KEEP)
def export(run: RunId, file: ArchiveFile) -> None:
    """Write a run into one file: settings, tokenizer, weights, kept moments, curves."""
    from lm_core.cli import shelf

    shelf.export(run, file)


@app.command(rich_help_panel=KEEP)
def tokenizer(run: RunId, file: Annotated[Path, typer.Argument(metavar="FILE.json|csv")]) -> None:
    """Write a run's tokenizer as Hugging Face reads it (.json), or all its tokens as a table (.csv)."""
    from lm_core.cli import shelf

    shelf.tokenizer(run, file)


@app.command("import", rich_help_panel=KEEP)
def import_run(file: ArchiveFile) -> None:
    """Read a file that `export` wrote; it is checked first, and holds no programs."""
    from lm_core.cli import shelf

    shelf.import_(file)


app.command("bring-in", rich_help_panel=KEEP)(bring_in)
app.command("to-huggingface", rich_help_panel=KEEP)(to_huggingface)


@app.command(rich_help_panel=MAKE)
def gallery() -> None:
    """Train the finished runs that the app shows first, from their seeds, into assets/gallery."""
    from lm_core.cli.gallery import make_gallery

    make_gallery()


def main(words: list[str] | None = None) -> None:
    """Run the command line and leave the process: 0 when done, 2 with one sentence on stderr when not."""
    sys.exit(run(words))


def run(words: list[str] | None = None) -> int:
    """The command line without leaving the process; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal that cannot show a character still shows the rest
    try:
        code = app(words, prog_name="tokenarium", standalone_mode=False)
        sys.stdout.flush()
        return _refuse("Interrupted.") if code == CTRL_C else 0
    except (BrokenPipeError, SystemExit) as error:  # typer leaves by itself when a pipe breaks
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `… | head -1`: whoever reads us has enough
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return _refuse("Interrupted.")
    except LMError as error:
        return _refuse(str(error))
    except typer.TyperException as error:
        mistake = error.format_message().replace("Value error, ", "").rstrip(".")
        return _refuse(f"{mistake}. See: tokenarium --help")
    except OSError as error:
        return _refuse(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}.")
    except _store_errors() as error:
        return _refuse(f"The store of runs cannot be used: {getattr(error, 'orig', None) or error}.")


def _refuse(sentence: str) -> int:
    from lm_core.cli.output import one_line

    print(one_line(sentence), file=sys.stderr)
    return 2


def _store_errors() -> tuple[type[Exception], ...]:
    """The database's errors, if anything has touched the database; importing them takes a quarter of a second."""
    module = sys.modules.get("sqlalchemy.exc")
    return (module.SQLAlchemyError,) if module else ()
