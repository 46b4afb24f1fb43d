import { describe, expect, it } from 'vitest';
import { planReviews } from '../../soak/reviews/plan.js';

describe('the plan of a soak of reviews', () => {
  it('depends on the seed alone', () => {
    expect(planReviews(42, 30)).toEqual(planReviews(42, 30));
    expect(planReviews(42, 30)).not.toEqual(planReviews(43, 30));
  });

  it('kills each at each moment that is to be seen', () => {
    const rounds = planReviews(42, 200).rounds.map(({ killed, moment }) => `${killed} when ${moment}`);
    expect([...new Set(rounds)].sort()).toEqual([
      'both when decided',
      'both when read',
      'both when written',
      'temporal when decided',
      'worker when decided',
      'worker when read',
      'worker when written',
    ]);
  });

  it('decides about each order once, each of which does not add up, and in every way', () => {
    const decisions = planReviews(42, 200).rounds.flatMap((round) => round.decisions);
    expect(new Set(decisions.map(({ order }) => order.number)).size).toBe(400);
    expect(decisions.every(({ order }) => order.isBroken)).toBe(true);
    expect(new Set(decisions.map(({ action }) => action)).size).toBe(3);
  });

  it('writes a record where a kill is to fall into one', () => {
    const written = planReviews(7, 200).rounds.filter(({ moment }) => moment === 'written');
    expect(written.flatMap(({ decisions }) => decisions).some(({ action }) => action === 'exclude')).toBe(false);
  });
});
