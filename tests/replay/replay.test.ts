import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowBundle } from '../../workers/bundle.ts';

const folder = new URL('histories/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

function history(name: string) {
  return historyFromJSON(JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
}

describe('recorded histories', () => {
  let cache: string;
  let code: string;

  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
    cache = await mkdtemp(join(tmpdir(), 'stocktake-replay-'));
    code = await readFile(await workflowBundle(cache), 'utf8');
  });
  afterAll(() => rm(cache, { recursive: true, force: true }));

  it('are there for a success with its children, a retry and a cancellation', () => {
    expect(names.sort()).toEqual([
      'cancel.json',
      'retrain-deploy.json',
      'retrain.json',
      'retry.json',
      'success.json',
    ]);
  });

  it.each(names)('replay on the present workflow code: %s', async (name) => {
    await replay(code, name);
  });

  it.each([
    ['a renamed activity', (text: string) => text.replaceAll('takeInventory', 'takeStock')],
    ['a removed stage', (text: string) => text.replace(/await road\.all\((['"])report\1, \[[^\]]+\]\);/, '')],
    [
      're-ordered stages',
      (text: string) =>
        text.replace(
          /(await road\.branch\(embedBranch\);)(\s*)(await road\.branch\(retrainBranch\);)/,
          '$3$2$1',
        ),
    ],
    ['a changed activity id', (text: string) => text.replaceAll('`collect/$', '`gather/$')],
  ])('catch %s', async (_, edit) => {
    const edited = edit(code);
    expect(edited).not.toBe(code);
    await expect(replay(edited, 'success.json')).rejects.toThrow(/nondetermini|Nondeterminism|TMPRL1100/i);
  });

  async function replay(bundle: string, name: string): Promise<void> {
    const path = join(cache, `bundle-${Math.abs(hash(bundle))}.js`);
    await writeFile(path, bundle);
    await Worker.runReplayHistory({ workflowBundle: { codePath: path } }, history(name), idOf(name));
  }
});

/** The id the run had: children's ids begin with it. */
function idOf(name: string): string {
  const started = history(name).events?.[0]?.workflowExecutionStartedEventAttributes;
  return started?.workflowId ?? name;
}

function hash(text: string): number {
  let value = 0;
  for (let index = 0; index < text.length; index += 97) value = (value * 31 + text.charCodeAt(index)) | 0;
  return value + text.length;
}
