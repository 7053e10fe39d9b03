import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError, messageOf } from '../domain/runtime/errors.ts';
import type { Config } from '../schemas/config.ts';
import { parseConfig } from '../schemas/config-parse.ts';

/** A loaded project: its configuration and the folders it names, absolute. */
export interface Project {
  readonly config: Config;
  readonly configPath: string;
  readonly storeDir: string;
  readonly input: string;
}

/** What the command line may override. */
export interface ProjectOptions {
  readonly config?: string | undefined;
  readonly store?: string | undefined;
  readonly input?: string | undefined;
}

/**
 * Loads and checks `temporal.config.ts` (or the file given), all problems together.
 *
 * @throws ConfigError STK-CONFIG-MISSING, STK-CONFIG-UNREADABLE, STK-CONFIG-INVALID
 */
export async function loadProject(options: ProjectOptions, cwd: string): Promise<Project> {
  const configPath = resolve(cwd, options.config ?? 'temporal.config.ts');
  if (!existsSync(configPath)) {
    throw new ConfigError(
      `There is no configuration ${configPath}; make one with 'stocktake init', or name it with --config`,
      { code: 'STK-CONFIG-MISSING', details: { configPath } },
    );
  }
  const parsed = parseConfig(await importConfig(configPath));
  if (!parsed.ok) {
    const list = parsed.issues.map(({ path, message }) => `  ${path}: ${message}`).join('\n');
    throw new ConfigError(`${configPath} has ${parsed.issues.length} problem(s):\n${list}`, {
      code: 'STK-CONFIG-INVALID',
      details: { issues: parsed.issues },
    });
  }
  const base = dirname(configPath);
  const { config } = parsed;
  return {
    config,
    configPath,
    storeDir: options.store ? resolve(cwd, options.store) : resolve(base, config.store),
    input: options.input ? resolve(cwd, options.input) : resolve(base, config.input),
  };
}

async function importConfig(path: string): Promise<unknown> {
  const hooks = hookConfigImports(pathToFileURL(path).href);
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown };
    return module.default;
  } catch (cause) {
    throw new ConfigError(
      `Cannot read ${path}: ${messageOf(cause)}; it must be a module with a default export`,
      {
        code: 'STK-CONFIG-UNREADABLE',
        details: { path },
        cause,
      },
    );
  } finally {
    hooks.deregister();
  }
}

/**
 * Lets a configuration be a module whatever the package.json above it says (npm init writes "commonjs"), and import
 * 'stocktake' also where nothing is installed beside it: under npx, or a global install.
 */
function hookConfigImports(config: string): { deregister(): void } {
  return registerHooks({
    load: (url, context, next) =>
      next(
        url,
        url === config && url.endsWith('.ts') ? { ...context, format: 'module-typescript' } : context,
      ),
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (specifier !== 'stocktake') throw error;
        return { url: new URL('../schemas/define-config.mjs', import.meta.url).href, shortCircuit: true };
      }
    },
  });
}
