/** The vocabulary as a file of the reader's own: JSON or CSV, made in the browser. */

const row = ({ id, text, kind, length, times, rank }) => ({ id, text, kind: { t: "text", b: "byte", s: "special" }[kind], length, times, merge_rank: rank });

export const jsonOf = (tokens) => JSON.stringify(tokens.map(row), null, 1);

/** Quoted as RFC 4180 says; a text that a spreadsheet would take for a formula begins with an apostrophe. */
export function csvOf(tokens) {
  const cell = (value) => {
    const text = value === null ? "" : String(value);
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const rows = tokens.map((token) => Object.values(row(token)).map(cell).join(","));
  return ["id,text,kind,length,times,merge_rank", ...rows].join("\r\n") + "\r\n";
}

function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export const downloadJson = ({ tokens, columns }) => download(`vocabulary-${columns?.kind ?? ""}-${tokens.length}.json`, "application/json", jsonOf(tokens));
export const downloadCsv = ({ tokens, columns }) => download(`vocabulary-${columns?.kind ?? ""}-${tokens.length}.csv`, "text/csv;charset=utf-8", `\ufeff${csvOf(tokens)}`);
