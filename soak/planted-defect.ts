import { control, type SoakStack } from './stack.js';

const SOAK_BREAKS = ['lose-webhooks', 'lower-a-total', 'lose-decision'] as const;
/**
 * A planted defect: the soak must find it. `lose-webhooks`: one in four is never sent. `lower-a-total`: a penny is taken away.
 * `lose-decision`: of people's decisions one is never sent.
 */
export type SoakBreak = (typeof SOAK_BREAKS)[number];

export function plantedDefect(name: string | undefined): SoakBreak | null {
  if (name === undefined || name === '') return null;
  const found = SOAK_BREAKS.find((one) => one === name);
  if (found === undefined) throw new Error(`SOAK_BREAK is ${name}: it can be ${SOAK_BREAKS.join(', ')}`);
  return found;
}

/** Takes a penny from one record behind everyone's back. */
export async function lowerATotal(stack: SoakStack): Promise<void> {
  const state = (await control(stack.dotdigitalUrl, ['GET', 'state'])) as {
    contacts: { contactId: number; email: string }[];
    records: Record<string, { key: string; contactId: number; json: Record<string, unknown> }[]>;
  };
  const [record] = state.records['Orders'] ?? [];
  const email = state.contacts.find(({ contactId }) => contactId === record?.contactId)?.email;
  if (record === undefined || email === undefined) throw new Error('there is no record to take a penny from');
  const json = { ...record.json, order_total: Number(record.json['order_total']) - 0.01 };
  await control(stack.dotdigitalUrl, ['POST', 'seed'], {
    records: [{ collection: 'Orders', key: record.key, email, json }],
  });
}
