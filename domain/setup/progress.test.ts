import { expect, it } from 'vitest';
import { createProgress, megabytes, type ProgressStream } from './progress.ts';

function collector(isTTY: boolean, columns?: number): ProgressStream & { readonly texts: string[] } {
  const texts: string[] = [];
  return { texts, isTTY, columns, write: (text) => texts.push(text) };
}

function clock(): { now: () => number; pass(milliseconds: number): void } {
  let time = 0;
  return {
    now: () => time,
    pass(milliseconds) {
      time += milliseconds;
    },
  };
}

it('redraws a bar on a terminal, not more often than told, and always the last state', () => {
  const stream = collector(true);
  const { now, pass } = clock();
  const task = createProgress(stream, { now, redrawMs: 100 }).task('Server');
  task.update({ done: 25, total: 100, text: '25 of 100 MB' });
  task.update({ done: 26, total: 100, text: '26 of 100 MB' });
  pass(100);
  task.update({ done: 50, total: 100, text: '50 of 100 MB' });
  task.update({ done: 100, total: 100, text: '100 of 100 MB' });
  task.end('fetched');
  expect(stream.texts).toEqual([
    '\r\u001b[KServer  [#####...............]  25 %  25 of 100 MB',
    '\r\u001b[KServer  [##########..........]  50 %  50 of 100 MB',
    '\r\u001b[KServer  [####################] 100 %  100 of 100 MB',
    '\r\u001b[K',
    'Server: fetched\n',
  ]);
});

it('keeps a bar below a note and within the terminal', () => {
  const stream = collector(true, 20);
  const progress = createProgress(stream);
  progress.task('A rather long label').update({ done: 1, text: 'waiting' });
  progress.note('Hello');
  expect(stream.texts).toEqual([
    '\r\u001b[KA rather long label',
    '\r\u001b[KHello\n',
    '\r\u001b[KA rather long label',
  ]);
});

it('writes a plain line every few seconds where there is no terminal', () => {
  const stream = collector(false);
  const { now, pass } = clock();
  const progress = createProgress(stream, { now, lineMs: 5_000 });
  const task = progress.task('Server');
  task.update({ done: 1, total: 10, text: '1 of 10 MB' });
  pass(5_000);
  task.update({ done: 7, total: 10, text: '7 of 10 MB' });
  task.update({ done: 8, total: 10, text: '8 of 10 MB' });
  pass(5_000);
  task.update({ done: 3, text: 'compiling, 9 s' });
  task.end('done');
  progress.note('All set');
  expect(stream.texts).toEqual([
    'Server: 7 of 10 MB, 70 %\n',
    'Server: compiling, 9 s\n',
    'Server: done\n',
    'All set\n',
  ]);
});

it('writes megabytes as whole numbers from 1', () => {
  expect([1, 999_999, 50_424_381].map(megabytes)).toEqual(['1 MB', '1 MB', '50 MB']);
});
