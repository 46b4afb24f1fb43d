import { textOf, type WireObject } from './wire.js';

const STORE_ROOM = '5f0f3c1e-6d0b-5a57-9a5e-0a3f5f6c2b11';

/** Two rows an item: its one location, and the roll-up that Stokly marks with `UNASSIGNED` and that must not be added. */
export function inventoryRecordsOf(item: WireObject): WireObject[] {
  const itemId = textOf(item, 'itemId') ?? '';
  const shared = { itemId, itemSku: item['sku'] ?? null, itemName: item['name'] ?? null, onHand: onHandOf(itemId) };
  return [
    { ...shared, locationId: STORE_ROOM, quarantined: 0 },
    { ...shared, locationId: 'UNASSIGNED', quarantined: 0 },
  ];
}

/** A number that stays the same for an item: stock is looked at by no one yet. */
function onHandOf(itemId: string): number {
  return Number.parseInt(itemId.slice(0, 4), 16) % 200 || 0;
}
