"""What can be done with one run: copy it with one thing changed, several seeds, another name, tags, delete it."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any

import streamlit as st

from app import state
from app.i18n import _, current_language
from app.loaders import compare, duplicate, keeping, models, pretrained, runs
from app.sentences import translate_sentence
from app.widgets.frame import show_error
from app.widgets.plain import plain
from app.widgets.pretrained import bring_in_form
from app.widgets.run_picker import pick_run
from lm_core.errors import LMError
from lm_core.jobs.shelf import DeletedRun
from lm_core.runs.tags import LONGEST_TAG

ACTION = "run action"
TAGGED = "tags given"
MOST_SEEDS = 8


def act_on_a_run(rows: list[dict[str, Any]]) -> None:
    """The panel under the comparison: choose a run, choose what to do."""
    follow_the_list()
    with st.container(border=True, key="actions"):
        left, right = st.columns([2, 3], vertical_alignment="bottom")
        with left:
            run_id = pick_run()
        if run_id is None:
            return
        own = not runs.is_gallery(run_id)
        actions: dict[str, str] = {}
        if not pretrained.is_pretrained(run_id):  # its text is not here, and it is brought in elsewhere as it was here
            actions = {"copy": _("Duplicate and change one thing"), "seeds": _("More seeds"), "export": _("Export")}
        if own:
            actions |= {"rename": _("Rename"), "tags": _("Tags"), "delete": _("Delete")}
        with right:
            if st.session_state.get(ACTION) not in actions:
                st.session_state[ACTION] = next(iter(actions))
            action = st.segmented_control(
                _("What to do with it"), list(actions), format_func=actions.get, required=True, key=ACTION,
                label_visibility="collapsed", persist_state="session", wrap=True,
            )  # fmt: skip
        forms: dict[str, Callable[[], None]] = {
            "copy": lambda: copy_form(run_id),
            "seeds": lambda: seeds_form(run_id, rows),
            "export": lambda: export_form(run_id),
            "rename": lambda: rename_form(run_id),
            "tags": lambda: tags_form(run_id),
            "delete": lambda: delete_form(run_id),
        }
        attempt(forms[action])
    show_what_was_done()


def show_what_was_done() -> None:
    """The last action, and what can be taken back; also where no run is left."""
    gone = keeping.deleted()
    show_note({run.run_id for run in gone})
    import_form()
    bring_in_form(attempt, brought_in)
    show_deleted(gone)


def follow_the_list() -> None:
    """The run that was ticked last in the list is in hand, until another is picked; at first the last compared."""
    if state.IN_HAND in st.session_state:
        state.choose_run(st.session_state.pop(state.IN_HAND))
    view = state.told("runs", "view") or {}
    compared = [run_id for run_id in state.view_text("compare").split(",") if run_id]
    if compared and state.RUN not in st.session_state and state.RUN not in st.query_params:
        state.choose_run(compared[-1])
    ticked = view.get("last")
    if ticked and ticked != st.session_state.get(state.TICKED):
        st.session_state[state.TICKED] = ticked
        state.choose_run(ticked)


def attempt(work: Callable[[], None]) -> None:
    """Refusals are shown where the button is, and nothing that was typed is lost."""
    try:
        work()
    except LMError as error:
        show_error(error)


def copy_form(run_id: str) -> None:
    """One setting, drawn as the schema says; its present value; the new one; a name; the button."""
    config = runs.config_of(run_id)
    settings = {name: each for name, each in duplicate.all_settings().items() if compare.has_effect(config, name)}
    explained = compare.help_of_settings(current_language())
    first, second, third, button = st.columns([3, 2, 3, 2], vertical_alignment="bottom")
    with first:
        name = st.selectbox(_("Setting"), list(settings), key="copied setting", persist_state="session")
    now = duplicate.value_of(config, name)
    with second:
        value = setting_input(settings[name], now, key=f"new value {run_id} {name}")
    with third:
        suggestion = duplicate.suggested_name(keeping.name_of(run_id), name, shown(value))
        called = st.text_input(_("Name"), placeholder=suggestion, max_chars=120, key=f"copy name {run_id}")
    st.caption(plain(f"{explained.get(name, '')} " + _("Now: {value}.").format(value=shown(now))))
    with button:
        wanted = st.button(
            _("Start"), type="primary", icon=":material/play_arrow:", width="stretch", disabled=value == now
        )
    if wanted:
        started = runs.train_new(duplicate.changed(config, name, value, called or suggestion))
        tell(_("Started. Its curve grows in the comparison above."), add=[run_id, started])


def start_button(*, disabled: bool = False) -> bool:
    return st.button(_("Start"), type="primary", icon=":material/play_arrow:", width="stretch", disabled=disabled)


def setting_input(setting: duplicate.Setting, now: Any, *, key: str) -> Any:
    """The widget that a field of the schema wants."""
    label = _("New value")
    if setting.kind == "choice":
        place = setting.choices.index(now) if now in setting.choices else 0
        return st.selectbox(label, setting.choices, index=place, key=key)
    if setting.kind == "switch":
        return st.selectbox(label, [False, True], index=int(now), format_func=shown, key=key)
    if setting.kind == "text":
        return st.text_input(label, value=now or "", key=key, max_chars=2000)
    if setting.kind == "whole":
        low, high = (None if bound is None else int(bound) for bound in (setting.low, setting.high))
        given = st.number_input(label, low, high, value=now, step=1, key=key)
    else:
        given = st.number_input(label, setting.low, setting.high, value=float(now), step=None, format="%g", key=key)
    return now if given is None and not setting.optional else given


def shown(value: Any) -> str:
    """A value of a setting in words: 0.004, on, none."""
    if value is None or value == "":
        return _("none")
    if isinstance(value, bool):
        return _("on") if value else _("off")
    return f"{value:g}" if isinstance(value, float) else str(value)


def seeds_form(run_id: str, rows: list[dict[str, Any]]) -> None:
    """The same run with other draws of chance: what differs between them is luck."""
    first, second, button = st.columns([3, 5, 2], vertical_alignment="bottom")
    with first:
        count = st.number_input(_("How many more seeds?"), 1, MOST_SEEDS, value=2, key="seeds")
    seeds = duplicate.new_seeds(run_id, int(count), rows)
    with second:
        st.caption(
            _("Seeds {seeds}, one run each: what differs between them is chance.").format(
                seeds=", ".join(map(str, seeds))
            )
        )
    with button:
        wanted = start_button()
    if wanted:
        config, name, started = runs.config_of(run_id), keeping.name_of(run_id), []
        try:
            for seed in seeds:
                called = duplicate.suggested_name(name, "seed", seed)
                started.append(runs.train_new(duplicate.changed(config, "seed", seed, called)))
        finally:
            state.add_to_comparison([run_id, *started] if started else [])
        tell(_("Started. The band grows in the comparison above."))


def export_form(run_id: str) -> None:
    first, button = st.columns([8, 2], vertical_alignment="center")
    with first:
        st.markdown(
            _("One zip file: settings, tokenizer, weights, kept moments and every measured number, as CSV and JSON.")
            if keeping.can_be_exported(run_id)
            else _("This run has saved no model yet. Let it finish, or stop it to save one.")
        )
    with button:
        st.download_button(
            _("Export"), lambda: keeping.exported(run_id), file_name=f"tokenarium-{run_id}.zip", mime="application/zip",
            width="stretch", on_click="ignore", disabled=not keeping.can_be_exported(run_id),
        )  # fmt: skip
    huggingface_form(run_id)


def huggingface_form(run_id: str) -> None:
    """The model alone, for other programs; where these know no such model, the engine says why. Counts are none."""
    if models.is_counting(run_id):
        return
    refusal = keeping.huggingface_refusal(run_id)
    first, button = st.columns([8, 2], vertical_alignment="center")
    with first:
        says = _(
            "The model alone as a Hugging Face folder, zipped: for AutoModelForCausalLM of the library transformers "
            "(pip install transformers)."
        )
        st.markdown(plain(translate_sentence(refusal)) if refusal else says)
    with button:
        st.download_button(
            _("Hugging Face"), lambda: keeping.as_huggingface(run_id), file_name=f"tokenarium-{run_id}-huggingface.zip",
            mime="application/zip", width="stretch", on_click="ignore",
            disabled=bool(refusal) or not keeping.can_be_exported(run_id),
        )  # fmt: skip


def import_form() -> None:
    """A file that this app exported, here or elsewhere, becomes a run of one's own."""
    with st.expander(_("Import a run")):
        turn = st.session_state.setdefault(state.UPLOADS, 0)  # a new key empties the uploader
        file = st.file_uploader(_("A zip file that Tokenarium exported"), type="zip", key=f"import {turn}")
        if file is not None and st.button(_("Import"), type="primary", icon=":material/upload:"):
            with st.spinner(_("Checking the file …")):
                attempt(lambda: bring_in(file))


def bring_in(file: IO[bytes]) -> None:
    run_id = keeping.bring_in(file)
    st.session_state[state.UPLOADS] += 1
    st.session_state[state.IN_HAND] = run_id
    tell(_("Imported. It can be looked at, used, duplicated, and continued as a new run."), add=[run_id])


def brought_in(run_id: str) -> None:
    st.session_state[state.IN_HAND] = run_id
    tell(_("It is here. It opens on Tokens, Loss, Attention, Inside and Generate."))


def rename_form(run_id: str) -> None:
    first, button = st.columns([8, 2], vertical_alignment="bottom")
    with first:
        name = st.text_input(_("Name"), value=keeping.name_of(run_id), max_chars=120, key=f"name {run_id}")
    with button:
        wanted = st.button(_("Rename"), type="primary", width="stretch")
    if wanted:
        keeping.rename(run_id, name)
        tell(_("Renamed."))


def tags_form(run_id: str) -> None:
    """Short labels to find runs again: one more, or one fewer at a click."""
    turn = st.session_state.setdefault(TAGGED, 0)  # a new key empties the field
    first, button = st.columns([8, 2], vertical_alignment="bottom")
    with first:
        text = st.text_input(_("New tag"), max_chars=LONGEST_TAG, key=f"tag {run_id} {turn}", placeholder=_("baseline"))
    with button:
        wanted = st.button(_("Add"), type="primary", width="stretch")
    found = keeping.tags_of(run_id)
    with st.container(horizontal=True):
        for tag in found:
            if st.button(plain(tag), icon=":material/close:", key=f"untag {run_id} {tag}", help=_("Remove this tag")):
                keeping.remove_tag(run_id, tag)
                tell(_("The tag is removed."))
    if wanted:
        keeping.add_tag(run_id, text)
        st.session_state[TAGGED] += 1
        tell(_("Tagged."))


def delete_form(run_id: str) -> None:
    first, button = st.columns([8, 2], vertical_alignment="center")
    with first:
        st.markdown(_("It leaves the list at once. For a week it can be brought back; then its files are removed."))
    with button:
        wanted = st.button(_("Delete"), type="primary", width="stretch")
    if wanted:
        name = keeping.name_of(run_id)
        keeping.delete(run_id)
        tell(_("“{name}” is deleted.").format(name=name), undo=run_id)


def tell(sentence: str, *, add: list[str] | None = None, undo: str | None = None) -> None:
    """Draw the page again as it is now, with a sentence on what happened."""
    if add:
        state.add_to_comparison(add)
    st.session_state[state.NOTE] = {"sentence": sentence, "undo": undo, "action": st.session_state.get(ACTION)}
    st.rerun()


def show_note(gone: set[str]) -> None:
    """What was done last, until another action is chosen; a deletion as long as it can be taken back."""
    note = st.session_state.get(state.NOTE)
    if not note:
        return
    if note["undo"] not in gone if note["undo"] else note["action"] not in (None, st.session_state.get(ACTION)):
        del st.session_state[state.NOTE]
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(plain(note["sentence"]), width="content")
        if note["undo"] and st.button(_("Undo"), icon=":material/undo:", key="undo"):
            attempt(lambda: bring_back(note["undo"]))


def bring_back(run_id: str) -> None:
    keeping.restore(run_id)
    st.session_state[state.IN_HAND] = run_id  # chosen when the page is drawn again: its picker stands already
    tell(_("It is back."), add=[run_id])


def show_deleted(gone: list[DeletedRun]) -> None:
    """Everything that can still be brought back."""
    if not gone:
        return
    with st.expander(_("Deleted runs ({count})").format(count=len(gone))):
        for run in gone:
            first, button = st.columns([8, 2], vertical_alignment="center")
            with first:
                st.markdown(f"{plain(run.name or run.run_id)} · {run.run_id}")
            with button:
                if st.button(_("Bring back"), key=f"restore {run.run_id}", width="stretch"):
                    attempt(lambda run_id=run.run_id: bring_back(run_id))
