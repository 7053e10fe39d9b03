/** Value of a smooth function at `point`; writes its gradient into `gradient` (every entry). */
export type Objective = (point: Float32Array, gradient: Float32Array) => number | Promise<number>;

/** When to stop, and how much to remember. */
export interface MinimizeOptions {
  /** Default 100. */
  readonly maxIterations?: number;
  /** Stop when the value fell by less than this share in each of three steps in a row: one short step says little. Default 1e-5. */
  readonly tolerance?: number;
  /** Steps remembered; each costs two vectors. Default 8. */
  readonly memory?: number;
  /** Called after every step; may throw to stop. */
  readonly onStep?: (iteration: number, value: number) => void;
}

/** Where the search ended. */
export interface Minimum {
  readonly point: Float32Array;
  readonly value: number;
  readonly iterations: number;
  /** False where `maxIterations` ended it. */
  readonly converged: boolean;
}

interface Step {
  readonly moved: Float32Array;
  readonly turned: Float32Array;
  readonly rho: number;
}

interface Place {
  readonly point: Float32Array;
  readonly gradient: Float32Array;
  readonly value: number;
}

/**
 * Finds a minimum of a smooth function by limited-memory BFGS; a convex one's only minimum.
 *
 * Vectors are 32-bit, sums 64-bit and in order, so equal inputs give equal bytes. `start` is left as it is.
 * Source: Nocedal and Wright, Numerical Optimization, algorithm 7.5; line search by bisection to the weak Wolfe
 * conditions (Lewis and Overton 2013).
 */
export async function minimize(
  objective: Objective,
  start: Float32Array,
  options: MinimizeOptions = {},
): Promise<Minimum> {
  const { maxIterations = 100, tolerance = 1e-5, memory = 8 } = options;
  const gradient = new Float32Array(start.length);
  const point = Float32Array.from(start);
  let place: Place = { point, gradient, value: await objective(point, gradient) };
  const steps: Step[] = [];
  let slow = 0;
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    const direction = descent(place.gradient, steps);
    const slope = dot(direction, place.gradient);
    if (!(slope < 0)) return { ...place, iterations: iteration - 1, converged: true };
    const firstLength = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    const next = await searchLine(objective, place, direction, slope, firstLength);
    if (!next) return { ...place, iterations: iteration - 1, converged: true };
    options.onStep?.(iteration, next.value);
    const fall = place.value - next.value;
    remember(steps, memory, place, next);
    place = next;
    slow = fall <= tolerance * Math.max(Math.abs(place.value), 1e-12) ? slow + 1 : 0;
    if (slow === 3) {
      return { ...place, iterations: iteration, converged: true };
    }
  }
  return { ...place, iterations: maxIterations, converged: false };
}

/** The two-loop recursion: minus the inverse Hessian estimate times the gradient. */
function descent(gradient: Float32Array, steps: readonly Step[]): Float32Array {
  const direction = Float32Array.from(gradient);
  const alphas = new Float64Array(steps.length);
  for (let index = steps.length - 1; index >= 0; index--) {
    const { moved, turned, rho } = steps[index] as Step;
    const alpha = rho * dot(moved, direction);
    alphas[index] = alpha;
    addScaled(direction, turned, -alpha);
  }
  const last = steps.at(-1);
  const scale = last ? 1 / (last.rho * dot(last.turned, last.turned)) : 1;
  for (let k = 0; k < direction.length; k++) direction[k] = (direction[k] as number) * -scale;
  for (let index = 0; index < steps.length; index++) {
    const { moved, turned, rho } = steps[index] as Step;
    addScaled(direction, moved, -(alphas[index] as number) - rho * dot(turned, direction));
  }
  return direction;
}

async function searchLine(
  objective: Objective,
  from: Place,
  direction: Float32Array,
  slope: number,
  firstLength: number,
): Promise<Place | undefined> {
  const point = new Float32Array(direction.length);
  const gradient = new Float32Array(direction.length);
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let length = firstLength;
  for (let trial = 0; trial < 30; trial++) {
    for (let k = 0; k < point.length; k++) {
      point[k] = (from.point[k] as number) + length * (direction[k] as number);
    }
    const value = await objective(point, gradient);
    if (!(value <= from.value + 1e-4 * length * slope)) high = length;
    else if (dot(gradient, direction) < 0.9 * slope) low = length;
    else return { point, gradient, value };
    length = high === Number.POSITIVE_INFINITY ? 2 * low : (low + high) / 2;
  }
  return undefined;
}

function remember(steps: Step[], memory: number, before: Place, after: Place): void {
  const oldest = steps.length >= memory ? steps.shift() : undefined;
  const moved = oldest?.moved ?? new Float32Array(before.point.length);
  const turned = oldest?.turned ?? new Float32Array(before.point.length);
  for (let k = 0; k < moved.length; k++) {
    moved[k] = (after.point[k] as number) - (before.point[k] as number);
    turned[k] = (after.gradient[k] as number) - (before.gradient[k] as number);
  }
  const curvature = dot(moved, turned);
  if (curvature > 0) steps.push({ moved, turned, rho: 1 / curvature });
}

/** Inner product in 64 bits, four sums at once. */
function dot(a: Float32Array, b: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const even = a.length & ~3;
  for (let k = 0; k < even; k += 4) {
    s0 += (a[k] as number) * (b[k] as number);
    s1 += (a[k + 1] as number) * (b[k + 1] as number);
    s2 += (a[k + 2] as number) * (b[k + 2] as number);
    s3 += (a[k + 3] as number) * (b[k + 3] as number);
  }
  for (let k = even; k < a.length; k++) s0 += (a[k] as number) * (b[k] as number);
  return s0 + s1 + s2 + s3;
}

function addScaled(target: Float32Array, source: Float32Array, factor: number): void {
  for (let k = 0; k < target.length; k++) {
    target[k] = (target[k] as number) + factor * (source[k] as number);
  }
}
