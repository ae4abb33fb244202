/** Waits until something has happened so many times. */
export interface Countdown {
  readonly over: Promise<void>;
  count(this: void): void;
}

export function countdown(times: number): Countdown {
  let left = times;
  const toResolve: (() => void)[] = [];
  return {
    over: new Promise((resolve) => toResolve.push(resolve)),
    count() {
      left -= 1;
      if (left === 0) for (const resolve of toResolve) resolve();
    },
  };
}
