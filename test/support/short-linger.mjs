// Loaded into a worker process before the program, as `short-linger.mjs?ms=50`: history's reads wait for others as long as those of a
// worker in the tests' own process, and not two seconds at each of a customer's steps. The program has no setting for it, since no
// shop has a use for one.
const [{ Gatherer }, ms] = [
  await import(new URL('../../dist/src/stokly/gather.js', import.meta.url).href),
  Number(new URL(import.meta.url).searchParams.get('ms')),
];
const { ask } = Gatherer.prototype;
if (typeof ask !== 'function' || !(ms > 0))
  throw new Error('short-linger.mjs finds nothing to shorten, or not to what');

/** @this {{ settings: { lingerMs?: number } }} @param {unknown[]} given */
Gatherer.prototype.ask = function shortly(...given) {
  this.settings.lingerMs ??= ms;
  return ask.apply(this, given);
};
