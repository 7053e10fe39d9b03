/**
 * A text, and the first values of its vector by all-MiniLM-L6-v2, computed in 64-bit floats by `scripts/encoder-fixture.ts`.
 */
export const knownVector: { readonly text: string; readonly begins: readonly number[] } = {
  text: 'A red cotton scarf, hand-made in 2019',
  begins: [-0.06024911, 0.04172321, -0.03919522, 0.0845702, -0.00404355, 0.02383194, 0.07878886, -0.02295522],
};

/** Largest difference that 32-bit arithmetic may make in one value. */
export const knownVectorTolerance = 1e-5;
