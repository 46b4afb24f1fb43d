/**
 * Text that every receiver can store: without lone surrogates and NUL (both are legal JSON and break databases), trimmed.
 * Null when nothing is left.
 */
export function cleanText(text: string | null): string | null {
  if (text === null) return null;
  const cleaned = text
    .replaceAll(/\p{Surrogate}/gu, '')
    .replaceAll('\0', '')
    .trim();
  return cleaned === '' ? null : cleaned;
}

/** Cleaned text that someone gave; the literal `undefined` (it stands in real Stokly data) means that nobody did. */
export function givenText(text: string | null): string | null {
  const cleaned = cleanText(text);
  return cleaned?.toLowerCase() === 'undefined' ? null : cleaned;
}
