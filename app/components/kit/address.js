/** Addresses of the app's own server. */
import { language } from "./words.js";

/** apiAddress("", "metrics", {run, since: 3}) -> "/api/metrics?run=…&since=3&lang=zh": its sentences come in the page's language. */
export function apiAddress(base, route, values) {
  return `${base ? `/${base}` : ""}/api/${route}?${new URLSearchParams({ ...values, lang: language() })}`;
}
