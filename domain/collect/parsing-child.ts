import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { messageOf } from '../runtime/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import type { ChildMessage } from './jobs.ts';
import { type LimitedChild, limitsAddressSpace, startLimitedChild } from './limited-child.ts';
import type { ChildSetup } from './parse-child.ts';

/** A limited child that parses, and who listens to it now. Its `ended` settles when its scratch folder is gone too. */
export interface ParsingChild extends LimitedChild {
  listener: (message: ChildMessage) => void;
}

/** What to start. Children started alike but for `scratch` and `log` can stand in for each other. */
export interface ParsingChildOptions {
  /** Address space of the child. */
  readonly memoryMb: number;
  /** Folders DuckDB may see in the child. */
  readonly folders: readonly string[];
  /** Folder for scratch files, one of `folders` or below; each child gets a folder of its own in it. */
  readonly scratch: string;
  readonly log: Logger;
  /** Main module of the child. Default: the parser beside this file. */
  readonly script?: URL;
}

/** DuckDB's share of the child's memory: it takes all of it for a large text. With 1024 a CSV of gigabytes left the address space. */
const engineMemoryMb = 512;

/** Starts a parsing child. Its scratch folder goes with it, however it ends. */
export function startParsingChild(options: ParsingChildOptions): ParsingChild {
  // Named as the store names its staging folders: the sweep removes it when this process, the parent, was killed.
  const scratch = join(options.scratch, `${process.pid}-${randomUUID()}`);
  const setup: ChildSetup = {
    folders: options.folders,
    scratch,
    engineMemoryMb,
    ...(limitsAddressSpace ? {} : { residentMb: options.memoryMb }),
  };
  const started = startLimitedChild({
    script: scriptOf(options),
    setup,
    memoryMb: options.memoryMb,
    onMessage: (message) => child.listener(message as ChildMessage),
  });
  const child: ParsingChild = {
    ...started,
    listener: () => undefined,
    // A child that ends with its input has removed the folder; one that was killed has not.
    ended: started.ended.then(async (end) => {
      await rm(scratch, { recursive: true, force: true }).catch((error) => {
        options.log.warn('scratch of a parsing child stays until the sweep', { reason: messageOf(error) });
      });
      return end;
    }),
  };
  return child;
}

/** Names what makes parsing children alike. */
export function likenessOf(options: ParsingChildOptions): string {
  return JSON.stringify([scriptOf(options).href, options.memoryMb, ...options.folders]);
}

function scriptOf({ script }: ParsingChildOptions): URL {
  return script ?? new URL(`./parse-child${extname(import.meta.url)}`, import.meta.url);
}
