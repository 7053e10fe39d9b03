import { constants } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliError, systemErrorCode } from '../domain/runtime/errors.ts';
import type { GlobalOptions } from './options.ts';
import { createOutput } from './output.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Configurations stay TypeScript in the published package: users edit them. */
const templates = {
  demo: join(root, 'temporal.config.ts'),
  empty: join(root, 'examples', 'empty', 'temporal.config.ts'),
} as const;

/** `stocktake init`: writes a configuration and a README into a folder; never overwrites one that is there. */
export async function init(
  dir: string,
  options: { readonly template: string },
  globals: GlobalOptions,
): Promise<number> {
  const out = createOutput(globals.quiet ?? false);
  const template = templates[options.template as keyof typeof templates];
  if (!template) {
    throw new CliError(
      `There is no template '${options.template}'; there are ${Object.keys(templates).join(', ')}`,
      {
        code: 'STK-INIT-TEMPLATE',
        exitCode: 2,
      },
    );
  }
  const target = resolve(process.cwd(), dir);
  const configPath = join(target, 'temporal.config.ts');
  await mkdir(target, { recursive: true });
  try {
    await copyFile(template, configPath, constants.COPYFILE_EXCL);
  } catch (cause) {
    if (systemErrorCode(cause) !== 'EEXIST') throw cause;
    throw new CliError(`${configPath} is there already; nothing was written`, {
      code: 'STK-INIT-EXISTS',
      exitCode: 1,
      cause,
    });
  }
  await writeFile(join(target, 'README.md'), readme(options.template), { flag: 'wx' }).catch((error) => {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  });
  await writeFile(join(target, '.gitignore'), '.stocktake/\nnode_modules/\n', { flag: 'wx' }).catch(
    (error) => {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    },
  );
  out.note(`Wrote ${configPath}`);
  out.note(`Next: cd ${dir} && stocktake ${options.template === 'demo' ? 'demo' : 'doctor'}`);
  return 0;
}

function readme(template: string): string {
  const first =
    template === 'demo'
      ? 'stocktake demo            # makes the shop, runs two nights'
      : 'stocktake run --dry-run   # what a night would do';
  return `# A Stocktake project

\`temporal.config.ts\` says which sources there are and what they mean. All state lies in \`.stocktake/\`.

\`\`\`
stocktake doctor          # is this machine ready?
${first}
stocktake run             # one night
stocktake inventory show  # what exists, how good it is
stocktake dev             # server, workers, schedule; stays up
\`\`\`
`;
}
