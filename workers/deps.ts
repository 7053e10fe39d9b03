import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ActivityDeps } from '../activities/index.ts';
import { secretReader } from '../domain/collect/source-secrets.ts';
import type { Logger } from '../domain/runtime/logger.ts';
import { openStore } from '../domain/store/store.ts';
import { createRenderer } from '../web/templates/render.ts';
import type { Project } from './load-config.ts';
import { loadServedModel } from './load-served-model.ts';
import { openDefaultEncoder } from './open-encoder.ts';
import { codeVersion, engineVersions } from './version.ts';

/** Puts together what every activity gets. Reads the environment for credentials and the fault-test switch only. */
export async function createDeps(project: Project, log: Logger): Promise<ActivityDeps> {
  const store = await openStore(project.storeDir);
  return {
    store,
    config: project.config,
    input: project.input,
    log,
    codeVersion: codeVersion(),
    engines: await engineVersions(),
    threads: project.config.engine.threads ?? Math.max(1, cpus().length),
    now: () => new Date(),
    readSecret: secretReader(process.env),
    render: createRenderer(fileURLToPath(new URL('../web/templates', import.meta.url))),
    loadModel: (data, version) => loadServedModel(store, data, version),
    openEncoder: () => openDefaultEncoder(),
    failpoint: process.env.STOCKTAKE_FAILPOINT,
  };
}
