import { describe, expect, it } from 'vitest';
import { minimize, type Objective } from './lbfgs.ts';

const rosenbrock: Objective = (point, gradient) => {
  const [x, y] = [point[0] ?? 0, point[1] ?? 0];
  gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
  gradient[1] = 200 * (y - x * x);
  return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
};

describe('minimize', () => {
  it('finds the end of a curved valley', async () => {
    const { point, value } = await minimize(rosenbrock, Float32Array.of(-1.2, 1), { tolerance: 1e-9 });
    expect(value).toBeLessThan(1e-6);
    expect(point[0]).toBeCloseTo(1, 2);
    expect(point[1]).toBeCloseTo(1, 2);
  });

  it('solves a badly scaled quadratic', async () => {
    const weights = Float32Array.from({ length: 30 }, (_, index) => 1.3 ** index);
    const objective: Objective = (point, gradient) => {
      let value = 0;
      for (let k = 0; k < weights.length; k++) {
        const off = (point[k] ?? 0) - k;
        gradient[k] = (weights[k] ?? 0) * off;
        value += ((weights[k] ?? 0) * off * off) / 2;
      }
      return value;
    };
    const { point } = await minimize(objective, new Float32Array(30), {
      tolerance: 1e-12,
      maxIterations: 300,
    });
    for (let k = 0; k < 30; k++) expect(point[k]).toBeCloseTo(k, 1);
  });

  it('leaves the start as it is and stays where the gradient is zero', async () => {
    const start = Float32Array.of(1, 1);
    const { iterations, converged } = await minimize(rosenbrock, start);
    expect({ iterations, converged, start: [...start] }).toEqual({
      iterations: 0,
      converged: true,
      start: [1, 1],
    });
  });

  it('says so when the steps run out', async () => {
    const { converged, iterations } = await minimize(rosenbrock, Float32Array.of(-1.2, 1), {
      maxIterations: 3,
    });
    expect({ converged, iterations }).toEqual({ converged: false, iterations: 3 });
  });
});
