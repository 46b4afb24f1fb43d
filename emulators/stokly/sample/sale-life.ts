import { type Happening, orderHappening, type OrderEventType } from '../events.js';
import { isoOf } from '../shop-clock.js';
import { itemStatusesOf } from '../store.js';
import type { WireObject } from '../wire.js';
import { editOf } from './credits.js';
import { HOUR_MS, type LifeContext, type LifeEvent } from './life.js';
import type { Person } from './people.js';
import { type Sale, type SaleLine, topLines } from './sale.js';
import { headerAmounts } from './sale-money.js';
import { orderHeader, orderLines } from './wire-objects.js';
import { despatchMs } from './london.js';

/** Unprocessed, processing after two hours, despatched at 16:00 the next working day; and what its number's rules bring. */
export function saleLife(sale: Sale, person: Person | null): LifeEvent[] {
  const { rules, placedAtMs } = sale;
  const at = (atMs: number, type: OrderEventType, step: OrderStep): LifeEvent => ({
    atMs,
    apply: (context) => takeStep({ sale, atMs, type, step }, context),
  });
  const placed: LifeEvent = {
    atMs: placedAtMs,
    apply: ({ store }) => {
      const header = orderHeader(sale, person);
      const lines = orderLines(sale);
      store.putOrder({ header: { ...header, itemStatuses: itemStatusesOf(lines) }, lines });
      return [orderHappening('order.created', header)];
    },
  };
  if (rules.isCancelled) {
    return [placed, at(placedAtMs + HOUR_MS, 'order.cancelled', cancelAll)];
  }
  const started = [
    placed,
    at(placedAtMs + 2 * HOUR_MS, 'order.updated', startProcessing),
    ...(rules.isEdited ? [at(placedAtMs + 3 * HOUR_MS, 'order.updated', edit)] : []),
    ...(rules.isLineCancelled ? [at(placedAtMs + 4 * HOUR_MS, 'order.updated', cancelLine)] : []),
  ];
  if (rules.isRemoved) {
    return [...started, at(placedAtMs + 6 * HOUR_MS, 'order.updated', remove)];
  }
  const [firstDayMs, secondDayMs] = [despatchMs(placedAtMs, 1), despatchMs(placedAtMs, 2)];
  return isDespatchedInTwoParts(sale)
    ? [
        ...started,
        at(firstDayMs, 'order.updated', despatchFirstHalf),
        at(secondDayMs, 'order.despatched', despatchRest),
      ]
    : [...started, at(firstDayMs, 'order.despatched', despatchRest)];
}

/** An order of one line cannot go in two parts. */
export function isDespatchedInTwoParts(sale: Sale): boolean {
  const { isInTwoParts, isCancelled, isRemoved } = sale.rules;
  return isInTwoParts && !isCancelled && !isRemoved && topLines(sale).length > 1;
}

/** Changes the lines of a sale; gives the header fields that change besides, or null where there was nothing to do. */
type OrderStep = (sale: Sale, now: string) => WireObject | null;

interface Step {
  readonly sale: Sale;
  readonly atMs: number;
  readonly type: OrderEventType;
  readonly step: OrderStep;
}

function takeStep({ sale, atMs, type, step }: Step, { store }: LifeContext): Happening[] {
  const order = store.order(sale.saleOrderId);
  const now = isoOf(atMs);
  const changes = order === null ? null : step(sale, now);
  if (order === null || changes === null) {
    return [];
  }
  const lines = orderLines(sale, order.lines);
  const header = { ...order.header, ...changes, itemStatuses: itemStatusesOf(lines), timeUpdated: now };
  store.putOrder({ header, lines });
  const isAllCancelled = lines.length > 0 && lines.every((line) => line['status'] === 'cancelled');
  return [orderHappening(isAllCancelled ? 'order.cancelled' : type, header)];
}

/** Moves lines that are not out of it already, children with their parents. */
function moveLines(lines: readonly SaleLine[], from: readonly string[], to: SaleLine['status']): boolean {
  const moving = lines.filter((line) => from.includes(line.status));
  for (const line of moving) {
    line.status = to;
  }
  return moving.length > 0;
}

const startProcessing: OrderStep = (sale) => (moveLines(sale.lines, ['unprocessed'], 'processing') ? {} : null);

const cancelAll: OrderStep = (sale) => (moveLines(sale.lines, ['unprocessed', 'processing'], 'cancelled') ? {} : null);

const edit: OrderStep = (sale) => {
  const change = editOf(sale);
  const line = sale.lines.find((candidate) => candidate.lineId === change?.lineId);
  if (change === null || line === undefined) {
    return null;
  }
  line.quantity = change.quantity;
  return headerAmounts(sale);
};

/** The last line goes. */
const cancelLine: OrderStep = (sale) => {
  const line = topLines(sale).at(-1);
  const family = sale.lines.filter((candidate) => candidate === line || candidate.parentId === line?.lineId);
  return moveLines(family, ['unprocessed', 'processing'], 'cancelled') ? headerAmounts(sale) : null;
};

const remove: OrderStep = () => ({ stage: 'removed' });

const despatchFirstHalf: OrderStep = (sale, now) => {
  const half = topLines(sale).slice(0, Math.ceil(topLines(sale).length / 2));
  const family = sale.lines.filter((line) => half.some((top) => top.lineId === (line.parentId ?? line.lineId)));
  return moveLines(family, ['unprocessed', 'processing'], 'despatched') ? { despatchedAt: now } : null;
};

const despatchRest: OrderStep = (sale, now) =>
  moveLines(sale.lines, ['unprocessed', 'processing'], 'despatched') ? { despatchedAt: now } : null;
