/** Name of this stage in manifests, keys and ledgers. */
export const stage = 'dedup';
