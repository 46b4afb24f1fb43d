import { v5 } from 'uuid';

/** The one namespace of all ids in the sample shop. Changing it makes every id in every screenshot and history wrong. */
const NAMESPACE = '8c5d2a9e-3f47-5b60-9d1c-7a2e4f6b8d03';

/** The UUID of a source number, for ever the same: `536365`, `17850`, `85123A`, `C536379/536365`. */
export function sampleId(sourceNumber: string): string {
  return v5(sourceNumber, NAMESPACE);
}

const itemIds = new Map<string, string>();

/** The id of an item: `sampleId` of its stock code, kept because each stands on very many lines. */
export function itemIdOf(stockCode: string): string {
  const known = itemIds.get(stockCode);
  if (known !== undefined) {
    return known;
  }
  const itemId = sampleId(stockCode);
  itemIds.set(stockCode, itemId);
  return itemId;
}
