import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createMinHasher, estimateJaccard, exactJaccard } from '../../domain/match/minhash.ts';
import { openStream } from '../../domain/math/random.ts';

const [values, shingle, rounds] = [128, 5, 3];

/** The peer: datasketch's fastest documented way, one batch of shingles per document. Prints seconds and the estimates. */
const peerScript = `
import json, sys, time
try:
    import datasketch
except ImportError:
    print(json.dumps({"why": "this Python has no datasketch (pip install datasketch)"})); sys.exit(0)
from datasketch import MinHash
documents = json.load(open(sys.argv[1]))
best, signatures = None, None
for _ in range(${rounds}):
    started = time.perf_counter()
    signatures = []
    for text in documents:
        sketch = MinHash(num_perm=${values})
        sketch.update_batch([text[i:i + ${shingle}].encode("utf8") for i in range(max(1, len(text) - ${shingle - 1}))])
        signatures.append(sketch)
    seconds = time.perf_counter() - started
    best = seconds if best is None else min(best, seconds)
estimates = [signatures[2 * i].jaccard(signatures[2 * i + 1]) for i in range(len(documents) // 2)]
print(json.dumps({"seconds": best, "version": datasketch.__version__ if hasattr(datasketch, "__version__") else "?", "estimates": estimates}))
`;

interface Peer {
  readonly why?: string;
  readonly seconds: number;
  readonly version: string;
  readonly estimates: readonly number[];
}

/** Signatures a second of the project's MinHash and of datasketch, on the same documents in one call, one core each. */
function main(): void {
  const { values: flags } = parseArgs({
    options: {
      documents: { type: 'string', default: '10000' },
      python: { type: 'string', default: 'python3' },
    },
  });
  const documents = makeDocuments(Number(flags.documents));
  const exact = Array.from({ length: documents.length / 2 }, (_, pair) =>
    exactJaccard(documents[2 * pair] ?? '', documents[2 * pair + 1] ?? '', shingle),
  );
  const own = signAll(documents);
  const peer = runPeer(flags.python, documents);
  const characters = documents.reduce((sum, text) => sum + text.length, 0) / documents.length;
  console.log(
    `${documents.length} documents of ${characters.toFixed(0)} characters, ${values} values, ${shingle}-character shingles, load ${loadavg()[0]?.toFixed(2)}`,
  );
  console.log(
    `stocktake   ${rate(documents.length, own.seconds)} documents/s, mean error of the estimate ${meanError(own.estimates, exact).toFixed(4)}`,
  );
  if (peer.why !== undefined) {
    console.log(`datasketch  skipped: ${peer.why}`);
    return;
  }
  console.log(
    `datasketch  ${rate(documents.length, peer.seconds)} documents/s, mean error of the estimate ${meanError(peer.estimates, exact).toFixed(4)} (version ${peer.version})`,
  );
  console.log(`ratio       ${(peer.seconds / own.seconds).toFixed(1)}`);
}

/** Pairs of texts: the second keeps a random part of the first's words. */
function makeDocuments(count: number): string[] {
  const documents: string[] = [];
  for (let pair = 0; documents.length < count - (count % 2); pair++) {
    const random = openStream(1, 'documents', pair);
    const words = Array.from({ length: 22 }, () => wordOf(random.between(0, 4999)));
    const kept = random.float();
    const other = words.map((word) => (random.chance(kept) ? word : wordOf(random.between(0, 4999))));
    documents.push(words.join(' '), other.join(' '));
  }
  return documents;
}

function wordOf(rank: number): string {
  return (rank * 7919 + 46_656).toString(36).slice(0, 3) + (rank % 97).toString(36);
}

/** Best of some rounds, after one to warm up. */
function signAll(documents: readonly string[]): { seconds: number; estimates: number[] } {
  const hasher = createMinHasher({ values, shingle });
  const signatures = new Uint32Array(documents.length * values);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= rounds; round++) {
    const started = performance.now();
    for (const [place, text] of documents.entries()) hasher.sign(text, signatures, place * values);
    if (round > 0) best = Math.min(best, (performance.now() - started) / 1000);
  }
  const estimates = Array.from({ length: documents.length / 2 }, (_, pair) =>
    estimateJaccard(signatures, signatures, values, 2 * pair * values, (2 * pair + 1) * values),
  );
  return { seconds: best, estimates };
}

function runPeer(python: string, documents: readonly string[]): Peer {
  const dir = mkdtempSync(join(tmpdir(), 'stocktake-minhash-'));
  const none = { seconds: 0, version: '', estimates: [] };
  try {
    const file = join(dir, 'documents.json');
    writeFileSync(file, JSON.stringify(documents));
    const { stdout, stderr, error, status } = spawnSync(python, ['-c', peerScript, file], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    if (error) return { ...none, why: `${python} cannot be started (${error.message})` };
    if (status !== 0)
      return { ...none, why: `${python} ended with code ${status}: ${stderr.trim().split('\n').at(-1)}` };
    return JSON.parse(stdout) as Peer;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function meanError(estimates: readonly number[], exact: readonly number[]): number {
  return (
    estimates.reduce((sum, estimate, pair) => sum + Math.abs(estimate - (exact[pair] ?? 0)), 0) /
    estimates.length
  );
}

function rate(documents: number, seconds: number): string {
  return Math.round(documents / seconds)
    .toLocaleString('en')
    .padStart(9);
}

main();
