import { setImmediate } from 'node:timers/promises';

/** Longest stretch of computing, in milliseconds, before other work of the process gets its turn. */
const longestStretchMs = 50;

/**
 * Creates a function to await in loops: most calls cost nothing, now and then one lets timers and sockets run (heartbeats
 * go on), and it ends the loop when the run is cancelled. What is computed does not depend on it.
 *
 * @param onTurn called at each such turn: the loop goes on
 */
export function createPace(signal: AbortSignal, onTurn: () => void = () => undefined): () => Promise<void> {
  const done = Promise.resolve();
  let last = performance.now();
  return () => {
    if (performance.now() - last < longestStretchMs) return done;
    return setImmediate().then(() => {
      signal.throwIfAborted();
      onTurn();
      last = performance.now();
    });
  };
}
