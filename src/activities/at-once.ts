/** Works off values, so many at once: all take from one iterator, so a slow one holds up a single place. Rejects with the first that fails. */
export async function eachAtOnce<Value>(
  values: Iterable<Value>,
  most: number,
  work: (value: Value) => Promise<void>,
): Promise<void> {
  const left = values[Symbol.iterator]();
  const place = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: most }, place));
}
