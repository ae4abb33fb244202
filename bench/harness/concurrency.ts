/** Work that keeps so many in flight, and how long each took. */

/** Does `work(0)` to `work(count - 1)`, `concurrency` at a time; gives the milliseconds that each took. */
export async function inFlight(
  count: number,
  concurrency: number,
  work: (index: number) => Promise<unknown>,
): Promise<Float64Array> {
  const tookMs = new Float64Array(count);
  let next = 0;
  const client = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const begunAt = performance.now();
      await work(index);
      tookMs[index] = performance.now() - begunAt;
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, concurrency) }, client));
  return tookMs;
}
