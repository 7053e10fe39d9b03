import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../runtime/logger.ts';
import { type ChildShelf, createChildShelf, type ShelfOptions } from './child-shelf.ts';
import { type ParsingChild, startParsingChild } from './parsing-child.ts';

const longMs = 600_000;
const quiet = 'process.stdin.resume();';

let dir: string;
const shelves: ChildShelf[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stocktake-shelf-'));
});
afterEach(async () => {
  await Promise.all(shelves.splice(0).map((shelf) => shelf.close()));
  await rm(dir, { recursive: true, force: true });
});

function shelfOf(options: ShelfOptions): ChildShelf {
  const shelf = createChildShelf(options);
  shelves.push(shelf);
  return shelf;
}

async function childOf(text = quiet): Promise<ParsingChild> {
  const path = join(dir, 'child.mjs');
  await writeFile(path, text);
  return startParsingChild({
    script: pathToFileURL(path),
    memoryMb: 4096,
    folders: [],
    scratch: dir,
    log: silentLogger,
  });
}

describe('a shelf', () => {
  it('lends each parked child once, the last one first, under its own key only', async () => {
    const shelf = shelfOf({ idleMs: longMs });
    const [one, two, other] = [await childOf(), await childOf(), await childOf()];
    shelf.put('a', one);
    shelf.put('a', two);
    shelf.put('b', other);
    const taken = [shelf.take('a'), shelf.take('a'), shelf.take('a')];
    expect(taken.map((child) => [one, two].indexOf(child as ParsingChild))).toEqual([1, 0, -1]);
    for (const child of taken) if (child) shelf.put('a', child);
  });

  it('ends a child that waited too long by closing its input', async () => {
    const shelf = shelfOf({ idleMs: 1, graceMs: longMs });
    const child = await childOf();
    shelf.put('a', child);
    expect(await child.ended).toMatchObject({ code: 0, signal: null });
    expect(shelf.take('a')).toBeUndefined();
  });

  it('kills a child that does not go when its input is closed', async () => {
    const shelf = shelfOf({ idleMs: 1, graceMs: 1 });
    const child = await childOf('setInterval(() => undefined, 1000);');
    shelf.put('a', child);
    expect(await child.ended).toMatchObject({ signal: 'SIGKILL' });
  });

  it('does not lend a child that died while it was parked', async () => {
    const shelf = shelfOf({ idleMs: longMs });
    const child = await childOf();
    shelf.put('a', child);
    child.kill();
    await child.ended;
    expect(shelf.take('a')).toBeUndefined();
  });

  it('hears nothing of what a parked child says', async () => {
    const shelf = shelfOf({ idleMs: longMs });
    const child = await childOf(
      `process.stdin.on('data', () => { console.log('{"type":"begin"}'); process.exit(); });`,
    );
    const heard: unknown[] = [];
    child.listener = (message) => void heard.push(message);
    shelf.put('a', child);
    child.send({});
    await child.ended;
    expect(heard).toEqual([]);
  });

  it('ends all when it is closed, and what is put later at once', async () => {
    const shelf = shelfOf({ idleMs: longMs, graceMs: longMs });
    const [early, late] = [await childOf(), await childOf()];
    shelf.put('a', early);
    await shelf.close();
    expect(await early.ended).toMatchObject({ code: 0 });
    shelf.put('a', late);
    expect(shelf.take('a')).toBeUndefined();
    expect(await late.ended).toMatchObject({ code: 0 });
  });
});
