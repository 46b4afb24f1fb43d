/** Characters with which a spreadsheet begins to reckon: a cell that starts so gets an apostrophe in front. */
const FORMULA = /^[=+\-@\t\r]/;
/** A plain number is no formula, and stays one that can be added up. */
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** One line of RFC 4180, safe to open in a spreadsheet whatever people typed. */
export function csvLine(cells: readonly string[]): string {
  return cells.map(csvCell).join(',');
}

function csvCell(text: string): string {
  // A formula may hide behind spaces, which spreadsheets leave out.
  const isFormula = FORMULA.test(text.trimStart()) || FORMULA.test(text);
  const safe = isFormula && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
