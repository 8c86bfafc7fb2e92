/** Addresses of the app's own server. */
import { language } from "./words.js";

/** apiAddress("", "metrics", {run, since: 3}) -> "/api/metrics?run=…&since=3&lang=zh": its sentences come in the page's language. */
export function apiAddress(base, route, values) {
  return `${base ? `/${base}` : ""}/api/${route}?${new URLSearchParams({ ...values, lang: language() })}`;
}

/** Another page about a run, for a link: in the same language and size as this one. */
export function pageAddress(base, page, run) {
  const here = new URLSearchParams(location.search);
  const kept = ["lang", "large"].filter((name) => here.has(name)).map((name) => [name, here.get(name)]);
  return `${base ? `/${base}` : ""}/${page}?${new URLSearchParams([["run", run], ...kept])}`;
}
