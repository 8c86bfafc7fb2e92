"""What all pictures share, as pure modules in a real browser: places in a series, means, the window in view."""

import pytest


@pytest.fixture
def bare(browser, server):
    """A page of our server without Streamlit in it, to import modules into."""
    page = browser.new_page()
    page.goto(f"{server.url}/pictures/x/kit/series.js")
    yield page
    page.close()


def test_places_and_numbers_of_a_series(bare):
    result = bare.evaluate("""async () => {
      const s = await import('/pictures/x/kit/series.js');
      const steps = [0, 10, 20, 30];
      const validation = [{step: 0, value: 4.3}, {step: 20, value: 2.2}];
      return {
        bound: [s.lowerBound(steps, -1), s.lowerBound(steps, 10), s.lowerBound(steps, 11), s.lowerBound(steps, 99)],
        nearest: [14, 15, 16, 99].map((step) => s.nearestRow(steps, 3, step)),
        rows: s.rowsIn([11, 12], steps, 4),
        at: [s.validationAt(validation, 19).step, s.validationAt([], 5)],
        beaten: [s.beatenAt(validation, 3), s.beatenAt(validation, 1)],
        over: ['running', 'paused', 'done', 'failed', 'stopped'].map((state) => s.isOver({state})),
      };
    }""")
    assert result["bound"] == [0, 1, 2, 4]
    assert result["nearest"] == [1, 2, 2, 2]  # the fourth row is not shown
    assert result["rows"] == {"begin": 1, "end": 4}
    assert result["at"] == [0, None]
    assert result["beaten"] == [20, None]
    assert result["over"] == [False, False, True, True, True]


def test_a_recent_mean_looks_back_on_a_twentieth_of_the_steps(bare):
    means = bare.evaluate("""async () => {
      const { recentMean } = await import('/pictures/x/kit/series.js');
      const steps = Array.from({length: 2001}, (_, step) => step);
      const values = steps.map((step) => (step % 2 ? null : step));  // every second one was measured
      return [recentMean(steps, values, 4), recentMean(steps, values, 200), recentMean(steps, values, 2000),
              recentMean(steps, steps.map(() => null), 9), recentMean([], [], 0)];
    }""")
    assert means == [3, 196, 1976, None, None]  # the last 3, the last 10, the last 50


@pytest.mark.parametrize("key", ["Control+-", "Control++"])
def test_the_browser_keeps_its_own_zoom_keys_on_a_chart(bare, key):
    bare.evaluate("""async () => {
      const { linkHands } = await import('/pictures/x/kit/step_input.js');
      const { createStore } = await import('/pictures/x/kit/store.js');
      const canvas = document.createElement('canvas');
      canvas.tabIndex = 0;
      document.body.append(canvas);
      window.store = createStore({zoom: null, brush: null, lastStep: 100, points: []});
      linkHands(canvas, window.store, {
        steps: [0, 50, 100], count: () => 3, scale: () => null, row: () => 1, read: () => {},
      });
      canvas.addEventListener('keydown', (event) => { window.taken = event.defaultPrevented; });
      canvas.focus();
    }""")
    bare.keyboard.press(key)
    assert bare.evaluate("[window.store.state.zoom, window.taken]") == [None, False]
    bare.keyboard.press(key[-1])
    assert bare.evaluate("window.taken") is True


def test_numbers_have_three_digits_however_large_they_are(bare):
    written = bare.evaluate(
        """async () => (await import("/pictures/x/kit/format.js").then(({ number, fixed }) =>
          [[0.0123, 12.34, -123456, 9.0755e34, -2e15, 0, null].map(number), [fixed(1.235), fixed(1.2387e17)]]))"""
    )
    assert written[1] == ["1.24", "1.24\u00a0×\u00a010¹⁷"]
    assert written[0] == ["0.0123", "12.3", "−123456", "9.08\u00a0×\u00a010³⁴", "−2.00\u00a0×\u00a010¹⁵", "0", "–"]


def test_a_picture_is_silent_while_the_page_turns_and_its_wishes_stay_until_they_are_done(bare):
    told = bare.evaluate("""async () => {
      const { createPost } = await import('/pictures/x/kit/post.js');
      const link = document.createElement('a');
      link.href = '/loss';
      link.addEventListener('click', (event) => event.preventDefault());
      document.body.append(link);
      const told = [];
      const post = createPost((name, value) => told.push([name, JSON.parse(JSON.stringify(value))]), () => 'ours');
      post.state('view', 1);
      post.wish('control', 'pause');
      post.state('view', 2);
      post.state('view', 3);
      post.wish('control', 'resume');
      post.answered();
      link.click();
      post.state('view', 4);
      post.answered();
      post.dispose();
      return told;
    }""")
    (_, first), (_, pause), (_, both), view = told
    assert (first, view) == (1, ["view", 3])
    assert [(wish["session"], wish["value"]) for wish in both] == [("ours", "pause"), ("ours", "resume")]
    assert pause == both[:1]
    assert both[0]["id"] != both[1]["id"]


def test_runs_that_count_longer_rows_are_rungs_with_a_name(bare):
    found = bare.evaluate("""async () => {
      const { rungsOf } = await import('/pictures/x/kit/series.js');
      const { rungName } = await import('/pictures/x/kit/ladder.js');
      return rungsOf({uniform: 4, '5-gram': 1.5, bigram: 2.5, seconds: 1}).map(({name}) => rungName(name));
    }""")
    assert found == ["knows nothing", "counts pairs", "counts 5-grams"]


def test_a_picture_that_was_taken_off_the_page_may_still_ask_for_its_colours(bare):
    assert bare.evaluate("""async () => {
      const { inkOn, readPalette } = await import('/pictures/x/kit/theme.js');
      const palette = readPalette(document.createElement('div'));
      return [palette.ink, palette.attention.at(0.5), inkOn(palette.ink)];
    }""") == ["", "rgb(0,0,0)", "#FFFFFF"]


def test_a_call_that_was_overtaken_takes_no_living_picture_down(bare):
    """Streamlit cleans it up before or after the next call comes; only a picture that is off the page is over."""
    seen = bare.evaluate("""async () => {
      const { mount } = await import('/pictures/x/kit/mount.js');
      const seen = [];
      const render = mount(() => ({ update: () => seen.push("update"), dispose: () => seen.push("dispose") }));
      const host = document.createElement("div");
      document.body.append(host);
      const parentElement = host.attachShadow({ mode: "open" });
      parentElement.append(Object.assign(document.createElement("div"), { className: "tk" }));
      const call = () => render({ parentElement, data: {} });
      call()();
      const late = call();
      const last = call();
      late();
      host.remove();
      last();
      last();
      return seen;
    }""")
    assert seen == ["update", "update", "dispose"]
