/** Ids of wakes about orders that changed hands: whoever hears of one knows them by these. */
const PREFIX = 'moved:';

/** `about`: what tells one move of this order from another; no personal data. */
export function moveEventId(orderId: string, about: readonly (string | number)[]): string {
  return `${PREFIX}${[orderId, ...about].join(':')}`;
}

export function isMoveEvent(eventId: string): boolean {
  return eventId.startsWith(PREFIX);
}
