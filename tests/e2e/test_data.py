"""The data page in a browser: a text looked at, a file read or refused, and a training that starts."""

import re

from playwright.sync_api import expect

PAGE = "<script>window.harmed=true</script> It was a dark and stormy night.\n" * 20


def opened(open_page, address="data", **options):
    page = open_page(address, **options)
    expect(page.get_by_text("What becomes a number?")).to_be_visible(timeout=30_000)
    return page


def test_a_character_is_found_again_in_the_text(open_page):
    page = opened(open_page, "data?corpus=copy", theme="dark")
    bar = page.get_by_role("option", name=re.compile("“y”"))
    bar.hover()
    expect(page.locator(".sample mark").first).to_have_text("y")
    bar.click()
    expect(bar).to_have_attribute("aria-selected", "true")
    page.locator("details.values summary").click()
    expect(page.locator(".values table")).to_contain_text("U+0020")


def test_a_hostile_file_is_read_as_text_under_a_clean_name(open_page):
    page = opened(open_page, "data?corpus=own-text")
    page.get_by_role("tab", name="Upload").click()
    inputs = page.locator("input[type=file]")
    inputs.set_input_files({"name": "<b>x.txt", "mimeType": "text/plain", "buffer": PAGE.encode("utf-16")})
    expect(page.get_by_text("Read as UTF-16", exact=False)).to_be_visible(timeout=15_000)
    expect(page.locator(".sample")).to_contain_text("<script>window.harmed=true</script>")
    assert page.evaluate("window.harmed") is None
    inputs.set_input_files({"name": "photo.txt", "mimeType": "text/plain", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(99)})
    expect(page.get_by_text("is a PNG picture")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("One file was left out")).to_be_visible()
    expect(page.locator(".sample")).to_contain_text("stormy night")


def test_a_pasted_text_survives_a_refusal_and_is_trained_on(open_page, server):
    page = opened(open_page, "data?corpus=own-text")
    field = page.get_by_label("Your text")
    field.fill("abc")
    field.blur()
    expect(page.get_by_text("This text has 3 characters", exact=False)).to_be_visible(timeout=15_000)
    expect(field).to_have_value("abc")
    field.fill(PAGE)
    field.blur()
    expect(page.locator(".sample")).to_contain_text("stormy night", timeout=15_000)
    page.get_by_role("button", name="Train on this text").click()
    expect(page).to_have_url(re.compile(r"/train\?.*run=[a-z0-9]{8}"), timeout=20_000)


HALF = "\\ud83d"  # of an emoji, as JavaScript writes it


def test_half_a_character_shows_as_a_sign_and_loses_nothing(open_page):
    page = opened(open_page, "data?corpus=own-text")
    guard = "performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('/fields/halves.js'))"
    page.wait_for_function(guard)  # a person types later than that, a test on a busy machine need not
    field = page.get_by_label("Your text")
    field.click()
    page.evaluate(f"document.execCommand('insertText', false, 'broken {HALF} text 🎉 '.repeat(30))")
    field.blur()
    expect(page.locator(".sample")).to_contain_text("broken \ufffd text 🎉", timeout=15_000)
    expect(field).to_have_value("broken \ufffd text 🎉 " * 30)
    name = page.get_by_role("textbox", name="Name")
    name.click()
    page.evaluate(f"document.execCommand('insertText', false, 'Mine {HALF}')")
    name.blur()
    expect(name).to_have_value("Mine \ufffd")
    expect(page.get_by_role("button", name="Train on this text")).to_be_enabled()


PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const field = document.querySelector('textarea[aria-label="Your text"]');
  field.setSelectionRange(1, 2);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def test_a_book_is_pasted_in_a_moment(open_page):
    page = opened(open_page, "data?corpus=own-text")
    guard = "performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('/fields/pasting.js'))"
    page.wait_for_function(guard)
    field = page.get_by_label("Your text")
    field.fill("AbC")
    line = "It was a dark and stormy night.\r\n"
    page.evaluate(PASTE, "short")  # left to the browser, which pastes nothing that a script made up
    expect(field).to_have_value("AbC")
    page.evaluate(PASTE, line * 8000)
    assert field.input_value() == "A" + line.replace("\r", "") * 8000 + "C"
    field.blur()
    expect(page.locator(".sample")).to_contain_text("AIt was a dark", timeout=15_000)


def test_too_large_a_file_is_refused_in_words(open_page):
    page = opened(open_page, "data?corpus=own-text")
    page.get_by_role("tab", name="Upload").click()
    expect(page.get_by_text("Files with text, at most 5 MB together")).to_be_visible()
    line = {"name": "line.txt", "mimeType": "text/plain", "buffer": b"x" * 5_100_000}
    page.locator("input[type=file]").set_input_files(line)
    expect(page.get_by_text("but at most 5.0 MB", exact=False)).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Train on this text")).to_be_disabled()


def test_the_page_fits_a_narrow_screen_in_chinese(open_page):
    page = open_page("data?lang=zh&corpus=copy", width=400)
    expect(page.locator(".bar").first).to_be_visible(timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
